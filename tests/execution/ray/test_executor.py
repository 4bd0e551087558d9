"""Worker processes that live on from pack to pack, and that die."""

import os
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pyarrow import Table

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.local.inline import InlineExecutor
from orchestrator.execution.protocol import Job
from orchestrator.execution.ray import executor as executor_module
from orchestrator.execution.ray.executor import Attempt, RayTuneExecutor
from orchestrator.execution.ray.preflight import Preflight, preflight
from orchestrator.paths import ResultsPaths
from orchestrator.plan.records import Pack
from orchestrator.store.pack_files import statuses
from orchestrator.study.settings import Resources
from tests.execution.conftest import LocalRay
from tests.execution.doubles import MARKER, SlowPreflight
from tests.execution.listening import Heard, pack_of
from tests.training.packs import pack, variant


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


def test_a_pack_that_gets_further_each_time_stays_whole() -> None:
    """Machines may be taken from it as often as they like."""
    pack = pack_of("a", "b")
    (again,) = Attempt(pack).after_loss("first")
    (once_more,) = again.after_loss("second")
    assert (once_more.pack, once_more.spare) == (pack, 1)
    (suspect,) = once_more.after_loss("second")
    assert suspect.spare == 0
    assert len(suspect.after_loss("second")) == 2
    (reprieved,) = suspect.after_loss("third")
    assert reprieved.pack == pack


class Enough(BaseException):
    """Stands for a signal to the driver."""


class Impatient(Heard):
    """Ends the run once its first epoch has begun: a busy machine loads torch for longer than a
    driver that ends waits."""

    def tick(self) -> None:
        if (Path(os.environ[MARKER]) / "slow 0").exists():
            raise Enough


def really(folder: Path) -> Job:
    resources = Resources(checkpoint_minutes=1e9)
    return Job(folder, resources, train="tests.execution.doubles:train_really")


def values(job: Job, pack: Pack) -> list[Table]:
    return [pq.read_table(job.paths.part(name, pack.pack_id)) for name in ("metrics", "gradients")]


@pytest.mark.ray
def test_sigterm_on_a_worker(ray_executor: RayTuneExecutor, tmp_path: Path) -> None:
    """It writes a checkpoint and ends; another worker resumes, to the same bits.

    Meanwhile the driver hears how far they are.
    """
    pack, heard = pack_of("taken slow", "b"), Heard()
    ray_executor.run([[pack]], really(tmp_path), heard)
    ((lost, reason, next_try),) = heard.losses
    assert (lost, next_try) == (pack, (pack,))
    assert reason.startswith("the worker process was asked to end")
    (summary,) = heard.summaries
    assert (summary.completed, summary.resumed, summary.note) == (2, True, None)
    assert not [path for path in tmp_path.rglob("*.pt")]
    assert {pack_id for pack_id, _ in heard.epochs} == {pack.pack_id}
    shares = [reached.share for _, reached in heard.epochs]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)
    assert "test/accuracy" in heard.epochs[-1][1].metrics

    through = really(tmp_path / "through")
    InlineExecutor().run([[pack]], through, Heard())
    assert values(really(tmp_path), pack) == values(through, pack)


@pytest.mark.ray
def test_a_driver_that_ends_lets_its_workers_write(
    ray_executor: RayTuneExecutor, tmp_path: Path
) -> None:
    pack = pack_of("slow", "b")
    with pytest.raises(Enough):
        ray_executor.run([[pack]], really(tmp_path), Impatient())
    assert statuses(really(tmp_path).paths) == {}
    checkpoint = really(tmp_path).paths.checkpoint("demo", pack.pack_id)
    assert checkpoint.exists()
    checkpoint.write_bytes(checkpoint.read_bytes()[:-1])
    heard = Heard()
    InlineExecutor().run([[pack]], really(tmp_path), heard)
    (summary,) = heard.summaries
    assert (summary.completed, summary.resumed) == (2, False)
    assert summary.note == f"{checkpoint} is damaged: the pack is trained from its start"


class Counting(Heard):
    """Notes, while packs run, what is asked of Ray: all that an autoscaler goes by."""

    def __init__(self, packs: int) -> None:
        super().__init__()
        self.packs, self.seen = packs, set[tuple[int, int, int]]()

    def tick(self) -> None:
        from ray.util import placement_group_table

        states = Counter(group["state"] for group in placement_group_table().values())
        left = self.packs - len(self.summaries)
        self.seen.add((left, states["PENDING"], states["CREATED"]))


@pytest.mark.ray
def test_ray_is_asked_for_what_is_left_of_the_plan(
    ray_executor: RayTuneExecutor, tmp_path: Path
) -> None:
    """Two CPUs and four packs."""
    packs = [pack_of(f"quick {i}") for i in range(4)]
    counting = Counting(len(packs))
    job = Job(tmp_path, train="tests.execution.doubles:train_slowly")
    ray_executor.run([packs], job, counting)
    assert all(pending <= left for left, pending, _ in counting.seen)
    # A pack that has just ended still has its room.
    assert all(created <= left + 1 for left, _, created in counting.seen), counting.seen
    assert max(pending for _, pending, _ in counting.seen) >= 2


@pytest.mark.ray
def test_killed_workers_cost_only_the_guilty_trial(ray_executor: RayTuneExecutor, job: Job) -> None:
    heard = Heard()
    unlucky, deadly = pack_of("die_once a", "b"), pack_of("c", "die_always d")
    ray_executor.run([[unlucky, deadly, pack_of("g")]], job, heard)
    completed = dict.fromkeys(["die_once a", *"bcg"], "completed")
    assert statuses(job.paths) == {**completed, "die_always d": "failed"}

    once = [(reason, next_try) for pack, reason, next_try in heard.losses if pack == unlucky]
    assert [next_try for _, next_try in once] == [(unlucky,)]  # same composition, same bits
    assert once[0][0].startswith("the worker process died: killed, crashed, or out of memory, on ")
    assert once[0][0].splitlines()[0].endswith(f"on {socket.gethostname()} (127.0.0.1)")
    sizes = [len(pack.trials) for pack, _, _ in heard.losses if pack != unlucky]
    assert sizes == [2, 2, 1]
    assert job.paths.part("trials", unlucky.pack_id).exists()

    failed = next(s for s in heard.summaries if s.failed)
    (row,) = pq.read_table(job.paths.part("trials", failed.pack_id)).to_pylist()
    assert row["error"].startswith("the worker process died: killed, crashed, or out of memory")


@pytest.mark.ray
def test_a_machine_that_differs_trains_nothing_and_is_named(local: LocalRay, job: Job) -> None:
    """However late it came: the worker looks itself."""

    @contextmanager
    def of_another_torch(results: ResultsPaths) -> Iterator[Preflight]:
        with preflight(results) as made:
            yield replace(made, versions={**made.versions, "torch": "1.0"})

    heard = Heard()
    with pytest.raises(EnvironmentFault, match=f"\n{socket.gethostname()} has torch .* run 1.0\n"):
        RayTuneExecutor(local.joined, of_another_torch).run([[pack_of("a")]], job, heard)
    assert (heard.summaries, statuses(job.paths)) == ([], {})


@pytest.mark.ray
def test_more_packs_than_one_tuner_takes(
    ray_executor: RayTuneExecutor, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor_module, "_PACKS_PER_TUNER", 2)
    heard = Heard()
    ray_executor.run([[pack_of(name) for name in "abc"]], job, heard)
    assert statuses(job.paths) == dict.fromkeys("abc", "completed")
    assert len(heard.summaries) == 3


@pytest.mark.ray
def test_a_worker_that_starts_slowly_is_not_ended_for_one_that_is_there(
    local: LocalRay, tmp_path: Path
) -> None:
    """Tune gives the pack that waits for it to the other, and would start the next one in vain.

    Also: a worker lives on from pack to pack.
    """
    job = Job(tmp_path, train="tests.execution.doubles:train_shortly")
    packs = [pack_of(f"short {number}") for number in range(24)]

    def slow(results: ResultsPaths) -> AbstractContextManager[Preflight]:
        return nullcontext(SlowPreflight(results, "", {}))

    executor = RayTuneExecutor(local.joined, slow)
    executor.run([packs], job, Heard())
    workers = [note for note in Path(os.environ[MARKER]).iterdir() if "worker " in note.name]
    assert 1 <= len(workers) <= 2, "no more than there are CPUs"


REAL = pack([variant("tame"), variant("wild", learning_rate=1e38)], replicates=2)


def stored(job: Job, name: str) -> Table:
    """Without what differs from run to run."""
    found = pq.read_table(job.paths.part(name, REAL.pack_id))
    return found.drop_columns(["wall_s", "started_at"]) if name == "trials" else found
