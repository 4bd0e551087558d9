"""What is going to be trained."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from orchestrator.plan_document import Identity
from orchestrator.study.design.nuisance_values import Values
from orchestrator.study.records import Study, Variant

State = Literal["new", "done", "invalidated"]
Phase = Literal["tuning", "replication"]
Tuned = tuple[int, str]  # a tuning study and the id of a variant in it


@dataclass(frozen=True, slots=True)
class Trial:
    """One variant, at one point of its nuisance settings, with one seed."""

    trial_id: str  # 16 hex digits, see plan/identity.py
    variant: Variant  # its settings are those of the point
    replicate: int
    phase: Phase = "replication"
    tuning_study: int | None = None  # None in a study that does not tune
    point: int | None = None

    @property
    def seed_name(self) -> int | str:
        """What replaces its replicate in the names of random streams.

        Tuning draws from streams of its own, so that a setting is never chosen for being lucky
        with the seeds that are reported; all variants and points of a tuning study share them.
        """
        if self.phase == "replication":
            return self.replicate
        return f"tuning {self.tuning_study}/{self.replicate}"


@dataclass(frozen=True, slots=True)
class Pack:
    """Trials of one structure, trained side by side in one worker."""

    pack_id: str  # 16 hex digits of the SHA-256 of its trial ids
    trials: tuple[Trial, ...]
    study: str
    study_seed: int
    code_digest: str  # of the source code that its trials use
    sample: str = ""  # under this name the store keeps examples of its data; "": it does not


@dataclass(frozen=True, slots=True)
class TuningPoint:
    """One setting that is tried for one variant."""

    tuning_study: int
    point: int
    values: Values
    trials: tuple[Trial, ...]  # by tuning replicate


@dataclass(frozen=True, slots=True)
class Selected:
    """The point that a tuning study has chosen for a variant."""

    point: TuningPoint
    score: float  # mean of the validation metric over the replicates that completed
    completed: int  # of them


@dataclass(frozen=True, slots=True)
class Tuning:
    """How far the tuning of a study is. Every mapping has a key for what is known, no other."""

    points: Mapping[Tuned, tuple[TuningPoint, ...]]  # of all variants, as far as they are proposed
    selected: Mapping[Tuned, Selected]
    hopeless: Mapping[Tuned, str]  # why nothing can be selected: no point has a result
    to_come: Mapping[Tuned, int]  # trials of points not yet suggested; none of them with Sobol


@dataclass(frozen=True, slots=True)
class Plan:
    """All trials of a study, what is known of each, and packs of those still to be trained.

    A study that tunes is trained in rounds: while points are being tried, the packs are those of
    tuning; replicates join `trials` once the settings of their variant are selected.
    """

    study: Study
    identity: Identity
    trials: tuple[Trial, ...]
    states: Mapping[str, State]  # by trial id
    reasons: Mapping[str, str]  # trial id → what invalidated its earlier result
    packs: tuple[Pack, ...]  # of the trials not done, most expensive first
    tuning: Tuning | None = None  # None in a study that does not tune

    @property
    def is_tuning(self) -> bool:
        """Whether its packs are those of tuning."""
        return bool(self.packs) and self.packs[0].trials[0].phase == "tuning"

    @property
    def pending(self) -> int:
        """Replicates whose settings are not selected."""
        replicates = len(self.study.variants) * self.study.replicates
        return replicates - sum(trial.phase == "replication" for trial in self.trials)

    @property
    def to_come(self) -> int:
        """Tuning trials whose points are suggested once the scores of others are known."""
        return sum(self.tuning.to_come.values()) if self.tuning else 0
