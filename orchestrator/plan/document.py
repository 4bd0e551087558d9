"""Plan → the content of plan.json: all that the store and the report need to know of a study."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from orchestrator.models.catalogue import Metric, task_entry
from orchestrator.plan.records import Plan
from orchestrator.plan.samples import sample_name, tasks_of
from orchestrator.plan.tuning_document import tune_of, tuned_paths, tuning_of
from orchestrator.study.records import Level, Study, Variant, flatten

SCHEMA_VERSION = 2
"""Of plan.json."""


def plan_document(plan: Plan) -> dict[str, Any]:
    """plan.json without `git`, which the run adds."""
    study = plan.study
    fixed = fixed_settings(study)
    return {
        "schema_version": SCHEMA_VERSION,
        "study": study.name,
        "question": study.question,
        "seed": study.seed,
        "replicates": study.replicates,
        "design": study.design,
        "center": dict(study.center),
        "factors": {path: list(levels) for path, levels in study.factors.items()},
        "fixed": fixed,
        "compare": _compare(study),
        "tune": tune_of(study),
        "metrics": {metric.name: _described(metric) for metric in metrics_of(study)},
        "solved": _solved(study),
        "excluded": [
            {"when": dict(e.when), "reason": e.reason, "variants": list(e.labels)}
            for e in study.excluded
        ],
        "identity": asdict(plan.identity),
        "tasks": list(_tasks(plan)),
        "variants": list(_variants(plan, fixed)),
        "packs": [
            {"pack_id": pack.pack_id, "trials": [trial.trial_id for trial in pack.trials]}
            for pack in plan.packs
        ],
        "resources": study.resources.model_dump(),
    }


def fixed_settings(study: Study) -> dict[str, Level]:
    """Settings that are no factor, not tuned, and the same in all variants."""
    first, *others = [variant.settings.flat for variant in study.variants]
    varying = {path for flat in others for path in _differences(first, flat)}
    varying |= {nuisance.path for nuisance in (study.tune.settings if study.tune else ())}
    return {p: v for p, v in first.items() if p not in study.factors and p not in varying}


def _differences(first: Mapping[str, Level], other: Mapping[str, Level]) -> Iterable[str]:
    if first.keys() == other.keys():
        return (path for path, value in other.items() if value != first[path])
    shared = first.keys() & other.keys()
    return {p for p in shared if first[p] != other[p]} | (first.keys() ^ other.keys())


def metrics_of(study: Study) -> list[Metric]:
    """The metrics of the study's tasks, the main one first."""
    tasks = {v.settings.task.name: task_entry(v.settings.task) for v in study.variants}
    return list({m.name: m for task in tasks.values() for m in task.metrics}.values())


def _compare(study: Study) -> dict[str, Any]:
    metric = compared_metric(study)
    return {
        "metric": study.compare.metric,
        "direction": metric.direction,
        "unit": metric.unit,
        "baseline": dict(study.compare.baseline),
        "smallest_difference": study.compare.smallest_difference,
    }


def compared_metric(study: Study) -> Metric:
    name = study.compare.metric.rpartition("/")[2]
    return next(metric for metric in metrics_of(study) if metric.name == name)


def _solved(study: Study) -> dict[str, Any] | None:
    """When a trial counts as solved; None where that is not the same for all variants."""
    every = {task_entry(variant.settings.task).solved for variant in study.variants}
    solved = every.pop() if len(every) == 1 else None
    return asdict(solved) if solved else None


def _described(metric: Metric) -> dict[str, str]:
    return {"direction": metric.direction, "unit": metric.unit, "meaning": metric.meaning}


def _tasks(plan: Plan) -> Iterable[dict[str, Any]]:
    seed = plan.study.seed
    for task in tasks_of(plan.study):
        name = sample_name(task, seed, plan.identity)
        yield {"settings": dict(flatten("task", task)), "sample": name}


def _variants(plan: Plan, fixed: Mapping[str, Level]) -> Iterable[dict[str, Any]]:
    study = plan.study
    ids: dict[str, list[str | None]] = {}
    for variant in study.variants:
        ids[variant.variant_id] = [None] * study.replicates  # until their settings are selected
    for trial in plan.trials:
        if trial.phase == "replication":
            ids[trial.variant.variant_id][trial.replicate] = trial.trial_id
    for variant in study.variants:
        described = _variant(study, variant, fixed)
        trials = {"trials": ids[variant.variant_id]}
        yield described | trials | tuning_of(plan, variant)


def _variant(study: Study, variant: Variant, fixed: Mapping[str, Level]) -> dict[str, Any]:
    elsewhere = {*fixed, *tuned_paths(study, variant)}
    return {
        "variant_id": variant.variant_id,
        "variant": variant.label,
        "baseline": study.baselines.get(variant.variant_id),
        "levels": dict(variant.levels),
        "settings": {p: v for p, v in variant.settings.flat.items() if p not in elsewhere},
    }
