"""Trials that several workers train together, one of which fails or dies."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from orchestrator.execution.protocol import Executor, Job
from orchestrator.plan.identity import pack_id
from orchestrator.plan.records import Pack
from orchestrator.study.settings import Resources
from tests.execution.listening import Heard
from tests.training.packs import pack, variant

TRAIN = "tests.training.distributed.training:train_or_misbehave"


def named(label: str) -> Pack:
    """One trial, which does what its name says."""
    made = pack([variant(label, batch_size=33)], replicates=1)
    return replace(made, pack_id=pack_id(made.trials))


def run(
    executor: Executor, packs: Sequence[Pack], results: Path, cpus: int = 1
) -> tuple[Job, Heard]:
    """Each trial by two workers, with so many CPUs each."""
    heard, job = Heard(), Job(results, Resources(cpus=cpus, workers=2), train=TRAIN)
    executor.run([packs], job, heard)
    return job, heard


def stored(job: Job, of: Pack, table: str) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = pq.read_table(job.paths.part(table, of.pack_id)).to_pydict()
    return columns


def check_guilty(job: Job, guilty: Pack) -> None:
    """It failed with what the second worker said, while the first one waited for it."""
    row = stored(job, guilty, "trials")
    assert (row["status"], row["threads"]) == (["failed"], [2 * job.resources.cpus])
    (error,) = map(str, row["error"])
    assert error.splitlines()[0] == "ValueError: raise-0 is guilty"
    assert "in misbehave" in error
    assert error.endswith("(in worker 2 of 2)")
