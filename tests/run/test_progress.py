"""What is made of the events of an executor: counts, lines, the journal."""

from typing import Any

import pytest

from orchestrator.execution.protocol import Summary
from orchestrator.run.counts import Tally
from orchestrator.run.progress import Progress
from orchestrator.run.signals import Stop
from tests.execution.listening import pack_of
from tests.run.displays import Recorded

ONE, TWO, THREE = (pack_of(*(f"{name}{i}" for i in range(2))) for name in "abc")
COMMAND = ("orch", "run", "a.yaml")

Events = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def display() -> Recorded:
    return Recorded()


@pytest.fixture
def events() -> Events:
    return []


@pytest.fixture
def progress(display: Recorded, events: Events) -> Progress:
    def record(event: str, **facts: Any) -> None:
        events.append((event, facts))

    return Progress(Tally([ONE, TWO], 1), display, record, lambda: None, COMMAND)


def done(wall_s: float, note: str | None = None) -> Summary:
    return Summary(ONE.pack_id, 2, 2, 0, 0, wall_s, note=note)


def test_losses_are_said_at_once(progress: Progress, display: Recorded) -> None:
    progress.lost(ONE, "the worker died\nin detail", [ONE])
    progress.lost(ONE, "the worker died", [TWO, THREE])
    progress.lost(ONE, "the worker died", [])
    again, halves, never = display.lines
    assert again == f"pack {ONE.pack_id} of 2 trials: the worker died; trying it again"
    assert halves.endswith("trying it in halves")
    assert never.endswith("the trial counts as failed")


def test_the_journal_is_kept(progress: Progress, events: Events) -> None:
    progress.started(ONE)
    progress.finished(done(2.0))
    progress.lost(TWO, "why", [])
    progress.cut_off("the head is gone")
    assert [event for event, _ in events] == [
        "pack_started", "pack_finished", "pack_failed", "interrupted"
    ]  # fmt: skip
    assert events[0][1] == {"pack_id": ONE.pack_id, "trials": 2}
    assert events[1][1]["wall_s"] == 2.0
    assert events[3][1]["completed"] == 2


def test_the_display_hears_of_every_change(progress: Progress, display: Recorded) -> None:
    progress.started(ONE)
    progress.finished(done(1.0, note="on the CPU"))
    progress.tick()
    assert progress.cut_off("the head is gone") == 3
    assert display.ticks == 3
    assert display.lines == ["note: on the CPU"]
    assert display.faults == ["the head is gone"]


def test_a_request_to_stop_goes_through(display: Recorded) -> None:
    with pytest.raises(Stop):
        asked_to_stop(display).tick()


def test_after_a_request_to_stop_a_fault_is_its_consequence(display: Recorded) -> None:
    """Where the signal has reached every process of the run, as `systemctl stop` sends it."""
    assert asked_to_stop(display).cut_off("the head is gone") == 130
    (shown,) = display.faults
    assert shown.startswith("interrupted: ")
    assert shown.endswith("orch run a.yaml")


def asked_to_stop(display: Recorded) -> Progress:
    def stop() -> None:
        raise Stop

    return Progress(Tally([ONE], 1), display, lambda event, **facts: None, stop, COMMAND)
