"""The line that says how far a study is: written by a job, read by `orch status`."""

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.execution.protocol import Summary
from orchestrator.run.counts import Tally
from orchestrator.run.remote.status_line import StatusLine, in_words, last_status_line
from tests.execution.listening import pack_of

counts = st.integers(0, 10**6)
LINES = st.builds(StatusLine, counts, counts, counts, counts, counts, st.none() | st.floats(0, 1e6))


@given(LINES, LINES)
def test_the_last_one_in_a_log(first: StatusLine, last: StatusLine) -> None:
    log = f"tiny: 8 trials\n{first.line}\npack lost\n{last.line}\nreport: x\n"
    assert last_status_line(log) == last
    assert in_words(log) == f"tiny: 8 trials\n{first}\npack lost\n{last}\nreport: x\n"


def test_a_log_without_one() -> None:
    assert last_status_line("Runtime env is setting up.\n  orch status: {\n") is None


def test_of_a_run_that_goes_on_from_an_earlier_one() -> None:
    packs = [pack_of("a", "b", "c"), pack_of("d", "e")]
    tally = Tally(packs, workers=1)
    for pack in packs:
        tally.started(pack)
    tally.finished(Summary(packs[0].pack_id, 3, completed=1, diverged=1, failed=1, wall_s=2.0))
    found = StatusLine.of(tally, trials=12, done=7)
    assert (found.trials, found.done, found.diverged, found.failed, found.running) == (
        12,
        9,
        1,
        1,
        2,
    )
    assert found.left_s is not None
    assert (
        str(StatusLine(1234, 12, 1, 0, 3, 61))
        == "12/1,234 trials · 1 diverged · 3 running · 1:01 left"
    )
