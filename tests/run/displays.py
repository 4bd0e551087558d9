"""A display that remembers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from orchestrator.run.counts import Tally


class Recorded:
    """What a run said, and how often it could have shown how far it is."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.faults: list[str] = []
        self.ticks = 0
        self.texts: list[str] = []  # how far it was, at each tick
        self.text: Callable[[], str] | None = None

    def say(self, line: str) -> None:
        self.lines.append(line)

    @contextmanager
    def training(self, tally: Tally, text: Callable[[], str]) -> Iterator[None]:
        self.text = text
        yield
        self.text = None

    def tick(self) -> None:
        self.ticks += 1
        if self.text:
            self.texts.append(self.text())

    def cut_off(self, fault: str) -> None:
        self.faults.append(fault)
