"""Trials that several workers train together, and workers that fail or die."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from orchestrator.execution.local.inline import InlineExecutor
from orchestrator.execution.protocol import Executor, Job
from orchestrator.execution.worker.pack import train_here
from orchestrator.paths import TABLES
from orchestrator.plan.identity import pack_id
from orchestrator.plan.records import Pack
from orchestrator.store.pack_files import statuses
from orchestrator.study.settings import Resources
from tests.execution.listening import Heard
from tests.training.packs import pack, variant

TRAIN = "tests.training.together:train_or_misbehave"


def named(label: str) -> Pack:
    """One trial, which does what its name says."""
    made = pack([variant(label, batch_size=33)], replicates=1)
    return replace(made, pack_id=pack_id(made.trials))


def run(executor: Executor, packs: Sequence[Pack], results: Path) -> tuple[Job, Heard]:
    heard, job = Heard(), Job(results, Resources(workers=2), train=TRAIN)
    executor.run([packs], job, heard)
    return job, heard


def stored(job: Job, of: Pack, table: str) -> dict[str, list[object]]:
    columns: dict[str, list[object]] = pq.read_table(job.paths.part(table, of.pack_id)).to_pydict()
    return columns


def check_guilty(job: Job, guilty: Pack) -> None:
    """It failed with what the second worker said, while the first one waited for it."""
    row = stored(job, guilty, "trials")
    assert (row["status"], row["threads"]) == (["failed"], [2])
    (error,) = map(str, row["error"])
    assert error.splitlines()[0] == "ValueError: raise-0 is guilty"
    assert "in misbehave" in error
    assert error.endswith("(in worker 2 of 2)")


@pytest.mark.slow
def test_without_ray_a_worker_that_raises_or_dies_fails_the_trial(tmp_path: Path) -> None:
    guilty, deadly = named("raise"), named("die_always")
    job, heard = run(InlineExecutor(), [guilty, deadly], tmp_path)
    check_guilty(job, guilty)
    assert [summary.failed for summary in heard.summaries] == [1, 1]
    (error,) = stored(job, deadly, "trials")["error"]
    assert error == "worker 2 of 2 died: killed, crashed, or out of memory"


@pytest.mark.ray
def test_with_ray_rows_are_those_of_one_worker_and_a_death_is_survived(
    ray_executor: Executor, tmp_path: Path
) -> None:
    """Also: what a worker raises is the trial's error, with nobody waiting for ever."""
    unlucky, guilty = named("die_once"), named("raise")
    job, heard = run(ray_executor, [unlucky, guilty], tmp_path)
    assert statuses(job.paths) == {"die_once-0": "completed", "raise-0": "failed"}
    check_guilty(job, guilty)
    assert [lost for lost, _, _ in heard.losses] == [unlucky]
    alone = train_here(unlucky, Job(tmp_path))
    for table in set(TABLES) - {"trials"}:
        found, wanted = stored(job, unlucky, table), getattr(alone, table)
        assert len(wanted["value"]) > 10
        assert np.allclose(found["value"], wanted["value"], rtol=1e-4, atol=1e-6)
    assert stored(job, unlucky, "trials")["execution"] == ["parallel"]
