"""Predicts how long packs take, from earlier packs of the same structure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heapreplace
from statistics import median

from orchestrator.plan.cost import trial_cost
from orchestrator.plan.records import Pack, Trial
from orchestrator.plan.stackable import is_stackable
from orchestrator.plan_document import Level

Work = frozenset[tuple[str, Level]]  # the common settings of a pack, its phase and device


@dataclass(frozen=True, slots=True)
class Timing:
    """A pack that was trained, or measured."""

    work: Work
    members: int
    wall_s: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """How long the packs of a plan take, without Ray's start and the report."""

    wall_s: float
    packs: int
    known: int  # packs whose structure was timed; the others are scaled by cost


def work_of(settings: Mapping[str, Level], phase: str, device: str) -> Work:
    """The settings that determine how long a trial takes; None equals not set.

    device: `cpu`, `cuda`, or the result of `device_name`.
    """
    deciding = {p: v for p, v in settings.items() if v is not None and not is_stackable(p)}
    return frozenset({**deciding, "phase": phase, "device": device}.items())


def device_name(device: str, *, is_parallel: bool) -> str:
    """The device, marked if several workers train each trial together."""
    return f"{device}, in parallel" if is_parallel else device


def trial_work(trial: Trial, device: str) -> Work:
    return work_of(trial.variant.settings.flat, trial.phase, device)


def pack_work(pack: Pack, device: str) -> Work:
    return trial_work(pack.trials[0], device)


@dataclass(frozen=True)
class Speeds:
    """Predicts the time of packs from the times of earlier ones.

    earlier: called when first needed, as reading them takes longer than planning.
    """

    earlier: Callable[[], Iterable[Timing]]
    device: str  # on which packs will be trained

    @cached_property
    def by_work(self) -> Mapping[Work, Sequence[Timing]]:
        found: dict[Work, list[Timing]] = {}
        for timing in self.earlier():
            found.setdefault(timing.work, []).append(timing)
        return found

    def of_trial(self, trial: Trial, members: int) -> float | None:
        """Seconds per trial in a pack of `members`, from the earlier packs nearest in size.

        None if no pack of its structure was timed.
        """
        earlier = self.by_work.get(trial_work(trial, self.device))
        if not earlier:
            return None
        nearest = min((timing.members for timing in earlier), key=lambda n: abs(n - members))
        return median(t.wall_s / t.members for t in earlier if t.members == nearest)

    def of_pack(self, pack: Pack) -> float | None:
        """Seconds, or None if no pack of its structure was timed."""
        members = len(pack.trials)
        each = self.of_trial(pack.trials[0], members)
        return None if each is None else members * each

    def and_also(self, measured: Iterable[Timing]) -> "Speeds":
        earlier = [timing for same in self.by_work.values() for timing in same]
        return Speeds(lambda: [*earlier, *measured], self.device)


UNKNOWN = Speeds(lambda: (), "cpu")
"""No pack was timed."""


def predict(packs: Sequence[Pack], speeds: Speeds, workers: int) -> Prediction | None:
    """The time of all packs; None if none of their structures was timed."""
    known = {pack.pack_id: speeds.of_pack(pack) for pack in packs}
    seconds = {name: wall_s for name, wall_s in known.items() if wall_s is not None}
    if not seconds:
        return None
    speed = sum(seconds.values()) / sum(_cost(p) for p in packs if p.pack_id in seconds)
    walls = [seconds.get(pack.pack_id, speed * _cost(pack)) for pack in packs]
    return Prediction(_makespan(walls, workers), len(packs), len(seconds))


def _cost(pack: Pack) -> int:
    return len(pack.trials) * trial_cost(pack.trials[0].variant.settings.flat)


def _makespan(walls: Iterable[float], workers: int) -> float:
    """Seconds, if each pack in turn goes to the worker that is free first."""
    busy_until = [0.0] * max(workers, 1)
    heapify(busy_until)
    for wall_s in walls:
        heapreplace(busy_until, busy_until[0] + wall_s)
    return max(busy_until)
