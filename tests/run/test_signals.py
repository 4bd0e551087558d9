"""The first signal stops, the second kills; handlers are put back."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.run.signals import Interrupts, Stop, interruptible
from orchestrator.stop_signals import STOP_SIGNALS

SLOW_TO_CLEAN_UP = """
import signal, time
from orchestrator.run.signals import Stop, interruptible
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # tests may run under nohup
with interruptible():
    try:
        print("running", flush=True)
        time.sleep(60)
    except Stop:
        print("cleaning up", flush=True)
        time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_second_kills(number: signal.Signals) -> None:
    command = [sys.executable, "-c", SLOW_TO_CLEAN_UP]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        process.send_signal(number)
        assert process.stdout.readline() == "cleaning up\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == -signal.SIGINT


def test_some_signals_come_twice_by_themselves() -> None:
    """A closed terminal sends SIGHUP to each process and to its group; then Slurm sends SIGTERM."""
    command = [sys.executable, "-c", SLOW_TO_CLEAN_UP]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        process.send_signal(signal.SIGHUP)
        assert process.stdout.readline() == "cleaning up\n"
        for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM):
            process.send_signal(number)
            time.sleep(0.1)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == -signal.SIGTERM


def test_nohup_keeps_a_closed_terminal_away() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible() as interrupts:
            os.kill(os.getpid(), signal.SIGHUP)
            interrupts.check()
    finally:
        signal.signal(signal.SIGHUP, before)


def swallow(error: type[BaseException]) -> None:
    """As a library does that catches everything where our handler raises."""
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()
    except error:
        pass


def test_a_swallowed_signal_is_not_forgotten() -> None:
    with interruptible() as interrupts:
        interrupts.check()
        swallow(BaseException)
        with pytest.raises(Stop, match=r"^$"):
            interrupts.check()


def interrupt(interrupts: Interrupts, patience_s: float, work_s: float) -> Iterator[str]:
    """Work that goes on after a signal; yields when it is done."""
    with interrupts.deferred(patience_s):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(work_s)
        yield "done"


def test_what_is_under_way_may_be_saved_for_a_while() -> None:
    with interruptible() as interrupts:
        working = interrupt(interrupts, 60, 0)
        assert next(working) == "done"
        with pytest.raises(Stop, match=r"^$"):
            next(working)
        assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_error_after_a_signal_is_its_consequence(number: signal.Signals) -> None:
    """The same signal may have ended servers of Ray."""
    with interruptible() as interrupts, pytest.raises(Stop):
        fail(interrupts, number)


def test_an_error_without_a_signal_stays() -> None:
    with interruptible() as interrupts, pytest.raises(EnvironmentFault, match="died"):
        fail(interrupts)


def fail(interrupts: Interrupts, number: signal.Signals | None = None) -> None:
    with interrupts.deferred():
        if number is not None:
            os.kill(os.getpid(), number)
        raise EnvironmentFault("the raylet died")


def test_but_not_for_ever() -> None:
    with interruptible() as interrupts, pytest.raises(Stop, match=r"^$"):
        next(interrupt(interrupts, 0.05, 60))


def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(name) for name in STOP_SIGNALS]
    with interruptible():
        swallow(Stop)
    assert [signal.getsignal(name) for name in STOP_SIGNALS] == before
