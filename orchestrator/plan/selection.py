"""Selects the best of the points that were tried for a variant."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from orchestrator.models.catalogue import Metric
from orchestrator.plan.records import Selected, TuningPoint
from orchestrator.study.records import Study, Tune


def selecting(study: Study, tune: Tune) -> Metric:
    """The metric that selects; all trials of a study report it."""
    name = tune.select.partition("/")[2]
    metrics = study.variants[0].settings.metrics
    return next(metric for metric in metrics if metric.name == name)


def select(
    points: Sequence[TuningPoint], scores: Mapping[str, float], direction: str
) -> Selected | None:
    """The best point, or None if no trial of any has a score.

    scores: trial id → validation metric; a trial that diverged or failed has none.

    A missing score is the worst: a point with fewer of them wins, then the better mean of the
    others. Of equally good points the first wins: their order in `points` does not matter.
    """
    judged = [found for point in points if (found := _judged(point, scores))]
    sign = -1.0 if direction == "maximize" else 1.0
    return min(judged, key=lambda found: _rank(found, sign), default=None)


def _judged(point: TuningPoint, scores: Mapping[str, float]) -> Selected | None:
    own = [scores[trial.trial_id] for trial in point.trials if trial.trial_id in scores]
    return Selected(point, fmean(own), len(own)) if own else None


def _rank(found: Selected, sign: float) -> tuple[int, float, int]:
    lost = len(found.point.trials) - found.completed
    return lost, sign * found.score, found.point.point
