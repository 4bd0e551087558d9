"""A process whose output is asked for from elsewhere. No Ray here."""

import signal
import sys
import time

import pytest

from orchestrator.execution import driver
from orchestrator.execution.driver import Driver

LISTENER = """
import signal, sys, time
signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
print("running", flush=True)
time.sleep(60)
"""


def told(code: str, **variables: str) -> tuple[str, int]:
    """What the code prints, and its exit code."""
    return rest(Driver([sys.executable, "-c", code], variables))


def await_line(process: Driver) -> None:
    while not process.more()[0].endswith("\n"):
        pass


def rest(process: Driver) -> tuple[str, int]:
    text, code = "", None
    while code is None:
        more, code = process.more()
        text += more
    return text, code


def test_all_it_prints_and_its_exit_code() -> None:
    code = "import os, sys; print('a'); print(os.environ['B'], file=sys.stderr); sys.exit(3)"
    text, exit_code = told(code, B="β")
    assert sorted(text.splitlines()) == ["a", "β"]
    assert exit_code == 3


def test_a_letter_that_arrives_in_two_pieces() -> None:
    code = (
        "import os, time; os.write(1, b'\\xce'); time.sleep(0.2); os.write(1, b'\\xb2');"
        "os.write(1, b' \\xff')"
    )
    assert told(code)[0].startswith("β ")


def test_the_signal_of_ctrl_c_is_handed_on() -> None:
    """Also by a process that blocks it, as Ray's workers do."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process = Driver([sys.executable, "-c", LISTENER], {})
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    await_line(process)
    process.interrupt()
    assert rest(process) == ("", 130)


def test_it_is_ended_when_nobody_asks_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "SILENCE_S", 1.0)
    monkeypatch.setattr(driver, "_ANSWER_S", 0.05)
    monkeypatch.setattr(driver, "_LOOK_EVERY_S", 0.05)
    process = Driver([sys.executable, "-c", LISTENER], {})
    await_line(process)
    for _ in range(3):  # together longer than the silence that is suffered
        time.sleep(0.5)
        process.more()
    assert process.process.poll() is None
    assert process.process.wait(10) == 130
