"""Which classes are taken for which: each variant's confusion matrix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orchestrator.reports.data.predictions import Predictions, Said
from orchestrator.reports.statistics.intervals import Floats
from orchestrator.reports.statistics.predictions.tasks import TaskVariants

MOST_CLASSES = 17  # in one matrix: all universal part-of-speech tags
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Confusion:
    """Of one variant; rows are targets, columns predictions, both (classes, classes).

    counts: answers of all replicates together.
    shares: of the answers of its row's class, mean over replicates; NaN where no replicate has any.
        A row sums to 1, less what other classes than these were predicted.
    """

    counts: Ints
    shares: Floats
    replicates: int


@dataclass(frozen=True)
class Confusions:
    """Of the variants of one task.

    classes: numbers of those in the matrices: all, or the ones with most errors.
    by_variant: by id. differences: shares − those of the variant's baseline.
    """

    task: TaskVariants
    classes: tuple[int, ...]
    by_variant: Mapping[str, Confusion]
    differences: Mapping[str, Floats]


def confusions(
    said: Predictions, task: TaskVariants, baselines: Mapping[str, str | None]
) -> Confusions:
    """baselines: variant id → id of the variant that it is compared with, perhaps itself.

    Answers: what is each class taken for, and does a variant take it for something else than its
        baseline does?
    Assumes: nothing; shares are means over replicates of shares within each.
    Misleads: for rare classes, whose shares are of few answers: the counts say of how many. A
        difference is not tested here.
    Source: Pearson's contingency table, 1904; row-normalised.
    """
    by_variant = {variant: _of(said, variant) for variant in task.variants}
    classes = _shown(by_variant, len(task.classes))
    found = {variant: _confusion(own, classes) for variant, own in by_variant.items()}
    pairs = ((v, str(baselines.get(v))) for v in found)
    return Confusions(
        task,
        classes,
        found,
        {v: found[v].shares - found[b].shares for v, b in pairs if b in found and b != v},
    )


def _of(said: Predictions, variant: str) -> list[Said]:
    return [own for (name, _), own in said.by_trial.items() if name == variant]


def _shown(by_variant: Mapping[str, Sequence[Said]], classes: int) -> tuple[int, ...]:
    """All, or those that take part in most errors, in the order of their numbers."""
    if classes <= MOST_CLASSES:
        return tuple(range(classes))
    errors = np.zeros(classes, np.int64)
    for own in (each for found in by_variant.values() for each in found):
        wrong = own.target != own.answer
        for side in (own.target, own.answer):
            errors += np.bincount(side[wrong], minlength=classes)
    return tuple(sorted(np.argsort(-errors, kind="stable")[:MOST_CLASSES].tolist()))


def _confusion(found: Sequence[Said], classes: tuple[int, ...]) -> Confusion:
    counts = np.array([_counts(own, classes) for own in found])  # (replicates, targets, answers)
    sizes = np.array([_sizes(own, classes) for own in found])  # (replicates, targets)
    with np.errstate(invalid="ignore"):
        shares = counts / sizes[..., None]
    present = (sizes > 0).sum(0)
    with np.errstate(invalid="ignore"):
        mean = np.nansum(shares, axis=0) / np.where(present, present, np.nan)[:, None]
    return Confusion(counts.sum(0), mean, len(found))


def _counts(own: Said, classes: tuple[int, ...]) -> Ints:
    known = np.array(classes)
    rows, columns = (np.searchsorted(known, side) for side in (own.target, own.answer))
    size = len(known)
    rows, columns = (np.minimum(side, size - 1) for side in (rows, columns))
    are_shown = (known[rows] == own.target) & (known[columns] == own.answer)
    cells = rows[are_shown] * size + columns[are_shown]
    return np.bincount(cells, minlength=size * size).reshape(size, size)


def _sizes(own: Said, classes: tuple[int, ...]) -> Ints:
    """Answers with each target."""
    counts = np.bincount(own.target, minlength=max(classes) + 1)
    return counts[list(classes)]
