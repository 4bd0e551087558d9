"""Worker processes, that live on from pack to pack, and that die."""

import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from orchestrator.execution import ray_tune
from orchestrator.execution.ray_tune import Attempt, RayTuneExecutor
from orchestrator.execution.records import Job
from orchestrator.store.parts import statuses
from tests.execution.doubles import MARKER
from tests.execution.listening import Heard, pack_of


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path, train="tests.execution.doubles:train")


def test_first_again_then_halves_then_nothing() -> None:
    pack = pack_of("a", "b", "c")
    (again,) = Attempt(pack).after_loss()
    assert again.pack is pack
    left, right = again.after_loss()
    assert [t.trial_id for t in left.pack.trials] == ["a"]
    assert [t.trial_id for t in right.pack.trials] == ["b", "c"]
    assert left.after_loss() == ()
    assert len(right.after_loss()) == 2


@pytest.mark.ray
def test_killed_workers_cost_only_the_guilty_trial(ray_executor: RayTuneExecutor, job: Job) -> None:
    heard = Heard()
    unlucky, deadly = pack_of("die_once a", "b"), pack_of("c", "d", "die_always e", "f")
    ray_executor.run([[unlucky, deadly, pack_of("g")]], job, heard)
    completed = dict.fromkeys(["die_once a", *"bcdfg"], "completed")
    assert statuses(job.paths) == {**completed, "die_always e": "failed"}

    once = [(reason, next_try) for pack, reason, next_try in heard.losses if pack == unlucky]
    assert [next_try for _, next_try in once] == [(unlucky,)]  # same composition, same bits
    assert once[0][0].startswith("the worker process died: killed, crashed, or out of memory")
    sizes = [len(pack.trials) for pack, _, _ in heard.losses if pack != unlucky]
    assert sizes == [4, 4, 2, 1]
    assert job.paths.part("trials", unlucky.pack_id).exists()

    failed = next(s for s in heard.summaries if s.failed)
    (row,) = pq.read_table(job.paths.part("trials", failed.pack_id)).to_pylist()
    assert row["error"].startswith("the worker process died: killed, crashed, or out of memory")


@pytest.mark.ray
def test_more_packs_than_one_tuner_takes(
    ray_executor: RayTuneExecutor, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_tune, "_PACKS_PER_TUNER", 2)
    heard = Heard()
    ray_executor.run([[pack_of(name) for name in "abc"]], job, heard)
    assert statuses(job.paths) == dict.fromkeys("abc", "completed")
    assert len(heard.summaries) == 3


@pytest.mark.ray
def test_a_worker_imports_torch_once_not_once_a_pack(
    ray_executor: RayTuneExecutor, tmp_path: Path
) -> None:
    job = Job(tmp_path, train="tests.execution.doubles:train_and_note")
    packs = [pack_of(f"noted {number}") for number in range(8)]
    ray_executor.run([packs[:5], packs[5:]], job, Heard())
    notes = [note.name for note in Path(os.environ[MARKER]).iterdir()]
    ours = {pack.pack_id for pack in packs}
    processes = {note.partition("@")[2] for note in notes if note.partition("@")[0] in ours}
    assert 1 <= len(processes) <= 2, "as many as there are CPUs"
