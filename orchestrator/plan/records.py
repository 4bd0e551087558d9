"""What is going to be trained."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from orchestrator.study.records import Study, Variant

State = Literal["new", "done", "invalidated"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One variant with one seed."""

    trial_id: str  # 16 hex digits, see plan/identity.py
    variant: Variant
    replicate: int
    phase: Literal["tuning", "replication"] = "replication"


@dataclass(frozen=True, slots=True)
class Pack:
    """Trials of one structure, trained side by side in one worker."""

    pack_id: str  # 16 hex digits of the SHA-256 of its trial ids
    trials: tuple[Trial, ...]
    study: str
    study_seed: int
    code_digest: str  # of the source code that its trials use


@dataclass(frozen=True, slots=True)
class Identity:
    """What, besides its settings, decides the result of every trial of a study."""

    schema_version: int
    data: Mapping[str, str]  # task name (and files given) → fingerprint
    code: Mapping[str, str]  # module → digest of its source


@dataclass(frozen=True, slots=True)
class Plan:
    """All trials of a study, what is known of each, and packs of those still to be trained."""

    study: Study
    identity: Identity
    trials: tuple[Trial, ...]
    states: Mapping[str, State]  # by trial id
    reasons: Mapping[str, str]  # trial id → what invalidated its earlier result
    packs: tuple[Pack, ...]  # of the trials not done, most expensive first
