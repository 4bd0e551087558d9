"""Whether the tuning can be trusted: range, resolution, infeasible points, length, budget."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestrator.plan_document import Level, Nuisance, Selected, Tune, Variant
from orchestrator.reports.data.read import Tables
from orchestrator.reports.statistics.intervals import Floats
from orchestrator.reports.statistics.outcomes.improving import STILL, tail_share

COARSE = 3.0  # factor between a value and the nearest one tried, above which points are too few
EDGE = 0.1  # share of a range, at either end, that counts as its boundary
MOST_INFEASIBLE = 0.25  # share of a variant's tuning trials


@dataclass(frozen=True)
class Tried:
    """One point of one variant."""

    tuning_study: int
    point: int
    settings: Mapping[str, Level]
    score: float | None  # mean of the validation metric over completed replicates
    lost: int  # replicates that diverged or failed
    selected: bool


@dataclass(frozen=True)
class Audit:
    """The audit of one variant."""

    variant_id: str
    points: tuple[Tried, ...]
    trials: int
    infeasible: int  # trials that diverged or failed
    coarse: Mapping[str, float]  # setting → factor from the best point to the nearest value tried
    boundary: Mapping[str, str]  # setting → the end of its range at which the best point lies;
    # not of a coarse one: there it is the distance between points that hides the optimum
    still_improving: float | None  # share of the whole gain in the last fifth of the epochs
    best_of: Floats  # (points,) expected best score of 1, 2, … points of one tuning study, the mean
    # over tuning studies; NaN where none has a score

    @property
    def improving(self) -> bool:
        return self.still_improving is not None and self.still_improving > STILL

    @property
    def fails(self) -> bool:
        hides_better = bool(self.boundary or self.coarse)
        return hides_better or self.improving or self.many_infeasible

    @property
    def many_infeasible(self) -> bool:
        return self.infeasible > MOST_INFEASIBLE * self.trials


def tuning_audit(tables: Tables) -> tuple[Audit, ...]:
    """One audit a variant that was tuned; none in a study without tuning.

    Answers: might another search space, more epochs or more points have changed who wins?
    Assumes: the point is the unit; scores are means over its tuning replicates.
    Misleads: as an acquittal. Points show no optimum between them, and a best point
        lies within a tenth of some boundary by chance in a fifth of the cases. What it finds is a
        reason to widen the range, add epochs or points, and run again.
    Source: Bouthillier et al. 2021; Godbole et al. 2023, Deep Learning Tuning Playbook.
    """
    tune = tables.plan.tune
    if tune is None:
        return ()
    of = {str(name): rows for name, rows in tables.tuning.groupby("variant_id", sort=False)}
    return tuple(
        _audit(tables, tune, variant, of[variant.variant_id])
        for variant in tables.plan.variants
        if variant.variant_id in of
    )


def _audit(tables: Tables, tune: Tune, variant: Variant, rows: pd.DataFrame) -> Audit:
    points = _points(tune, variant, rows)
    coarse = _coarse(tune, variant, points)
    return Audit(
        variant_id=variant.variant_id,
        points=points,
        trials=len(rows),
        infeasible=int(rows["status"].isin(["diverged", "failed"]).sum()),
        coarse=coarse,
        boundary={p: end for p, end in _boundary(tune, variant).items() if p not in coarse},
        still_improving=_still(tables, tune, variant),
        best_of=_best_of(points, tune.direction),
    )


def _best_of(points: Sequence[Tried], direction: str) -> Floats:
    """As far as all tuning studies have points; a point without a score counts as the worst."""
    known = [point.score for point in points if point.score is not None]
    worst = (min if direction == "maximize" else max)(known, default=math.nan)
    studies: dict[int, list[float]] = {}
    for point in points:
        score = worst if point.score is None else point.score
        studies.setdefault(point.tuning_study, []).append(score)
    curves = [expected_best(np.array(scores), direction) for scores in studies.values()]
    shortest = min(map(len, curves), default=0)
    return np.mean([curve[:shortest] for curve in curves], axis=0) if curves else np.array([])


def _points(tune: Tune, variant: Variant, rows: pd.DataFrame) -> tuple[Tried, ...]:
    column = f"final.{tune.select}"
    scored = rows.assign(score=rows.get(column, np.nan))
    scored["score"] = scored["score"].where(scored["status"] == "completed").astype(float)
    lost = scored["status"].isin(["diverged", "failed"])
    keys = ["tuning_study", "point"]
    means = scored.groupby(keys)["score"].mean()
    gone = lost.groupby([scored[key] for key in keys]).sum()
    chosen = {(best.tuning_study, best.point) for best in variant.selected if best}
    return tuple(
        Tried(point.tuning_study, point.point, point.settings,
              None if math.isnan(means[key]) else float(means[key]), int(gone[key]), key in chosen)
        for point in variant.tuning
        if (key := (point.tuning_study, point.point)) in means.index
    )  # fmt: skip


def expected_best(scores: Floats, direction: str) -> Floats:
    """(points,) expected best of 1 … all of these scores, drawn without replacement.

    Answers: which score would a smaller budget have reached?
    Assumes: points are exchangeable, as those of a quasi-random search about are.
    Misleads: beyond the number of points: it says nothing of a larger budget, and its end, the
        best score itself, is optimistic.
    Source: Tang et al. 2020: the unbiased form of Dodge et al. 2019.
    """
    ordered = np.sort(scores) if direction == "maximize" else -np.sort(-scores)
    n = len(ordered)
    return np.array(
        [
            sum(math.comb(i, k - 1) * ordered[i] for i in range(k - 1, n)) / math.comb(n, k)
            for k in range(1, n + 1)
        ],
        dtype=float,
    )


def _coarse(tune: Tune, variant: Variant, points: Sequence[Tried]) -> dict[str, float]:
    """setting → the largest such factor above `COARSE`, over the tuning studies."""
    found: dict[str, float] = {}
    for best in points:
        others = [p for p in points if p.tuning_study == best.tuning_study and p != best]
        for path, value in best.settings.items() if best.selected else ():
            nuisance = tune.range_of(path, variant.levels)
            if nuisance is not None and nuisance.kind == "log_uniform":
                factor = nearest_factor(value, [p.settings[path] for p in others])
                if factor > COARSE:
                    found[path] = max(factor, found.get(path, 0.0))
    return found


def nearest_factor(value: Level, others: Sequence[Level]) -> float:
    """How many times larger or smaller the nearest of other values above 0 is; inf without any.

    Answers: might a clearly better value lie between those that were tried?
    Assumes: the setting works by its logarithm, as learning rates do.
    Misleads: with several tuned settings, where points with near values of this one may be far
        apart in another.
    Source: Bengio 2012, "Practical recommendations": a logarithmic scale for such settings.
    """
    if isinstance(value, str) or value is None:
        raise TypeError(f"{value!r} has no logarithm")
    known = [float(x) for x in others if isinstance(x, (int, float))]
    return min((max(x / value, value / x) for x in known), default=math.inf)


def _boundary(tune: Tune, variant: Variant) -> dict[str, str]:
    """setting → "lower" or "upper": selected points that lie at an end of their range."""
    found: dict[str, str] = {}
    for best in variant.selected:
        for path, value in best.settings.items() if best else ():
            nuisance = tune.range_of(path, variant.levels)
            if nuisance is not None and (end := edge(nuisance, value)):
                found.setdefault(path, end)
    return found


def edge(nuisance: Nuisance, value: Level) -> str:
    """The end of the range near which a value lies: within a tenth of it, or the last level."""
    place = position(nuisance, value)
    if place is None or (EDGE < place < 1 - EDGE):
        return ""
    return "lower" if place <= EDGE else "upper"


def position(nuisance: Nuisance, value: Level) -> float | None:
    """0 … 1 along the range, on the scale that it was drawn on; None for levels without order."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    if nuisance.levels is not None:
        levels = sorted(x for x in nuisance.levels if isinstance(x, (int, float)))
        ordered = len(levels) == len(nuisance.levels) > 2
        return levels.index(value) / (len(levels) - 1) if ordered else None
    low, high = float(nuisance.low or 0.0), float(nuisance.high or 0.0)
    if nuisance.kind == "log_uniform":
        low, high, value = math.log(low), math.log(high), math.log(value)
    return (value - low) / (high - low) if high > low else None


def _still(tables: Tables, tune: Tune, variant: Variant) -> float | None:
    """The largest share among the selected points of what the tail gained."""
    rows = tables.tuning_metrics
    split, _, metric = tune.select.partition("/")
    own = rows[
        (rows["variant_id"] == variant.variant_id)
        & (rows["split"] == split)
        & (rows["metric"] == metric)
    ]
    shares = [_tail_share(own, best, tune.direction) for best in variant.selected if best]
    known = [share for share in shares if share is not None]
    return max(known, default=None)


def _tail_share(rows: pd.DataFrame, best: Selected, direction: str) -> float | None:
    """Gain in the last fifth of the epochs / whole gain, of the mean curve of one point."""
    mine = rows[(rows["tuning_study"] == best.tuning_study) & (rows["point"] == best.point)]
    curve = mine.groupby("epoch")["value"].mean().sort_index()
    return tail_share(curve.to_numpy(dtype=float) * (1 if direction == "maximize" else -1))
