"""The plan of the last run of a study: why its results no longer count, and how it was packed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.plan.identity import Fingerprints, canonical, data_of
from orchestrator.plan.records import Trial
from orchestrator.plan_document import Identity, PlanDocument, TuningPoint
from orchestrator.plan_document import Variant as EarlierVariant
from orchestrator.study.parsing.messages import plain
from orchestrator.study.records import Study, Variant

MOST_CHANGES = 4  # named in a reason; a refactoring touches more


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier plan.json, or an empty one."""

    document: PlanDocument | None
    variants: Mapping[str, EarlierVariant]  # by the JSON of their levels

    @property
    def packs(self) -> list[tuple[str, ...]]:
        return [pack.trials for pack in self.document.packs] if self.document else []

    def trials(self, trial: Trial) -> list[str | None]:
        """Earlier ids of the same combination of levels, by replicate; of tuning, at its point."""
        found = self.variants.get(canonical(trial.variant.levels))
        if found is None or trial.phase == "replication":
            return list(found.trials) if found else []
        point = _point(found, trial)
        return list(point.trials) if point else []

    def changes(self, study: Study, trial: Trial, prints: Fingerprints) -> str:
        """Why the ids differ: `training.epochs 20 -> 30, code of models.networks.mlp`."""
        if self.document is None:
            return ""
        before = self.variants[canonical(trial.variant.levels)]
        values = {**self.document.fixed, **before.settings, **_nuisance(before, trial)}
        changes = [
            *_values({"seed": self.document.seed}, {"seed": study.seed}),
            *_values(_seen(trial, values), _seen(trial, trial.variant.settings.flat)),
            *_sources(self.document.identity, trial.variant, prints),
        ]
        more = len(changes) - MOST_CHANGES
        return ", ".join(changes[:MOST_CHANGES] + [f"and {more} more"] * (more > 0))


def earlier_plan(document: PlanDocument | None) -> Earlier:
    variants = document.variants if document else ()
    return Earlier(document, {canonical(variant.levels): variant for variant in variants})


def _point(before: EarlierVariant, trial: Trial) -> TuningPoint | None:
    places = {(point.tuning_study, point.point): point for point in before.tuning}
    return places.get((trial.tuning_study or 0, trial.point or 0))


def _nuisance(before: EarlierVariant, trial: Trial) -> Mapping[str, Any]:
    """The nuisance settings that the trial had."""
    if trial.phase == "tuning":
        point = _point(before, trial)
        return point.settings if point else {}
    selected = dict(enumerate(before.selected)).get(trial.tuning_study or 0)
    return selected.settings if selected else {}


def _seen(trial: Trial, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that matter to the trial: tuning has no probes."""
    is_tuning = trial.phase == "tuning"
    return {p: v for p, v in settings.items() if not (is_tuning and p.startswith("probes."))}


def _values(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    changed = [f"{k} {plain(before[k])} -> {plain(now[k])}" for k in now if _differ(before, now, k)]
    changed += [f"new setting {key}" for key in now if key not in before]
    return changed + [f"{key} is no setting any more" for key in before if key not in now]


def _differ(before: Mapping[str, Any], now: Mapping[str, Any], key: str) -> bool:
    return key in before and json.dumps(before[key]) != json.dumps(now[key])


def _sources(before: Identity, variant: Variant, prints: Fingerprints) -> list[str]:
    task = data_of(variant.settings)
    used = prints.code_of(variant.settings)
    changed = [f"data of {task}"] * (before.data.get(task) != prints.data.get(task))
    changed += [f"code of {module}" for module in used if before.code.get(module) != used[module]]
    gone = before.code.keys() - prints.identity.code.keys()
    changed += [f"code of {module}, which is gone" for module in sorted(gone)]
    versions = before.schema_version, prints.schema_version
    return changed + [f"schema version {versions[0]} -> {versions[1]}"] * (
        versions[0] != versions[1]
    )
