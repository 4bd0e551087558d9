"""How far a run is, and how long it still takes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import monotonic

from orchestrator.execution.protocol import Summary
from orchestrator.plan.cost import trial_cost
from orchestrator.plan.records import Pack
from orchestrator.words import duration, plural


@dataclass(frozen=True, slots=True)
class Running:
    """A pack in a worker."""

    trials: int
    cost: float
    since: float


class Tally:
    """Counts of trials, packs in work, and the work that is left, weighted by its cost."""

    def __init__(self, packs: Sequence[Pack], workers: int) -> None:
        self.workers = workers
        self.total = 0  # trials
        self.cost_of: dict[str, float] = {}
        self.total_cost = self.done_cost = 0.0
        self.expect(packs)
        self.busy_s = 0.0  # of all workers together, for what is done
        self.running: dict[str, Running] = {}
        self.completed = self.diverged = self.failed = 0

    @property
    def trials(self) -> int:
        """Trials of this run that are in the store."""
        return self.completed + self.diverged + self.failed

    @property
    def counts(self) -> dict[str, int]:
        """The same by status, as events.jsonl has them."""
        return {
            "completed": self.completed, "diverged": self.diverged, "failed": self.failed
        }  # fmt: skip

    def expect(self, packs: Sequence[Pack]) -> None:
        """More work than was known before: the next round of a study that tunes."""
        costs = {pack.pack_id: _cost(pack) for pack in packs}
        self.total += sum(len(pack.trials) for pack in packs)
        self.cost_of |= costs
        self.total_cost += sum(costs.values())

    def started(self, pack: Pack) -> None:
        cost = self.cost_of.setdefault(pack.pack_id, _cost(pack))
        self.running[pack.pack_id] = Running(len(pack.trials), cost, monotonic())

    def finished(self, summary: Summary) -> None:
        self.running.pop(summary.pack_id, None)
        self.done_cost += self.cost_of[summary.pack_id]
        self.busy_s += summary.wall_s
        self.completed += summary.completed
        self.diverged += summary.diverged
        self.failed += summary.failed

    def lost(self, pack: Pack, next_try: Iterable[Pack]) -> None:
        self.running.pop(pack.pack_id, None)
        self.cost_of |= {part.pack_id: _cost(part) for part in next_try}

    def text(self) -> str:
        """12/48 trials · 1 failed · 2 diverged · 2 packs running · 0:41 left."""
        words = [f"{self.trials:,}/{plural(self.total, 'trial')}"]
        words += [f"{self.failed:,} failed"] * bool(self.failed)
        words += [f"{self.diverged:,} diverged"] * bool(self.diverged)
        words += [f"{plural(len(self.running), 'pack')} running"] * bool(self.running)
        left = self.left_s()
        words += [] if left is None else [f"{duration(left)} left"]
        return " · ".join(words)

    def left_s(self) -> float | None:
        """Seconds to go; None before a pack has shown how fast this machine is."""
        if not self.done_cost or not self.busy_s:
            return None
        speed = self.done_cost / self.busy_s  # cost per second of one worker
        now = monotonic()
        under_way = sum(min(run.cost, speed * (now - run.since)) for run in self.running.values())
        return max(self.total_cost - self.done_cost - under_way, 0.0) / (speed * self.workers)


def _cost(pack: Pack) -> float:
    return float(sum(trial_cost(trial.variant.settings.flat) for trial in pack.trials))
