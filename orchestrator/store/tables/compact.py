"""From the parts of the store to the three tables of one study."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestrator.paths import TABLES, ResultsPaths, StudyPaths
from orchestrator.plan_document import PlanDocument
from orchestrator.store.local.atomic_files import replacing
from orchestrator.store.pack_files import FAILED, entries
from orchestrator.store.samples import gather_samples
from orchestrator.store.schemas import DYNAMIC, LONG, common_type, levels, trials_schema, write
from orchestrator.store.tables.external_sort import Ordering
from orchestrator.store.tables.origin import origin_in, origin_of
from orchestrator.store.tables.plan_index import Planned, Sources
from orchestrator.store.tables.read_packs import read_groups


def compact(paths: ResultsPaths, plan: PlanDocument) -> None:
    """Gather all rows of the planned trials into `<study>/{trials,metrics,gradients}.parquet`, and
    the samples of its data into `data.json`.

    Rows stand in the order of the plan, whichever packs they come from: a study that was
    interrupted gets the same tables as one that was not. trials comes last, as in the store. A
    table that was gathered from the same files for the same plan is left as it is.
    Raises EnvironmentFault when a part cannot be read or a table not be written.
    """
    planned = Planned.of(plan)
    sources = Sources.of(entries(paths), planned)
    for name in TABLES:
        table = paths.study(planned.study).table(name)
        files = [paths.part(name, pack) for pack in sources.packs]
        origin = origin_of(files, planned)
        if origin_in(table) != origin:
            with replacing(table) as file:
                if name == "trials":
                    write(_trials(files, planned, sources), file, origin)
                else:
                    Ordering(files, LONG[name], planned, sources, table.parent).write(file, origin)
    gather_samples(paths, plan)


def count_errors(study: StudyPaths) -> Counter[str]:
    """First lines of the errors of failed trials, as type and message, with their counts."""
    table = pq.read_table(study.table("trials"), columns=["status", "error"])
    failed = table.filter(pc.equal(table["status"], FAILED))
    return Counter(
        (error or "no reason given").split("\n")[0] for error in failed["error"].to_pylist()
    )


def _trials(files: Sequence[Path], planned: Planned, sources: Sources) -> pa.Table:
    """One row a trial; what belongs to the study rather than to the trial is the plan's."""
    groups = list(read_groups(files))
    owners = np.concatenate([np.empty(0, np.int32), *(group.owners for group in groups)])
    table = _union([group.table for group in groups])
    return _as_planned(table.take(sources.order(planned.rank(table), owners)), planned)


def _union(tables: Sequence[pa.Table]) -> pa.Table:
    """Rows of packs whose settings and metrics differ; a column that a pack lacks is empty."""
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


def _as_planned(table: pa.Table, planned: Planned) -> pa.Table:
    """Set study, variant and factors: a trial may have been trained for another study."""
    found = [planned.places[place] for place in planned.rank(table)]
    owners = [place.variant for place in found]
    own = {
        "study": pa.array([planned.study] * len(owners), pa.string()),
        "variant_id": pa.array([owner.variant_id for owner in owners], pa.string()),
        "variant": pa.array([owner.label for owner in owners], pa.string()),
        "phase": pa.array([place.phase for place in found], pa.string()),
        "tuning_study": pa.array([place.tuning_study for place in found], pa.int32()),
        "point": pa.array([place.point for place in found], pa.int32()),
    }
    factors = {
        f"factor.{path}": levels(owner.levels.get(path) for owner in owners)
        for path in planned.factors
    }
    kept = {n: table[n] for n in table.column_names if not n.startswith("factor.")} | own | factors
    schema = trials_schema(pa.field(n, kept[n].type) for n in kept if n.startswith(DYNAMIC))
    return pa.table([kept[name] for name in schema.names], schema=schema)
