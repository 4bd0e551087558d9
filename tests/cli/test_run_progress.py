"""What is counted, estimated and shown while packs run."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console

from orchestrator.execution.protocol import Summary
from orchestrator.plan.records import Pack
from orchestrator.run import counts as counting
from orchestrator.run import progress
from orchestrator.run.counts import Tally, duration
from orchestrator.run.progress import Progress
from tests.execution.listening import pack_of

ONE, TWO, THREE, FOUR = (pack_of(*(f"{name}{i}" for i in range(2))) for name in "abcd")


class Clock:
    """Time that stands still until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    found = Clock()
    monkeypatch.setattr(counting, "monotonic", found)
    monkeypatch.setattr(progress, "monotonic", found)
    return found


def done(pack: Pack, wall_s: float, failed: int = 0, diverged: int = 0) -> Summary:
    total = len(pack.trials)
    return Summary(pack.pack_id, total, total - failed - diverged, diverged, failed, wall_s)


class TestTally:
    def test_text(self, clock: Clock) -> None:
        counts = Tally([ONE, TWO, THREE, FOUR], workers=2)
        assert counts.text() == "0/8 trials"
        counts.started(ONE)
        counts.started(TWO)
        assert counts.text() == "0/8 trials · 2 packs running"
        clock.now += 10
        counts.finished(done(ONE, 10, failed=1))
        assert counts.text() == "2/8 trials · 1 failed · 1 pack running · 0:10 left"

    def test_time_left_counts_what_is_under_way(self, clock: Clock) -> None:
        """Four equal packs, 10 s each, on two workers."""
        counts = Tally([ONE, TWO, THREE, FOUR], workers=2)
        assert counts.left_s() is None
        counts.started(ONE)
        counts.finished(done(ONE, 10))
        assert counts.left_s() == pytest.approx(15)
        counts.started(TWO)
        counts.started(THREE)
        clock.now += 4
        assert counts.left_s() == pytest.approx(15 - 4)
        clock.now += 100  # slower than thought: as good as done, but not more
        assert counts.left_s() == pytest.approx(5)

    def test_a_lost_pack_counts_once(self, clock: Clock) -> None:
        counts = Tally([ONE, TWO], workers=1)
        counts.started(ONE)
        counts.lost(ONE, [ONE])
        assert not counts.running
        counts.started(ONE)
        counts.finished(done(ONE, 5, diverged=2))
        assert counts.text() == "2/4 trials · 2 diverged · 0:05 left"
        counts.started(TWO)
        counts.finished(done(TWO, 5))
        assert counts.left_s() == 0


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (41.4, "0:41"), (725, "12:05"), (11220, "3:07:00")]
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


class TestPlainLines:
    @pytest.fixture
    def shown(self) -> io.StringIO:
        return io.StringIO()

    @pytest.fixture
    def listener(self, shown: io.StringIO, clock: Clock) -> Progress:
        self.events: list[tuple[str, dict[str, Any]]] = []

        def record(event: str, **facts: Any) -> None:
            self.events.append((event, facts))

        return Progress(Tally([ONE, TWO], 1), Console(file=shown), record, lambda: None)

    def test_one_line_in_ten_seconds(
        self, listener: Progress, shown: io.StringIO, clock: Clock
    ) -> None:
        with listener.shown():
            listener.started(ONE)
            for _ in range(25):
                clock.now += 1
                listener.tick()
        assert shown.getvalue() == "0/4 trials · 1 pack running\n" * 2

    def test_losses_are_told_at_once(self, listener: Progress, shown: io.StringIO) -> None:
        listener.lost(ONE, "the worker died\nin detail", [ONE])
        listener.lost(ONE, "the worker died", [TWO, THREE])
        listener.lost(ONE, "the worker died", [])
        again, halves, never = shown.getvalue().splitlines()
        assert again == f"pack {ONE.pack_id} of 2 trials: the worker died; trying it again"
        assert halves.endswith("trying it in halves")
        assert never.endswith("the trial counts as failed")

    def test_the_journal_is_kept(self, listener: Progress) -> None:
        listener.started(ONE)
        listener.finished(done(ONE, 2.0))
        listener.lost(TWO, "why", [])
        assert [event for event, _ in self.events] == [
            "pack_started", "pack_finished", "pack_failed"
        ]  # fmt: skip
        assert self.events[0][1] == {"pack_id": ONE.pack_id, "trials": 2}
        assert self.events[1][1]["wall_s"] == 2.0


def test_a_request_to_stop_goes_through(clock: Clock) -> None:
    def stop() -> None:
        raise KeyboardInterrupt("asked")

    listener = Progress(
        Tally([ONE], 1), Console(file=io.StringIO()), lambda event, **facts: None, stop
    )
    with pytest.raises(KeyboardInterrupt, match="asked"):
        listener.tick()


def test_a_terminal_gets_one_live_line(clock: Clock) -> None:
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, width=100, color_system=None)
    listener = Progress(Tally([ONE], 1), console, lambda event, **facts: None, lambda: None)
    with listener.shown():
        listener.started(ONE)
        listener.finished(done(ONE, 1.0))
    assert "2/2 trials · 0:00 left" in shown.getvalue()
    assert shown.getvalue().count("\n") <= 1  # the line is drawn over and over
