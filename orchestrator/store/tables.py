"""From the parts of the store to the three tables of one study."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from orchestrator.paths import TABLES, ResultsPaths
from orchestrator.store.files import replacing
from orchestrator.store.parts import Entry, entries
from orchestrator.store.schemas import DYNAMIC, LONG, common_type, levels, trials_schema, write


@dataclass(frozen=True)
class Planned:
    """The trials of a plan document, in its order."""

    study: str
    factors: tuple[str, ...]
    variants: tuple[Mapping[str, Any], ...]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Planned":
        return cls(document["study"], tuple(document["factors"]), tuple(document["variants"]))

    @cached_property
    def trials(self) -> list[str]:
        return [trial for variant in self.variants for trial in variant["trials"]]

    @cached_property
    def variant_of(self) -> list[int]:
        """(trials,) place of each trial's variant."""
        return [place for place, variant in enumerate(self.variants) for _ in variant["trials"]]


def compact(paths: ResultsPaths, plan_document: Mapping[str, Any]) -> None:
    """Gather all rows of the planned trials into `<study>/{trials,metrics,gradients}.parquet`.

    Rows stand in the order of the plan, whichever packs they come from: a study that was
    interrupted gets the same tables as one that was not. trials comes last, as in the store.
    """
    planned = Planned.of(plan_document)
    sources = _sources(entries(paths), planned)
    folder = paths.study(planned.study)
    for name in TABLES:
        read = _trials if name == "trials" else _long
        table = read(paths, name, planned, sources)
        with replacing(folder.table(name)) as file:
            write(table, file)


def _sources(stored: Mapping[str, Entry], planned: Planned) -> dict[str, list[str]]:
    """Pack id → planned trials whose rows are taken from it."""
    sources: dict[str, list[str]] = defaultdict(list)
    for trial in planned.trials:
        if entry := stored.get(trial):
            sources[entry.pack_id].append(trial)
    return sources


def _long(
    paths: ResultsPaths, name: str, planned: Planned, sources: Mapping[str, Sequence[str]]
) -> pa.Table:
    """metrics or gradients: the rows of each trial from the one pack that counts."""
    wanted = {pack: pa.array(trials) for pack, trials in sources.items()}
    files = [str(paths.part(name, pack)) for pack in wanted]
    scanner = ds.dataset(files, schema=LONG[name], format="parquet").scanner()
    batches = [
        batch.filter(pc.is_in(batch["trial_id"], wanted[Path(fragment.path).stem]))
        for batch, fragment in (
            (tagged.record_batch, tagged.fragment) for tagged in scanner.scan_batches()
        )
    ]
    return _in_plan_order(pa.Table.from_batches(batches, LONG[name]), planned)


def _trials(
    paths: ResultsPaths, name: str, planned: Planned, sources: Mapping[str, Sequence[str]]
) -> pa.Table:
    """One row a trial; what belongs to the study rather than to the trial is the plan's."""
    rows = [
        table.filter(pc.is_in(table["trial_id"], pa.array(trials)))
        for pack, trials in sources.items()
        for table in [pq.read_table(paths.part(name, pack))]
    ]
    return _as_planned(_in_plan_order(_union(rows), planned), planned)


def _in_plan_order(table: pa.Table, planned: Planned) -> pa.Table:
    """Stable: rows of one trial keep the order in which training wrote them."""
    order = np.argsort(_places(table, planned), kind="stable")
    return table.take(order)


def _places(table: pa.Table, planned: Planned) -> Any:
    """(rows,) the place of each row's trial in the plan."""
    places = pc.index_in(table["trial_id"], pa.array(planned.trials, pa.string()))
    return places.to_numpy()


def _union(tables: Sequence[pa.Table]) -> pa.Table:
    """Rows of packs whose settings and metrics differ; a column that a pack lacks is empty."""
    kinds: dict[str, list[pa.DataType]] = defaultdict(list)
    for table in tables:
        for field in table.schema:
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
    owners = [planned.variants[planned.variant_of[place]] for place in _places(table, planned)]
    own = {
        "study": pa.array([planned.study] * len(owners), pa.string()),
        "variant_id": pa.array([owner["variant_id"] for owner in owners], pa.string()),
        "variant": pa.array([owner["variant"] for owner in owners], pa.string()),
        "phase": pa.array(["replication"] * len(owners), pa.string()),
    }
    factors = {
        f"factor.{path}": levels(owner["levels"][path] for owner in owners)
        for path in planned.factors
    }
    kept = {n: table[n] for n in table.column_names if not n.startswith("factor.")} | own | factors
    schema = trials_schema(pa.field(n, kept[n].type) for n in kept if n.startswith(DYNAMIC))
    return pa.table([kept[name] for name in schema.names], schema=schema)
