"""The tuning of a study in plan.json: what is tuned, all points, and which of them is selected."""

from dataclasses import asdict
from typing import Any

from orchestrator.plan.records import Plan, Selected, TuningPoint
from orchestrator.plan.selection import selecting
from orchestrator.study.records import Nuisance, Study, Variant


def tune_of(study: Study) -> dict[str, Any] | None:
    """What the study declares; None if it does not tune."""
    tune = study.tune
    if tune is None:
        return None
    metric = selecting(study, tune)
    return {
        "settings": {nuisance.path: _nuisance(nuisance) for nuisance in tune.settings},
        **{key: getattr(tune, key) for key in ("points", "replicates", "select")},
        "direction": metric.direction,
        "unit": metric.unit,
        "studies": tune.studies,
        "method": tune.method,
    }


def _nuisance(nuisance: Nuisance) -> dict[str, Any]:
    described = asdict(nuisance)
    del described["path"]
    return described | {"levels": list(nuisance.levels) or None}


def tuned_paths(study: Study, variant: Variant) -> set[str]:
    return {nuisance.path for nuisance in study.tune.of(variant)} if study.tune else set()


def tuning_of(plan: Plan, variant: Variant) -> dict[str, Any]:
    """Points of a variant, and what each tuning study has selected; empty without tuning."""
    tuning, tune = plan.tuning, plan.study.tune
    if tuning is None or tune is None:
        return {"tuning": [], "selected": []}
    keys = [(number, variant.variant_id) for number in range(tune.studies)]
    points = [point for key in keys for point in tuning.points.get(key, ())]
    return {
        "tuning": [_point(p) | {"trials": [t.trial_id for t in p.trials]} for p in points],
        "selected": [_selected(tuning.selected.get(key)) for key in keys],
    }


def _point(point: TuningPoint) -> dict[str, Any]:
    return {
        "tuning_study": point.tuning_study,
        "point": point.point,
        "settings": dict(point.values),
    }


def _selected(selected: Selected | None) -> dict[str, Any] | None:
    if selected is None:
        return None
    return _point(selected.point) | {
        "score": selected.score,
        "completed": selected.completed,
        "replicates": len(selected.point.trials),
    }
