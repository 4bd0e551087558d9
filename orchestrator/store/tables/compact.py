"""Gathers the tables of a study from the packs of the store."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic_core import to_json

from orchestrator.files import replacing
from orchestrator.paths import REQUIRED, TABLES, ResultsPaths, StudyPaths
from orchestrator.plan_document import PlanDocument
from orchestrator.provenance import versions
from orchestrator.store.pack_files import FAILED, entries
from orchestrator.store.samples import gather_samples
from orchestrator.store.schemas import (
    DYNAMIC,
    FIXED,
    ORIGIN,
    common_type,
    levels,
    trials_schema,
    write,
)
from orchestrator.store.tables.external_sort import ExternalSort
from orchestrator.store.tables.plan_index import PlanIndex, Sources
from orchestrator.store.tables.predictions import kept_tables, write_joined
from orchestrator.store.tables.read_packs import read_groups


def compact(paths: ResultsPaths, plan: PlanDocument, into: StudyPaths | None = None) -> None:
    """Gather all rows of the plan's trials into tables, one per name in `TABLES`, predictions and
    their inputs where they are kept, and samples of the data into `data.json`.

    into: a folder; else that of the study, whose tables are replaced, also by ones with fewer
    rows: `unstored` says before whether any would be lost.

    Rows are in the order of the plan, whichever packs contain them: a study that was interrupted
    gets the same tables as one that was not. `trials` is written last, as in the store. A table
    that was gathered from the same files for the same plan is not written again.
    Raises EnvironmentFault when a part cannot be read or a table not be written.
    """
    folder = into or paths.study(plan.study)
    for table in _tables(paths, plan):
        path = folder.table(table.name)
        if _written_origin(path) != table.origin:
            with replacing(path) as file:
                table.write(file, path.parent)
    gather_samples(paths, plan, folder.data)


def is_compacted(paths: ResultsPaths, plan: PlanDocument) -> bool:
    """Whether the tables in the study's folder are those that `compact` would write."""
    folder = paths.study(plan.study)
    return all(
        _written_origin(folder.table(table.name)) == table.origin for table in _tables(paths, plan)
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """A table to gather.

    files: the parts of the packs of `sources`, in their order; without sources, files whose rows
        follow each other.
    """

    name: str
    index: PlanIndex
    sources: Sources | None
    files: Sequence[Path]

    @property
    def origin(self) -> str:
        """SHA-256 of the plan, the packs with their times and sizes, and the version of `orch`."""
        infos = [(file.name, file.stat()) for file in self.files]
        facts = [(name, info.st_mtime_ns, info.st_size) for name, info in infos]
        plan = (self.index.study, self.index.factors, self.index.variants)
        return hashlib.sha256(to_json([versions()["orch"], plan, facts])).hexdigest()

    def write(self, file: BinaryIO, folder: Path) -> None:
        """folder: for temporary files."""
        if self.sources is None:
            write_joined(self.name, self.files, file, self.origin)
        elif self.name == "trials":
            write(_trials(self.files, self.index, self.sources), file, self.origin)
        else:
            schema = FIXED[self.name]
            rows = ExternalSort(self.files, schema, self.index, self.sources, folder)
            rows.write(file, self.origin)


def _tables(paths: ResultsPaths, plan: PlanDocument) -> Iterator[_Table]:
    index = PlanIndex.of(plan)
    for name, kept in kept_tables(paths, plan, index):
        yield _Table(name, index, None, kept)
    stored = Sources.of(entries(paths), index)
    for name in TABLES:
        sources = stored if name in REQUIRED else stored.having(paths.store(name))
        files = [paths.part(name, pack) for pack in sources.packs]
        yield _Table(name, index, sources, files)


def _written_origin(table: Path) -> str | None:
    """The origin in the metadata of a table; None without a table, or without an origin in it."""
    with suppress(OSError, pa.ArrowException):
        found = pq.read_metadata(table).metadata or {}
        return (found.get(ORIGIN.encode()) or b"").decode() or None
    return None


def count_errors(study: StudyPaths) -> Counter[str]:
    """First line (type and message) of the errors of failed trials → number of trials."""
    table = pq.read_table(study.table("trials"), columns=["status", "error"])
    failed = table.filter(pc.equal(table["status"], FAILED))
    return Counter(
        (error or "no reason given").split("\n")[0] for error in failed["error"].to_pylist()
    )


def _trials(files: Sequence[Path], index: PlanIndex, sources: Sources) -> pa.Table:
    """One row per trial; columns of the study rather than of the trial come from the plan."""
    groups = list(read_groups(files))
    owners = np.concatenate([np.empty(0, np.int32), *(group.owners for group in groups)])
    table = _union([group.table for group in groups])
    return _with_plan(table.take(sources.order(index.rank(table), owners)), index)


def _union(tables: Sequence[pa.Table]) -> pa.Table:
    """Rows of packs whose settings and metrics differ; a column that a pack lacks is null."""
    kinds: dict[str, list[pa.DataType]] = defaultdict(list)
    for field in (field for table in tables for field in table.schema):
        if field.name.startswith(DYNAMIC):
            kinds[field.name].append(field.type)
    schema = trials_schema(pa.field(name, common_type(found)) for name, found in kinds.items())
    return pa.concat_tables([schema.empty_table(), *(_fit(table, schema) for table in tables)])


def _fit(table: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = [
        table[field.name].cast(field.type)
        if field.name in table.column_names
        else pa.nulls(len(table), field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _with_plan(table: pa.Table, index: PlanIndex) -> pa.Table:
    """Set study, variant and factors: a trial may have been trained for another study."""
    trials = [index.trials[rank] for rank in index.rank(table)]
    variants = [trial.variant for trial in trials]
    own = {
        "study": pa.array([index.study] * len(trials), pa.string()),
        "variant_id": pa.array([variant.variant_id for variant in variants], pa.string()),
        "variant": pa.array([variant.label for variant in variants], pa.string()),
        "phase": pa.array([trial.phase for trial in trials], pa.string()),
        "tuning_study": pa.array([trial.tuning_study for trial in trials], pa.int32()),
        "point": pa.array([trial.point for trial in trials], pa.int32()),
    }
    factors = {
        f"factor.{path}": levels(variant.levels.get(path) for variant in variants)
        for path in index.factors
    }
    kept = {n: table[n] for n in table.column_names if not n.startswith("factor.")} | own | factors
    schema = trials_schema(pa.field(n, kept[n].type) for n in kept if n.startswith(DYNAMIC))
    return pa.table([kept[name] for name in schema.names], schema=schema)
