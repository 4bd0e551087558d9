"""How long packs will take, from packs of the same structure that were trained before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heapreplace
from statistics import median

from orchestrator.plan.cost import trial_cost
from orchestrator.plan.packs import is_stackable
from orchestrator.plan.records import Pack
from orchestrator.study.records import Level

Work = frozenset[tuple[str, Level]]  # what members of a pack have in common, and where they trained


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
    known: int  # of them whose structure has been timed; others are scaled by their cost


def work_of(settings: Mapping[str, Level], phase: str, device: str) -> Work:
    """The settings that decide how long a trial takes; None and not set are the same."""
    deciding = {p: v for p, v in settings.items() if v is not None and not is_stackable(p)}
    return frozenset({**deciding, "phase": phase, "device": device}.items())


def pack_work(pack: Pack, device: str) -> Work:
    first = pack.trials[0]
    return work_of(first.variant.settings.flat, first.phase, device)


def predict(
    packs: Sequence[Pack], timings: Iterable[Timing], workers: int, device: str
) -> Prediction | None:
    """None where nothing is known of any of the packs."""
    by_work: dict[Work, list[Timing]] = {}
    for timing in timings:
        by_work.setdefault(timing.work, []).append(timing)
    seconds = {}
    for pack in packs:
        if earlier := by_work.get(pack_work(pack, device)):
            seconds[pack.pack_id] = _like(earlier, len(pack.trials))
    if not seconds:
        return None
    speed = sum(seconds.values()) / sum(_cost(p) for p in packs if p.pack_id in seconds)
    walls = [seconds.get(pack.pack_id, speed * _cost(pack)) for pack in packs]
    return Prediction(_makespan(walls, workers), len(packs), len(seconds))


def _like(earlier: Sequence[Timing], members: int) -> float:
    """Seconds of a pack of so many members, by the earlier ones nearest to it in size."""
    nearest = min((timing.members for timing in earlier), key=lambda n: abs(n - members))
    per_member = [t.wall_s / t.members for t in earlier if t.members == nearest]
    return members * median(per_member)


def _cost(pack: Pack) -> int:
    return len(pack.trials) * trial_cost(pack.trials[0].variant.settings.flat)


def _makespan(walls: Iterable[float], workers: int) -> float:
    """Each pack goes to the worker that is free first, in the order of the plan."""
    busy_until = [0.0] * max(workers, 1)
    heapify(busy_until)
    for wall_s in walls:
        heapreplace(busy_until, busy_until[0] + wall_s)
    return max(busy_until)
