"""Hears what happens to packs: counts it, writes it to the journal, shows it."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from time import monotonic

from orchestrator.errors import EnvironmentFault, OrchError
from orchestrator.execution.protocol import Summary
from orchestrator.plan.records import Pack
from orchestrator.run.counts import Tally
from orchestrator.run.display import Display
from orchestrator.run.signals import Stop, interrupted
from orchestrator.training.checkpoint_policy import Reached
from orchestrator.words import plural


class Progress:
    """The listener of an executor.

    record: takes an event's name and facts, for events.jsonl.
    check: raises Stop when the user has asked to stop. command: that starts the run again.
    """

    def __init__(
        self,
        tally: Tally,
        display: Display,
        record: Callable[..., None],
        check: Callable[[], None],
        command: Sequence[str],
    ) -> None:
        self.tally, self.display, self.record, self.check = tally, display, record, check
        self.command = command
        self.since = monotonic()
        self.said = set[str]()  # notes, which many trials may repeat

    def started(self, pack: Pack) -> None:
        self.tally.started(pack)
        self.record("pack_started", pack_id=pack.pack_id, trials=len(pack.trials))
        self.display.tick()

    def reached(self, pack_id: str, reached: Reached) -> None:
        self.tally.reached(pack_id, reached)

    def finished(self, summary: Summary) -> None:
        self.tally.finished(summary)
        self.record("pack_finished", **asdict(summary))
        if summary.note and summary.note not in self.said:
            self.said.add(summary.note)
            self.display.say(f"note: {summary.note}")
        self.display.tick()

    def lost(self, pack: Pack, reason: str, next_try: Sequence[Pack]) -> None:
        self.tally.lost(pack, next_try)
        following = [part.pack_id for part in next_try]
        self.record("pack_failed", pack_id=pack.pack_id, reason=reason, next_try=following)
        self.display.say(_loss(pack, reason, next_try))

    def tick(self) -> None:
        self.check()
        self.display.tick()

    def cut_off(self, fault: str) -> int:
        wall_s, end = round(monotonic() - self.since, 3), self._end(fault)
        self.display.cut_off(str(end))
        self.record("interrupted", wall_s=wall_s, **self.tally.counts)
        return end.exit_code

    def _end(self, fault: str) -> OrchError:
        """After a signal, which others may have got as well, a fault is its consequence."""
        try:
            self.check()
        except Stop:
            return interrupted(self.command)
        return EnvironmentFault(fault)


def _loss(pack: Pack, reason: str, next_try: Sequence[Pack]) -> str:
    first = reason.splitlines()[0]
    what = f"pack {pack.pack_id} of {plural(len(pack.trials), 'trial')}: {first}"
    if not next_try:
        return f"{what}; the trial counts as failed"
    same = len(next_try) == 1
    return f"{what}; trying it {'again' if same else 'in halves'}"
