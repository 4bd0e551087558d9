"""The rounds of one run: a study that tunes is planned anew when the packs of a round are done."""

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar

from orchestrator.plan.records import Pack, Plan


class Planned(Protocol):
    """A run whose plan is written down."""

    @property
    def plan(self) -> Plan: ...


R = TypeVar("R", bound=Planned)


class Rounds(Generic[R]):
    """Packs, round by round, for an executor; without tuning there is one round.

    first: the run as it was planned at the beginning. again: plans it anew; takes the ids of the
    trials that have been tried since. heard: is told of each further plan.
    """

    def __init__(
        self, first: R, again: Callable[[frozenset[str]], R], heard: Callable[[R], None]
    ) -> None:
        self.current, self.again, self.heard = first, again, heard
        self.tried: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[Sequence[Pack]]:
        yield self.current.plan.packs
        while self.current.plan.is_tuning:
            packs = self.current.plan.packs
            self.tried |= {trial.trial_id for pack in packs for trial in pack.trials}
            self.current = self.again(self.tried)
            self.heard(self.current)
            if self.current.plan.packs:
                yield self.current.plan.packs
