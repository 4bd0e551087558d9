"""Each variant against its baseline: paired differences, test, adjustment, verdict."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

import numpy as np

from orchestrator.plan_document import Compare, PlanDocument, Variant
from orchestrator.reports.statistics.comparisons.adjustment import holm
from orchestrator.reports.statistics.comparisons.signflip import max_t_p, signflip_p, smallest_p
from orchestrator.reports.statistics.intervals import Floats, t_half_width, welch
from orchestrator.reports.statistics.outcomes.bounds import at_bound
from orchestrator.reports.statistics.outcomes.divergence import Diverged, Sides, Values, counted

Verdict = Literal["better", "worse", "equivalent", "undecided"]
VERDICTS: tuple[Verdict, ...] = ("better", "worse", "equivalent", "undecided")
Method = Literal["paired", "unpaired", "none"]

ALPHA = 0.05
DESCRIPTIVE_BELOW = 6  # replicates: 2/2ⁿ exceeds .05, so no verdict is possible
NONE_DIVERGED: Mapping[str, Diverged] = MappingProxyType({})


@dataclass(frozen=True)
class Comparison:
    """One contrast, variant − baseline, in the metric's unit; None where it cannot be had."""

    metric: str
    baseline: str  # variant ids
    variant: str
    method: Method
    n: int  # pairs; unpaired: replicates of the smaller group
    diverged: int  # trials of both variants
    counted_as: float | None  # the value of each of them; None where none diverged
    bound: float | None  # an end of the metric's range that both variants reach; None if neither
    at_bound: int  # replicates in which both lie there
    difference: float | None
    ci_low: float | None
    ci_high: float | None
    p_value: float | None
    p_adjusted: float | None
    prob_better: float | None
    effect_size: float | None
    verdict: Verdict

    @property
    def descriptive(self) -> bool:
        return self.n < DESCRIPTIVE_BELOW

    @property
    def stuck(self) -> bool:
        """Every replicate of both lies at one end of the metric's range: nothing can show."""
        return self.bound is not None and self.at_bound == self.n


@dataclass(frozen=True)
class Comparisons:
    """All contrasts of a study; `adjustment` names what p_adjusted was adjusted with."""

    rows: tuple[Comparison, ...]
    adjustment: str
    without_baseline: tuple[str, ...]  # variant ids whose baseline is excluded from the study


def comparisons(
    plan: PlanDocument,
    values: Mapping[str, Values],
    diverged: Mapping[str, Diverged] = NONE_DIVERGED,
) -> Comparisons:
    """Compares every variant with its baseline, as the plan names it.

    values: variant id → replicate → final value, of completed trials.
    diverged: variant id → replicate → the task's baseline.

    Answers: which variants differ from the baseline by more than seeds explain, and by how much?
    Assumes: replicate r of both variants had the same split, batch order and initial draws, so
        that their difference is free of these; the family of contrasts was declared beforehand.
    Misleads: when trials failed. Then pairs are missing, the others are compared unpaired
        (Welch), and a variant that lost its worst seeds looks better than it is. Diverged trials
        are counted instead, by the convention of `divergence.counted`.
    Source: Dror et al. 2018; Bouthillier et al. 2021 (P(better) and its .75 rule).
    """
    pairs, orphans = contrasts(plan.variants)
    return Comparisons(*compare_pairs(plan.compare, pairs, values, diverged), orphans)


def compare_pairs(
    compare: Compare,
    pairs: Sequence[tuple[str, str]],
    values: Mapping[str, Values],
    diverged: Mapping[str, Diverged],
) -> tuple[tuple[Comparison, ...], str]:
    """One comparison a pair (variant, baseline), as one family, and what p was adjusted with."""
    sides = [_sides(compare, pair, values, diverged) for pair in pairs]
    rows = [_contrast(compare, *pair, s) for pair, s in zip(pairs, sides, strict=True)]
    table = _paired_differences(rows, sides)
    tested = _with_p(rows, table, sides)
    adjusted, how = adjust(tested, table)
    return tuple(_judge(row, compare) for row in adjusted), how


def contrasts(variants: Sequence[Variant]) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    """([(variant, its baseline)], variants whose baseline is not in the study), by variant id."""
    known = {variant.variant_id for variant in variants}
    found = [(v.variant_id, v.baseline) for v in variants]
    orphans = tuple(variant for variant, base in found if base not in known)
    pairs = [(v, base) for v, base in found if base in known and base != v]
    return [(variant, str(base)) for variant, base in pairs], orphans


def _sides(
    compare: Compare,
    pair: tuple[str, str],
    values: Mapping[str, Values],
    diverged: Mapping[str, Diverged],
) -> Sides:
    (a, b), (lost_a, lost_b) = ([values[x] for x in pair], [diverged.get(x, {}) for x in pair])
    return counted(a, b, lost_a, lost_b, direction=compare.direction)


def _contrast(compare: Compare, variant: str, baseline: str, sides: Sides) -> Comparison:
    a, b = sides.variant, sides.baseline
    x, y = _arrays(sides)
    favour = 1.0 if compare.direction == "maximize" else -1.0
    if a and a.keys() == b.keys():
        method: Method = "paired"
        numbers = _paired(np.array([a[r] - b[r] for r in a]), favour)
    elif min(len(a), len(b)) >= 2:
        method, numbers = "unpaired", _unpaired(x, y, favour)
    else:
        method, numbers = "none", (None,) * 5
    n = min(len(a), len(b))
    difference, low, high, better, effect = numbers
    return Comparison(
        compare.metric, baseline, variant, method, n, sides.diverged, sides.counted_as,
        *at_bound(compare, a, b), difference, low, high, None, None, better, effect, "undecided",
    )  # fmt: skip


def _arrays(sides: Sides) -> tuple[Floats, Floats]:
    return np.array(list(sides.variant.values())), np.array(list(sides.baseline.values()))


Numbers = tuple[float | None, float | None, float | None, float | None, float | None]


def _paired(d: Floats, favour: float) -> Numbers:
    """difference, low, high, P(better), d_z of (n,) paired differences."""
    mean, better = float(d.mean()), _share_above(favour * d)
    if d.size < 2:
        return mean, None, None, better, None
    sd = float(d.std(ddof=1))
    half = float(t_half_width(d.size, sd))
    return mean, mean - half, mean + half, better, _standardised(mean, sd)


def _unpaired(x: Floats, y: Floats, favour: float) -> Numbers:
    """The same for (n,) against (m,) values; the effect is Cohen's d with the averaged variance."""
    mean = float(x.mean() - y.mean())
    error, freedom, _ = welch(x, y)
    half = float(t_half_width(freedom + 1, error * np.sqrt(freedom + 1)))
    better = _share_above(favour * np.subtract.outer(x, y))
    sd = float(np.sqrt((x.var(ddof=1) + y.var(ddof=1)) / 2))
    return mean, mean - half, mean + half, better, _standardised(mean, sd)


def _share_above(d: Floats) -> float:
    """P(d > 0), ties counted half."""
    return float((d > 0).mean() + (d == 0).mean() / 2)


def _standardised(mean: float, sd: float) -> float | None:
    """mean / sd; no number when nothing varies, except that no difference is no effect."""
    if sd > 1e-12 * abs(mean):
        return mean / sd
    return 0.0 if mean == 0 else None


def _paired_differences(rows: Sequence[Comparison], sides: Sequence[Sides]) -> Floats:
    """(replicates, paired contrasts); 0 where a replicate is missing on both sides.

    A zero leaves the sign-flip distribution as it would be without that replicate.
    """
    each = zip(rows, sides, strict=True)
    paired = [(s.variant, s.baseline) for row, s in each if row.method == "paired"]
    replicates = sorted({replicate for a, _ in paired for replicate in a})
    table = [[a[r] - b[r] if r in a else 0.0 for a, b in paired] for r in replicates]
    return np.array(table, dtype=float).reshape(len(replicates), len(paired))


def _with_p(rows: Sequence[Comparison], table: Floats, sides: Sequence[Sides]) -> list[Comparison]:
    exact = iter(signflip_p(table))
    each = zip(rows, sides, strict=True)
    return [replace(row, p_value=_p(row, exact, own)) for row, own in each]


def _p(row: Comparison, exact: Iterator[float], sides: Sides) -> float | None:
    if row.method == "paired":
        return float(next(exact))
    return None if row.method == "none" else welch(*_arrays(sides))[2]


def adjust(rows: Sequence[Comparison], table: Floats) -> tuple[list[Comparison], str]:
    """p_adjusted over all contrasts that have a p-value, and the name of the method.

    Holm, where it can reach .05 at all. Where replicates are too few for their number of contrasts
    (2·m/2ⁿ > .05, known before the run), step-down max-T over the same sign flips: it uses that
    all contrasts share their replicates, and reaches 2/2ⁿ however many contrasts there are.
    Unpaired contrasts have no sign flips; they keep Holm, and each group gets the share of the
    5 % that is its share of the contrasts (Bonferroni), which keeps the whole family at 5 %.
    """
    tested = [row for row in rows if row.p_value is not None]
    if not tested or len(tested) * smallest_p(len(table)) <= ALPHA or not table.size:
        return _with_adjusted(rows, iter(holm(_p_values(tested)))), "Holm"
    paired = [row for row in tested if row.method == "paired"]
    others = [row for row in tested if row.method == "unpaired"]
    flips = iter(np.minimum(max_t_p(table) * len(tested) / len(paired), 1.0))
    rest = iter(np.minimum(holm(_p_values(others)) * len(tested) / max(len(others), 1), 1.0))
    adjusted = (next(flips if row.method == "paired" else rest) for row in tested)
    return _with_adjusted(rows, adjusted), "step-down max-T"


def _p_values(rows: Sequence[Comparison]) -> Floats:
    return np.array([row.p_value for row in rows], dtype=float)


def _with_adjusted(rows: Sequence[Comparison], adjusted: Iterator[float]) -> list[Comparison]:
    """Hands the adjusted values, in order, to the contrasts that have a p-value."""
    return [
        row if row.p_value is None else replace(row, p_adjusted=float(next(adjusted)))
        for row in rows
    ]


def _judge(row: Comparison, compare: Compare) -> Comparison:
    return replace(row, verdict=verdict(row, compare.direction, compare.smallest_difference))


def verdict(row: Comparison, direction: str, smallest: float | None) -> Verdict:
    """better | worse: p_adjusted ≤ .05. equivalent: the interval lies inside ± smallest difference.

    A difference that is certain but too small to matter is called equivalent. Where trials
    diverged it is not: how large the difference is then depends on what they are counted as. Nor
    is it where all values lie at the metric's bound: there a difference could not have shown.
    """
    if row.difference is None or row.p_adjusted is None or row.descriptive or row.stuck:
        return "undecided"
    if smallest is not None and not row.diverged and _inside(row, smallest):
        return "equivalent"
    if row.p_adjusted > ALPHA or row.difference == 0:
        return "undecided"
    return "better" if (row.difference > 0) == (direction == "maximize") else "worse"


def _inside(row: Comparison, smallest: float) -> bool:
    ends = (row.ci_low, row.ci_high)
    return all(end is not None and abs(end) <= smallest for end in ends)
