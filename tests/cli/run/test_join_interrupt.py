"""Signals to `orch run --address` before it trains: while it joins the cluster and checks nodes."""

import shlex
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.heads import NO_PRESTART, OPEN, Head, started_head
from tests.cli.running import parts, started, write_study

pytestmark = [pytest.mark.ray, pytest.mark.slow]

MOMENTS = {
    "checking the node": "session_2*/logs/worker-*.out",
    "joining": "session_2*/logs/python-core-driver-*",
}
"""What the run does → which file of Ray's is there since it began."""


@pytest.fixture(scope="module")
def head() -> Iterator[Head]:
    flags = ["--num-cpus=1", "--include-dashboard=false", "--node-ip-address=127.0.0.1"]
    flags.append("--include-log-monitor=false")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (OPEN | NO_PRESTART).items():
            patch.setenv(name, value)
        with started_head(flags) as head:
            yield head


@pytest.mark.parametrize("pattern", MOMENTS.values(), ids=MOMENTS)
def test_sigterm(head: Head, tmp_path: Path, pattern: str) -> None:
    study, results = write_study(tmp_path), tmp_path / "results"
    before = set(head.folder.glob(pattern))
    words: list[str | Path] = ["run", study, "--address", head.address, "--results", results]
    with started(words) as run:
        run.wait_for(pattern, lambda: set(head.folder.glob(pattern)) - before)
        run.process.send_signal(signal.SIGTERM)
        shown, error = run.process.communicate(timeout=120)
    assert (run.process.returncode, shown) == (130, "")
    assert error == (
        "interrupted: finished packs are in the store\n"
        f"    to go on from there: {shlex.join(['orch', *map(str, words)])}\n"
    )
    assert parts(results) == {}
    assert not list(results.glob(".seen-*")), "the mark for other machines"
