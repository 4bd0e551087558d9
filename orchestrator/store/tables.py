"""From the parts of the store to the three tables of one study."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from orchestrator.paths import TABLES, ResultsPaths, StudyPaths
from orchestrator.store.files import replacing
from orchestrator.store.parts import FAILED, Entry, entries
from orchestrator.store.reading import Rows, read_groups, read_long
from orchestrator.store.samples import gather_samples
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
        return [trial.trial_id for trial in self.places]

    @cached_property
    def places(self) -> tuple["Place", ...]:
        """(trials,) where each of them stands in the study; tuning first."""
        return tuple(place for variant in self.variants for place in _places_in(variant))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a trial stands in a study. It may have been trained for another one."""

    trial_id: str
    variant: Mapping[str, Any]
    phase: str
    tuning_study: int | None
    point: int | None


def _places_in(variant: Mapping[str, Any]) -> Iterator[Place]:
    for point in variant["tuning"]:
        for trial in point["trials"]:
            yield Place(trial, variant, "tuning", point["tuning_study"], point["point"])
    selected = variant["selected"]
    for replicate, trial in enumerate(variant["trials"]):
        best = selected[replicate % len(selected)] if selected else None
        place = (best["tuning_study"], best["point"]) if best else (None, None)
        if trial is not None:  # the plan has no setting for it
            yield Place(trial, variant, "replication", *place)


@dataclass(frozen=True)
class Sources:
    """Which pack the rows of each planned trial are taken from.

    packs: their ids. chosen: (trials,) place in `packs`, or -1 for a trial not in the store.
    """

    packs: tuple[str, ...]
    chosen: NDArray[np.int32]

    @classmethod
    def of(cls, stored: Mapping[str, Entry], planned: Planned) -> "Sources":
        found = [stored.get(trial) for trial in planned.trials]
        packs = dict.fromkeys(entry.pack_id for entry in found if entry)
        place = {pack: number for number, pack in enumerate(packs)}
        chosen = [place[entry.pack_id] if entry else -1 for entry in found]
        return cls(tuple(packs), np.array(chosen, np.int32))


def compact(paths: ResultsPaths, plan_document: Mapping[str, Any]) -> None:
    """Gather all rows of the planned trials into `<study>/{trials,metrics,gradients}.parquet`, and
    the samples of its data into `data.json`.

    Rows stand in the order of the plan, whichever packs they come from: a study that was
    interrupted gets the same tables as one that was not. trials comes last, as in the store.
    Raises EnvironmentFault when a part cannot be read or a table not be written.
    """
    planned = Planned.of(plan_document)
    sources = Sources.of(entries(paths), planned)
    folder = paths.study(planned.study)
    for name in TABLES:
        gather = _trials if name == "trials" else partial(_long, name)
        table = gather(paths, planned, sources)
        with replacing(folder.table(name)) as file:
            write(table, file)
    gather_samples(paths, plan_document)


def failures(study: StudyPaths) -> Counter[str]:
    """First lines of the errors of failed trials, as type and message, with their counts."""
    table = pq.read_table(study.table("trials"), columns=["status", "error"])
    failed = table.filter(pc.equal(table["status"], FAILED))
    return Counter(
        (error or "no reason given").split("\n")[0] for error in failed["error"].to_pylist()
    )


def _long(name: str, paths: ResultsPaths, planned: Planned, sources: Sources) -> pa.Table:
    """metrics or gradients."""
    if not sources.packs:
        return LONG[name].empty_table()
    files = [paths.part(name, pack) for pack in sources.packs]
    return _in_plan_order(read_long(files, LONG[name]), planned, sources)


def _trials(paths: ResultsPaths, planned: Planned, sources: Sources) -> pa.Table:
    """One row a trial; what belongs to the study rather than to the trial is the plan's."""
    groups = list(read_groups([paths.part("trials", pack) for pack in sources.packs]))
    owners = np.concatenate([np.empty(0, np.int32), *(group.owners for group in groups)])
    rows = Rows(_union([group.table for group in groups]), owners)
    return _as_planned(_in_plan_order(rows, planned, sources), planned)


def _in_plan_order(rows: Rows, planned: Planned, sources: Sources) -> pa.Table:
    """Rows of planned trials from the packs that count.

    The sort is stable: rows of one trial keep the order in which training wrote them.
    """
    places = _places(rows.table, planned)
    counts = np.flatnonzero((places >= 0) & (sources.chosen[places] == rows.owners))
    return rows.table.take(counts[np.argsort(places[counts], kind="stable")])


def _places(table: pa.Table, planned: Planned) -> NDArray[np.int64]:
    """(rows,) the place of each row's trial in the plan, or -1."""
    places = pc.index_in(table["trial_id"], pa.array(planned.trials, pa.string()))
    return np.asarray(places.fill_null(-1), np.int64)


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
    found = [planned.places[place] for place in _places(table, planned)]
    owners = [place.variant for place in found]
    own = {
        "study": pa.array([planned.study] * len(owners), pa.string()),
        "variant_id": pa.array([owner["variant_id"] for owner in owners], pa.string()),
        "variant": pa.array([owner["variant"] for owner in owners], pa.string()),
        "phase": pa.array([place.phase for place in found], pa.string()),
        "tuning_study": pa.array([place.tuning_study for place in found], pa.int32()),
        "point": pa.array([place.point for place in found], pa.int32()),
    }
    factors = {
        f"factor.{path}": levels(owner["levels"].get(path) for owner in owners)
        for path in planned.factors
    }
    kept = {n: table[n] for n in table.column_names if not n.startswith("factor.")} | own | factors
    schema = trials_schema(pa.field(n, kept[n].type) for n in kept if n.startswith(DYNAMIC))
    return pa.table([kept[name] for name in schema.names], schema=schema)
