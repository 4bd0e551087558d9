"""Packs of trials named after what they do, and a listener that records all calls."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from orchestrator.execution.protocol import Summary
from orchestrator.plan.identity import pack_id
from orchestrator.plan.records import Pack, Trial
from orchestrator.training.checkpoint_policy import Reached
from tests.training.packs import variant


@dataclass
class Heard:
    """Everything that an executor reported."""

    started_packs: list[str] = field(default_factory=list)
    summaries: list[Summary] = field(default_factory=list)
    losses: list[tuple[Pack, str, tuple[Pack, ...]]] = field(default_factory=list)
    epochs: list[tuple[str, Reached]] = field(default_factory=list)
    ticks: int = 0

    def started(self, pack: Pack) -> None:
        self.started_packs.append(pack.pack_id)

    def reached(self, pack_id: str, reached: Reached) -> None:
        self.epochs.append((pack_id, reached))

    def finished(self, summary: Summary) -> None:
        self.summaries.append(summary)

    def lost(self, pack: Pack, reason: str, next_try: Sequence[Pack]) -> None:
        self.losses.append((pack, reason, tuple(next_try)))

    def tick(self) -> None:
        self.ticks += 1

    def cut_off(self, fault: str) -> int:
        raise AssertionError(fault)


def pack_of(*names: str) -> Pack:
    """A pack with one trial per name."""
    owner = variant("relu", epochs=3)
    owner = replace(owner, levels={"model.activation": "relu"})
    trials = tuple(Trial(name, owner, replicate) for replicate, name in enumerate(names))
    return Pack(pack_id(trials), trials, study="demo", study_seed=0, code_digest="c0de")
