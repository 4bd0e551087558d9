"""Study + results folder → plan: what is known, read from the store."""

from collections.abc import Mapping
from typing import Any

from orchestrator.paths import ResultsPaths
from orchestrator.plan.identity import Fingerprints
from orchestrator.plan.make import NOTHING, make_plan
from orchestrator.plan.records import Plan
from orchestrator.plan.tuning import Known
from orchestrator.study.records import Study


def plan_from_store(
    study: Study,
    paths: ResultsPaths,
    workers: int,
    earlier: Mapping[str, Any] | None,
    *,
    prints: Fingerprints | None = None,
    force: bool = False,
    tried: frozenset[str] = frozenset(),
) -> Plan:
    """The plan as things stand. Arguments as in `make_plan`."""
    results = _statuses(paths)
    known = _known(study, paths) if study.tune else NOTHING
    return make_plan(study, results, workers, earlier, force, prints, known, tried)


def _statuses(paths: ResultsPaths) -> Mapping[str, str]:
    if not paths.store("trials").exists():
        return {}  # and pyarrow is not needed
    from orchestrator.store.parts import statuses

    return statuses(paths)


def _known(study: Study, paths: ResultsPaths) -> Known:
    """Points and their scores. Only studies that tune pay for importing scipy."""
    from orchestrator.tuning.sobol import sobol_points

    assert study.tune is not None
    return Known(sobol_points(study, study.tune), _scores(study.tune.select, paths))


def _scores(metric: str, paths: ResultsPaths) -> Mapping[str, float]:
    if not paths.store("trials").exists():
        return {}
    from orchestrator.store.parts import scores

    return scores(paths, metric)
