"""Gathers predictions, and inputs that belong to them, from files of single trials and tasks."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from orchestrator.paths import INPUTS, PREDICTIONS, ResultsPaths
from orchestrator.plan_document import PlanDocument
from orchestrator.store.predictions import SPLITS, trials_with_predictions
from orchestrator.store.schemas import INPUTS_SCHEMA, SCORE, writing
from orchestrator.store.schemas import predictions_schema as schema_with
from orchestrator.store.tables.plan_index import PlanIndex
from orchestrator.store.tables.read_packs import naming

MOST_ROWS = 1_000_000  # in memory at a time


def write_joined(name: str, files: Sequence[Path], into: BinaryIO, origin: str) -> None:
    """Write the rows of these files one after another.

    name, files: of `kept_tables`. origin: of the table, see `schemas.writing`.
    Raises EnvironmentFault that names a file which cannot be read.
    """
    schema = _schema(name, files)
    with writing(schema, into, origin) as writer:
        for tables in _portions(_fitted(_read(each), schema) for each in files):
            writer.write_table(pa.concat_tables(tables))


def kept_tables(
    paths: ResultsPaths, plan: PlanDocument, index: PlanIndex
) -> Iterator[tuple[str, list[Path]]]:
    """Table → its files, in the order of the plan; nothing of studies without predictions."""
    trials = [trial.trial_id for trial in index.trials if trial.phase == "replication"]
    having = {split: trials_with_predictions(paths, split) for split in SPLITS}
    predictions = [
        paths.predictions(trial, split)
        for trial in trials
        for split in SPLITS
        if trial in having[split]
    ]
    if not predictions:
        return
    yield PREDICTIONS, predictions
    inputs = (
        paths.inputs(task.sample, split, replicate)
        for task in plan.tasks
        for split in SPLITS
        for replicate in range(plan.replicates)
    )
    yield INPUTS, [file for file in inputs if file.exists()]


def _read(file: Path) -> pa.Table:
    with naming(file, "its trial"):
        return pq.read_table(file, page_checksum_verification=True, partitioning=None)


def _schema(name: str, files: Sequence[Path]) -> pa.Schema:
    """Columns of all: tasks differ in classes, and some have values for targets."""
    if name == INPUTS:
        return INPUTS_SCHEMA
    kinds: dict[str, dict[pa.DataType, None]] = {}
    for file in files:
        with naming(file, "its trial"):
            for each in pq.read_schema(file):
                kinds.setdefault(each.name, {})[each.type] = None
    target = next(iter(kinds["target"])) if len(kinds["target"]) == 1 else pa.float32()
    scores = sorted(
        (each for each in kinds if each.startswith(SCORE)),
        key=lambda each: int(each.removeprefix(SCORE)),
    )
    return schema_with(target, scores)


def _fitted(table: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = [
        table[field.name].cast(field.type)
        if field.name in table.column_names
        else pa.nulls(len(table), field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _portions(tables: Iterable[pa.Table]) -> Iterator[list[pa.Table]]:
    """Consecutive tables of about so many rows together."""
    found: list[pa.Table] = []
    rows = 0
    for table in tables:
        found.append(table)
        rows += len(table)
        if rows >= MOST_ROWS:
            yield found
            found, rows = [], 0
    if found:
        yield found
