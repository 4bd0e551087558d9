"""The tuning of a study in plan.json: what is tuned, all points, and which of them is selected."""

import orchestrator.plan_document as document
from orchestrator.plan.records import Plan, Selected, Tuned, TuningPoint
from orchestrator.plan.selection import selecting
from orchestrator.study.records import Nuisance, Study, Variant


def tune_of(study: Study) -> document.Tune | None:
    """What the study declares; None if it does not tune."""
    tune = study.tune
    if tune is None:
        return None
    metric = selecting(study, tune)
    return document.Tune(
        settings={path: tuple(map(_nuisance, tune.ranges(path))) for path in tune.paths},
        points=tune.points,
        replicates=tune.replicates,
        select=tune.select,
        direction=metric.direction,
        unit=metric.unit,
        studies=tune.studies,
        method=tune.method,
    )


def _nuisance(nuisance: Nuisance) -> document.Nuisance:
    return document.Nuisance(
        kind=nuisance.kind,
        low=nuisance.low,
        high=nuisance.high,
        levels=nuisance.levels or None,
        when=nuisance.when,
    )


def tuned_paths(study: Study, variant: Variant) -> set[str]:
    return {nuisance.path for nuisance in study.tune.of(variant)} if study.tune else set()


def points_of(plan: Plan, variant: Variant) -> tuple[document.TuningPoint, ...]:
    """Points that are tried for a variant, in all tuning studies; empty without tuning."""
    if plan.tuning is None:
        return ()
    points = (p for key in _keys(plan, variant) for p in plan.tuning.points.get(key, ()))
    return tuple(map(_point, points))


def selected_of(plan: Plan, variant: Variant) -> tuple[document.Selected | None, ...]:
    """What each tuning study has selected for a variant; empty without tuning."""
    if plan.tuning is None:
        return ()
    return tuple(_selected(plan.tuning.selected.get(key)) for key in _keys(plan, variant))


def _keys(plan: Plan, variant: Variant) -> list[Tuned]:
    studies = plan.study.tune.studies if plan.study.tune else 0
    return [(number, variant.variant_id) for number in range(studies)]


def _point(point: TuningPoint) -> document.TuningPoint:
    trials = tuple(trial.trial_id for trial in point.trials)
    return document.TuningPoint(point.tuning_study, point.point, dict(point.values), trials)


def _selected(selected: Selected | None) -> document.Selected | None:
    if selected is None:
        return None
    return document.Selected(
        tuning_study=selected.point.tuning_study,
        point=selected.point.point,
        settings=dict(selected.point.values),
        score=selected.score,
        completed=selected.completed,
        replicates=len(selected.point.trials),
    )
