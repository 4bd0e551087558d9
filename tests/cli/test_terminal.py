"""What the terminal shows while packs run: a live line, or a plain one now and then."""

import io

import pytest
from rich.console import Console

from orchestrator.cli import terminal
from orchestrator.cli.terminal import Terminal
from orchestrator.execution.protocol import Summary
from orchestrator.run.counts import Tally
from tests.execution.listening import pack_of

ONE = pack_of("a0", "a1")


def test_one_line_in_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(terminal, "monotonic", lambda: now)
    shown = io.StringIO()
    display, tally = Terminal(Console(file=shown)), Tally([ONE], 1)
    tally.started(ONE)
    with display.training(tally, tally.text):
        for _ in range(25):
            now += 1
            display.tick()
    now += 60
    display.tick()
    first, second = shown.getvalue().splitlines()
    assert first == second == "0/2 trials · 1 pack running · 0:00 elapsed"


def test_a_live_line() -> None:
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, width=100, color_system=None)
    display, tally = Terminal(console), Tally([ONE], 1)
    with display.training(tally, tally.text):
        tally.started(ONE)
        tally.finished(Summary(ONE.pack_id, 2, 2, 0, 0, 1.0))
        display.tick()
    assert "2/2 trials · 0:00 left" in shown.getvalue()
    assert shown.getvalue().count("\n") <= 1  # the line is drawn over and over


def test_text_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """No markup, no emoji, no line breaks of its own."""
    line = "[bold]x[/bold] :bug: " + 60 * "long "
    Terminal().say(line)
    Terminal().cut_off("the head is gone")
    assert capsys.readouterr() == (f"{line}\n", "the head is gone\n")


def test_codes_in_a_text_are_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().say("question \x1b[2J")
    Terminal().cut_off("model\x1b[2J failed")
    assert capsys.readouterr() == ("question \\u001b[2J\n", "model\\u001b[2J failed\n")
    shown = io.StringIO()
    display = Terminal(Console(file=shown, force_terminal=True, width=100, color_system=None))
    with display.training(Tally([ONE], 1), lambda: "now \x1b[2J"):
        display.tick()
    assert "now \\u001b[2J" in shown.getvalue()
    assert "\x1b[2J" not in shown.getvalue()
