"""The output of a trial is bounded."""

import sys

import pytest

from orchestrator.own_trials.output import Output, printed_to


def test_the_beginning_and_the_end_are_kept() -> None:
    output = Output(head_bytes=4, tail_bytes=6)
    for start in range(0, 100, 10):
        output.write(f"{start:010d}".encode())
    content = output.content
    assert content.startswith(b"0000\n[")
    assert content.endswith(b"0000000090")
    assert b"86 bytes left out" in content


def test_little_output_is_kept_as_it_is() -> None:
    output = Output(head_bytes=4, tail_bytes=6)
    for part in (b"abc", b"def", b"ghi"):
        output.write(part)
    assert output.content == b"abcdefghi"


def test_memory_is_bounded() -> None:
    output = Output(head_bytes=100, tail_bytes=1000)
    for _ in range(10_000):
        output.write(b"x" * 64)
    assert len(output.content) < 1300


def test_what_is_printed_appears_on_stderr_and_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output()
    with printed_to(output):
        print("out")
        print("err", file=sys.stderr)
    assert output.content == b"out\nerr\n"
    assert capsys.readouterr() == ("", "out\nerr\n")
