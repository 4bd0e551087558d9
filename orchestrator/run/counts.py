"""How far a run is, what it has reached, and how long it still takes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from orchestrator.execution.protocol import Summary
from orchestrator.plan.cost import trial_cost
from orchestrator.plan.records import Pack
from orchestrator.training.checkpoint_policy import Reached
from orchestrator.words import duration, plural


@dataclass(frozen=True, slots=True)
class Running:
    """A pack in a worker."""

    trials: int
    cost: float
    since: float
    reached: Reached | None = None
    reached_at: float | None = None

    @property
    def cost_done(self) -> float:
        """Of the epochs that are known to be trained."""
        return self.cost * self.reached.share if self.reached else 0.0

    @property
    def resumed(self) -> float:
        """Cost of what a checkpoint brought, in no time."""
        return self.cost * self.reached.resumed if self.reached else 0.0

    @property
    def cost_timed(self) -> float:
        return self.cost_done - self.resumed

    @property
    def known_s(self) -> float:
        """Seconds that these epochs took."""
        return self.reached_at - self.since if self.reached_at else 0.0

    @property
    def ends_at(self) -> float:
        """At its own speed so far."""
        return self.since + self.known_s * (self.cost - self.resumed) / self.cost_timed

    def done_by(self, now: float, speed: float) -> float:
        """Of its cost: what is known, and since then at this speed, in cost per second."""
        return min(self.cost, self.cost_done + speed * (now - (self.reached_at or self.since)))


class Tally:
    """Counts of trials, packs in work, and the work that is left, weighted by its cost."""

    def __init__(
        self, packs: Sequence[Pack], workers: int, metric: str = "", unit: str = ""
    ) -> None:
        self.workers, self.metric, self.unit = workers, metric, unit
        self.since = monotonic()
        self.total = 0  # trials
        self.cost_of: dict[str, float] = {}
        self.total_cost = self.done_cost = 0.0
        self.timed_cost = 0.0  # of what is done, without what checkpoints brought
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

    def reached(self, pack_id: str, reached: Reached) -> None:
        """reached: as before, where no epoch has ended since."""
        run = self.running[pack_id]
        if run.reached != reached:
            self.running[pack_id] = replace(run, reached=reached, reached_at=monotonic())

    def finished(self, summary: Summary) -> None:
        run = self.running.pop(summary.pack_id, None)
        cost = self.cost_of[summary.pack_id]
        self.done_cost += cost
        self.timed_cost += cost - (run.resumed if run else 0.0)
        self.busy_s += summary.wall_s
        self.completed += summary.completed
        self.diverged += summary.diverged
        self.failed += summary.failed

    def lost(self, pack: Pack, next_try: Iterable[Pack]) -> None:
        self.running.pop(pack.pack_id, None)
        self.cost_of |= {part.pack_id: _cost(part) for part in next_try}

    def text(self) -> str:
        """12/48 trials · 1 failed · 2 packs running · epoch 7 of 25 · test accuracy 93.1 % ·
        0:12 elapsed · 0:41 left.
        """
        words = [f"{self.trials:,}/{plural(self.total, 'trial')}"]
        words += [f"{self.failed:,} failed"] * bool(self.failed)
        words += [f"{self.diverged:,} diverged"] * bool(self.diverged)
        words += [f"{plural(len(self.running), 'pack')} running"] * bool(self.running)
        words += self._reached_text()
        words += [f"{duration(monotonic() - self.since)} elapsed"] * bool(self.running)
        left = self.left_s()
        words += [] if left is None else [f"{duration(left)} left"]
        return " · ".join(words)

    def _reached_text(self) -> list[str]:
        """Epochs of the running packs, and the mean of the compared metric over their trials."""
        known = [(run.trials, run.reached) for run in self.running.values() if run.reached]
        if not known:
            return []
        epochs = sorted({reached.epoch for _, reached in known})
        totals = {reached.epochs for _, reached in known}
        of = f" of {totals.pop():,}" if len(totals) == 1 and 0 not in totals else ""
        words = [f"epoch {_range(epochs[0], epochs[-1])}{of}"]
        values = [(n, r.metrics[self.metric]) for n, r in known if self.metric in r.metrics]
        if values:
            mean = sum(n * value for n, value in values) / sum(n for n, _ in values)
            words.append(f"{self.metric.replace('/', ' ')} {_value(mean, self.unit)}")
        return words

    def left_s(self) -> float | None:
        """Seconds to go; None before an epoch has shown how fast this machine is."""
        runs, now = self.running.values(), monotonic()
        known = [run for run in runs if run.cost_timed]
        done = self.timed_cost + sum(run.cost_timed for run in known)
        busy_s = self.busy_s + sum(run.known_s for run in known)
        if not done or not busy_s:
            return None
        speed = done / busy_s  # cost per second of one worker
        left = self.total_cost - self.done_cost - sum(run.done_by(now, speed) for run in runs)
        slowest = max((run.ends_at - now for run in known), default=0.0)
        return max(left / (speed * self.workers), slowest, 0.0)


def _range(low: int, high: int) -> str:
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def _value(value: float, unit: str) -> str:
    return f"{100 * value:.1f} %" if unit == "share" else f"{value:.3g}"


def _cost(pack: Pack) -> float:
    return float(sum(trial_cost(trial.variant.settings.flat) for trial in pack.trials))
