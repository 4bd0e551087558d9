"""The plan of the last run of a study: why its results no longer count, and how it was packed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from orchestrator.plan.digests import data_name
from orchestrator.plan.identity import Fingerprints, canonical
from orchestrator.study.describe import plain
from orchestrator.study.records import Study, Variant

MOST_CHANGES = 4  # named in a reason; a refactoring touches more


class _Identity(BaseModel):
    schema_version: int
    data: dict[str, str]
    code: dict[str, str]


class _Variant(BaseModel):
    levels: dict[str, Any]
    settings: dict[str, Any]
    trials: list[str]


class _Pack(BaseModel):
    trials: list[str]


class _Document(BaseModel):
    """What is needed of plan.json."""

    seed: int
    fixed: dict[str, Any]
    identity: _Identity
    variants: list[_Variant]
    packs: list[_Pack]


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier plan.json, or an empty one."""

    document: _Document | None
    variants: Mapping[str, _Variant]  # by the JSON of their levels

    @property
    def packs(self) -> list[list[str]]:
        return [pack.trials for pack in self.document.packs] if self.document else []

    def trials(self, variant: Variant) -> list[str]:
        """Earlier ids of the same combination of levels, by replicate."""
        found = self.variants.get(canonical(variant.levels))
        return found.trials if found else []

    def changes(self, study: Study, variant: Variant, prints: Fingerprints) -> str:
        """Why the ids differ: `training.epochs 20 -> 30, code of models.networks.mlp`."""
        if self.document is None:
            return ""
        before = self.variants[canonical(variant.levels)]
        changes = [
            *_values({"seed": self.document.seed}, {"seed": study.seed}),
            *_values(self.document.fixed | before.settings, variant.settings.flat),
            *_sources(self.document.identity, variant, prints),
        ]
        more = len(changes) - MOST_CHANGES
        return ", ".join(changes[:MOST_CHANGES] + [f"and {more} more"] * (more > 0))


def read_earlier(document: Mapping[str, Any] | None) -> Earlier:
    """A plan.json that is not there, or not of this version, is an empty one."""
    try:
        read = _Document.model_validate(document)
    except ValidationError:
        return Earlier(None, {})
    return Earlier(read, {canonical(variant.levels): variant for variant in read.variants})


def _values(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    changed = [f"{k} {plain(before[k])} -> {plain(now[k])}" for k in now if _differ(before, now, k)]
    changed += [f"new setting {key}" for key in now if key not in before]
    return changed + [f"{key} is no setting any more" for key in before if key not in now]


def _differ(before: Mapping[str, Any], now: Mapping[str, Any], key: str) -> bool:
    return key in before and json.dumps(before[key]) != json.dumps(now[key])


def _sources(before: _Identity, variant: Variant, prints: Fingerprints) -> list[str]:
    task = data_name(variant.settings.task)
    used = prints.code_of(variant.settings)
    changed = [f"data of {task}"] * (before.data.get(task) != prints.data[task])
    changed += [f"code of {module}" for module in used if before.code.get(module) != used[module]]
    gone = before.code.keys() - prints.identity.code.keys()
    changed += [f"code of {module}, which is gone" for module in sorted(gone)]
    versions = before.schema_version, prints.schema_version
    return changed + [f"schema version {versions[0]} -> {versions[1]}"] * (
        versions[0] != versions[1]
    )
