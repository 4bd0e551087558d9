"""Study + results folder → plan: what is known, read from the store."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from orchestrator.paths import ResultsPaths
from orchestrator.plan.duration import UNKNOWN, Speeds
from orchestrator.plan.identity import Fingerprints, fingerprints
from orchestrator.plan.make_plan import NOTHING, is_done, make_plan
from orchestrator.plan.records import Plan, Tuned
from orchestrator.plan.tuning import TuningSoFar
from orchestrator.plan_document import PlanDocument
from orchestrator.study.design.nuisance_values import Values
from orchestrator.study.records import Study, Tune
from orchestrator.study.settings import Keep


def plan_from_store(
    study: Study,
    paths: ResultsPaths,
    workers: int,
    earlier: PlanDocument | None,
    *,
    prints: Fingerprints | None = None,
    force: bool = False,
    tried: frozenset[str] = frozenset(),
    speeds: Speeds = UNKNOWN,
) -> Plan:
    """The plan, given what the store has now. Arguments as in `make_plan`."""
    prints = prints or fingerprints(study)
    results = _statuses(paths)
    known = NOTHING
    if study.tune:
        scores = _scores(study.tune.select, paths)
        done = partial(is_done, results=results, force=force, tried=tried)
        known = TuningSoFar(_points(study, study.tune, prints, scores, done), scores)
    kept = _kept(study.keep, paths)
    stored = _packs(paths) if force or kept else []
    return make_plan(
        study, results, workers, earlier, force, prints, known, tried, speeds, stored, kept
    )


def first_plan(study: Study, prints: Fingerprints) -> Plan:
    """The plan where nothing has been trained yet."""
    known = NOTHING
    if study.tune:
        known = TuningSoFar(_points(study, study.tune, prints, {}, lambda trial: False), {})
    return make_plan(study, {}, 1, prints=prints, known=known)


def require_method(study: Study) -> None:
    """Raises EnvironmentFault if the study tunes with a package that is not installed."""
    if study.tune and study.tune.method == "optuna":
        from orchestrator.execution.ray.optuna import require_optuna

        require_optuna()


def _points(
    study: Study,
    tune: Tune,
    prints: Fingerprints,
    scores: Mapping[str, float],
    done: Callable[[str], bool],
) -> Mapping[Tuned, Sequence[Values]]:
    """Points as far as they are proposed. Only studies that tune pay for importing scipy or Ray."""
    if tune.method == "optuna":
        from orchestrator.execution.ray.optuna import OptunaPoints
        from orchestrator.tuning.suggested import SuggestedPoints

        return SuggestedPoints(study, tune, prints, scores, done, OptunaPoints).points()
    from orchestrator.tuning.sobol import sobol_points

    return sobol_points(study, tune)


def _statuses(paths: ResultsPaths) -> Mapping[str, str]:
    if not paths.store("trials").exists():
        return {}  # and pyarrow is not needed
    from orchestrator.store.pack_files import statuses

    return statuses(paths)


def _packs(paths: ResultsPaths) -> Sequence[Sequence[str]]:
    if not paths.store("trials").exists():
        return []
    from orchestrator.store.pack_files import packs

    return packs(paths)


def _kept(keep: Keep, paths: ResultsPaths) -> Mapping[str, frozenset[str]]:
    """What the study keeps → trials of which the store has it."""
    if not paths.store("trials").exists():
        return {}
    found: dict[str, frozenset[str]] = {}
    if keep.weights != "off":
        from orchestrator.store.weights import trials_with_weights

        found["weights"] = trials_with_weights(paths)
    if keep.predictions != "off":
        from orchestrator.store.predictions import trials_with_predictions

        found["predictions"] = trials_with_predictions(paths, keep.predictions)
    return found


def _scores(metric: str, paths: ResultsPaths) -> Mapping[str, float]:
    if not paths.store("trials").exists():
        return {}
    from orchestrator.store.pack_files import scores

    return scores(paths, metric)
