"""Plan → the content of plan.json: all that the store and the report need to know of a study."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict

import orchestrator.plan_document as document
from orchestrator.gradient_metrics import FACTOR, GRADIENT_METRICS, is_gradient
from orchestrator.models.catalogue import Metric, sampling_of, task_entry
from orchestrator.models.settings import TaskSettings
from orchestrator.plan.records import Plan
from orchestrator.plan.samples import sample_name, tasks_of
from orchestrator.plan.tuning_document import points_of, selected_of, tune_of, tuned_paths
from orchestrator.plan_document import SCHEMA_VERSION, Level, PlanDocument
from orchestrator.provenance import GitState
from orchestrator.study.records import Study, Variant, flatten


def plan_document(plan: Plan, git: GitState | None = None) -> PlanDocument:
    """The document of a plan. git: where the study file lies, of a plan that is run."""
    study = plan.study
    fixed = fixed_settings(study)
    return PlanDocument(
        schema_version=SCHEMA_VERSION,
        study=study.name,
        question=study.question,
        seed=study.seed,
        replicates=study.replicates,
        design=study.design,
        center=study.center,
        factors=study.factors,
        fixed=fixed,
        compare=_compare(study),
        tune=tune_of(study),
        metrics={metric.name: _described(metric) for metric in metrics_of(study)},
        solved=_solved(study),
        excluded=tuple(
            document.Excluded(rule.when, rule.reason, tuple(rule.labels)) for rule in study.excluded
        ),
        identity=plan.identity,
        tasks=tuple(_tasks(plan)),
        variants=tuple(_variants(plan, fixed)),
        packs=tuple(
            document.Pack(pack.pack_id, tuple(trial.trial_id for trial in pack.trials))
            for pack in plan.packs
        ),
        resources=study.resources.model_dump(),
        git=git,
        revisions=study.revisions,
        is_own=not study.loops,
    )


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
    """What the study's trials report, by names without their split; the main one first."""
    reported = dict.fromkeys(variant.settings.metrics for variant in study.variants)
    return list({metric.name: metric for each in reported for metric in each}.values())


def _compare(study: Study) -> document.Compare:
    metric = compared_metric(study)
    return document.Compare(
        metric=study.compare.metric,
        direction=metric.direction,
        unit=metric.unit,
        baseline=study.compare.baseline,
        smallest_difference=study.compare.smallest_difference,
    )


def compared_metric(study: Study) -> Metric:
    """Of a gradient more is better: it is that of the first layer or step, beside the last."""
    compared = study.compare.metric
    if is_gradient(compared):
        return Metric(compared, "maximize", FACTOR, GRADIENT_METRICS[compared].meaning)
    name = compared.rpartition("/")[2]
    return next(metric for metric in metrics_of(study) if metric.name == name)


def _solved(study: Study) -> document.Threshold | None:
    """When a trial counts as solved; None where that is not the same for all variants."""
    every = {task_entry(settings.task).solved for settings in study.loops}
    solved = every.pop() if len(every) == 1 else None
    return document.Threshold(solved.metric, solved.threshold) if solved else None


def _described(metric: Metric) -> document.Metric:
    return document.Metric(metric.direction, metric.unit, metric.meaning)


def _tasks(plan: Plan) -> Iterable[document.Task]:
    for task in tasks_of(plan.study):
        name = sample_name(task, plan.study.seed, plan.identity)
        data = document.Data(**asdict(sampling_of(task)))
        yield document.Task(dict(flatten("task", task)), name, data, _baseline(task))


def _baseline(task: TaskSettings) -> document.Baseline | None:
    baseline = task_entry(task).baseline
    return document.Baseline(baseline.answer, baseline.sees) if baseline else None


def _variants(plan: Plan, fixed: Mapping[str, Level]) -> Iterable[document.Variant]:
    study = plan.study
    ids: dict[str, list[str | None]] = {}
    for variant in study.variants:
        ids[variant.variant_id] = [None] * study.replicates  # until their settings are selected
    for trial in plan.trials:
        if trial.phase == "replication":
            ids[trial.variant.variant_id][trial.replicate] = trial.trial_id
    for variant in study.variants:
        yield document.Variant(
            variant_id=variant.variant_id,
            label=variant.label,
            baseline=study.baselines.get(variant.variant_id),
            levels=variant.levels,
            settings=_own_settings(study, variant, fixed),
            trials=tuple(ids[variant.variant_id]),
            tuning=points_of(plan, variant),
            selected=selected_of(plan, variant),
        )


def _own_settings(study: Study, variant: Variant, fixed: Mapping[str, Level]) -> dict[str, Level]:
    tuned = tuned_paths(study, variant)
    flat = variant.settings.flat
    return {p: v for p, v in flat.items() if p not in fixed and p not in tuned}
