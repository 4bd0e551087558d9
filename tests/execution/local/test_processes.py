"""A trial whose workers are processes of this machine, without Ray."""

from pathlib import Path

import pytest

from orchestrator.execution.local.inline import InlineExecutor
from tests.execution.parallel import check_guilty, named, run, stored


@pytest.mark.slow
def test_a_worker_that_raises_or_dies_fails_the_trial(tmp_path: Path) -> None:
    guilty, deadly = named("raise"), named("die_always")
    job, heard = run(InlineExecutor(), [guilty, deadly], tmp_path)
    check_guilty(job, guilty)
    assert [summary.failed for summary in heard.summaries] == [1, 1]
    (error,) = stored(job, deadly, "trials")["error"]
    assert error == "worker 2 of 2 died: killed, crashed, or out of memory"


@pytest.mark.slow
def test_a_module_of_the_current_folder_takes_no_librarys_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python would import pickle before anything of orch, and run what a stranger wrote."""
    here = tmp_path / "here"
    here.mkdir()
    (here / "pickle.py").write_text(f"open({str(tmp_path / 'trace')!r}, 'w')\n")
    monkeypatch.chdir(here)
    _, heard = run(InlineExecutor(), [named("a")], tmp_path)
    assert [summary.completed for summary in heard.summaries] == [1]
    assert not (tmp_path / "trace").exists()
