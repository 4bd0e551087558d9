"""What a diverged trial counts as when two variants are compared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from orchestrator.gradient_metrics import is_gradient

Values = Mapping[int, float]  # by replicate
Diverged = Mapping[int, float | None]  # replicate → the task's baseline, if it is known


@dataclass(frozen=True)
class Sides:
    """Both variants of a contrast, by replicate, with the diverged trials counted."""

    variant: Values
    baseline: Values
    diverged: int  # trials of both
    counted_as: float | None  # what each of them counts as; None where none diverged


def diverged(trials: pd.DataFrame, metric: str) -> dict[str, dict[int, float | None]]:
    """variant id → replicate → the task's baseline, of diverged trials that are to be counted.

    trials: variant_id, replicate, status, `final.test/baseline_<metric>` where the task has one.
    Empty for a gradient: it was measured before the trial diverged.
    """
    if is_gradient(metric):
        return {}
    column = f"final.test/baseline_{metric.split('/')[-1]}"
    lost = trials[trials["status"] == "diverged"]
    known = lost[column] if column in lost else pd.Series(None, index=lost.index, dtype=float)
    found: dict[str, dict[int, float | None]] = {}
    for variant, replicate, value in zip(lost["variant_id"], lost["replicate"], known, strict=True):
        found.setdefault(str(variant), {})[int(replicate)] = (
            None if pd.isna(value) else float(value)
        )
    return found


def counted(a: Values, b: Values, lost_a: Diverged, lost_b: Diverged, *, direction: str) -> Sides:
    """Both sides of one contrast, every diverged trial with a value (unless nothing completed).

    Answers: which variant is better, if a network that diverges is of no use?
    Assumes: a diverged network can be replaced by the answer of the task's baseline, and is worth
        no more than the worst network of the contrast that did not diverge. Both variants are
        treated alike, so the sign-flip test stays exact.
    Misleads: as a measurement. Where trials diverged the difference depends on this convention,
        its sign does not; therefore such a contrast is never called equivalent.
    Source: the worst rank for those lost is that of clinical trials (Lachin 1999).
    """
    lost = len(lost_a) + len(lost_b)
    worst = _worst([*a.values(), *b.values(), *lost_a.values(), *lost_b.values()], direction)
    if not lost or worst is None or not (a or b):
        return Sides(a, b, lost, None)
    return Sides(_filled(a, lost_a, worst), _filled(b, lost_b, worst), lost, worst)


def _worst(values: Iterable[float | None], direction: str) -> float | None:
    known = [value for value in values if value is not None]
    return (min if direction == "maximize" else max)(known, default=None)


def _filled(values: Values, lost: Diverged, worst: float) -> Values:
    """In the order of replicates."""
    return dict(sorted({**values, **dict.fromkeys(lost, worst)}.items()))
