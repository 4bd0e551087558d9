"""Whether the worst of the compared levels gets far less, or more, gradient than the best."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from orchestrator.reports.statistics.comparisons.contexts import Cell, Context, Group
from orchestrator.reports.statistics.gradients.decay import Profile

FARTHER = 10.0  # times as far from no decay as that of the best level


@dataclass(frozen=True)
class UnlikeGradients:
    """Gradient at the first hidden layer over that at the last, before training: least, most."""

    worst: Group
    of_worst: tuple[float, float]
    best: Group
    of_best: tuple[float, float]


def unlike_gradients(
    context: Context | None, profiles: Sequence[Profile]
) -> UnlikeGradients | None:
    """None where gradients explain nothing, or were not measured.

    Answers: might the gradient be why the worst level is worse? It is said only if the worst is
        shown to be worse (a verdict), or not to learn, and if in each of its settings the first
        hidden layer's gradient is `FARTHER` times as far from the last one's as in any setting in
        which the best level does well, all on one side.
    Assumes: what `decay` does. Before training, so that it is no consequence of learning.
    Misleads: as a cause. What goes with a vanishing gradient, saturation for example, may be it.
    Source: Bengio, Simard & Frasconi 1994; Glorot & Bengio 2010.
    """
    deltas = [p for p in profiles if p.quantity == "delta" and p.total and p.hidden > 1]
    groups = [group for group in context.groups if group.means] if context else []
    if not deltas or context is None or len(groups) < 2:
        return None
    start = min(profile.epoch for profile in deltas)
    left = {p.variant_id: p.total.value for p in deltas if p.epoch == start and p.total}
    best, worst = groups[0], groups[-1]
    if not _is_shown(context, best, worst):
        return None
    good = [cell for cell in best.cells if cell.learns or not context.parts_learners]
    of_worst, of_best = _ratios(worst.cells, left), _ratios(good, left)
    if not of_worst or not of_best or min(*of_worst, *of_best) <= 0:
        return None
    one_side = max(of_worst) < 1 or min(of_worst) > 1
    nearest = min(abs(log(ratio)) for ratio in of_worst)
    farthest = max(abs(log(ratio)) for ratio in of_best)
    if not one_side or nearest - farthest < log(FARTHER):
        return None
    return UnlikeGradients(
        worst, (min(of_worst), max(of_worst)), best, (min(of_best), max(of_best))
    )


def _ratios(cells: Sequence[Cell], left: dict[str, float]) -> list[float]:
    """Empty where one is not known."""
    found = [left.get(cell.variant_id) for cell in cells]
    return [] if None in found else [ratio for ratio in found if ratio is not None]


def _is_shown(context: Context, best: Group, worst: Group) -> bool:
    if context.parts_learners:
        return best.learns and worst.learns_not
    decided = [(worst, "worse"), (best, "better")]
    return any(
        all(cell.row is not None and cell.row.verdict == word for cell in group.cells)
        and other.is_baseline
        for (group, word), other in zip(decided, (best, worst), strict=True)
    )
