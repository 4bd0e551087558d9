"""Rows of many packs in the order of the plan, within a memory that does not grow with them.

Packs have trials from all over the plan. Where their rows are too many for the memory, they go to
temporary files first, each of which takes a stretch of the plan, and from there to the table.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import IO, BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from orchestrator.store.schemas import writing
from orchestrator.store.tables.plan_index import Planned, Sources
from orchestrator.store.tables.read_packs import count_rows, read_long, with_dictionaries

MOST_ROWS = 2_000_000  # at once, of 50 bytes each, two or three times over


@dataclass(frozen=True)
class Ordering:
    """Gathers metrics or gradients of a study.

    files: parts of the packs of `sources`, in their order.
    folder: for temporary files, on the disk of the results. They have no name there: nothing is
        left of them, whatever ends this process.
    """

    files: Sequence[Path]
    schema: pa.Schema
    planned: Planned
    sources: Sources
    folder: Path
    most_rows: int = MOST_ROWS

    def write(self, file: BinaryIO, origin: str) -> None:
        """Raises EnvironmentFault that names the part which cannot be read."""
        rows = count_rows(self.files)
        tables = self._at_once() if sum(rows) <= self.most_rows else self._in_stretches(rows)
        with writing(with_dictionaries(self.schema), file, origin) as writer:
            for table in tables:
                writer.write_table(table)

    def _at_once(self) -> Iterator[pa.Table]:
        if self.files:
            yield self._in_order(range(len(self.files)))[0]

    def _in_stretches(self, rows: Sequence[int]) -> Iterator[pa.Table]:
        """The table in pieces, each of so many trials of the plan.

        rows: of each file.
        """
        count = ceil(sum(rows) / self.most_rows)
        ends = len(self.planned.trials) * np.arange(1, count + 1) // count
        with ExitStack() as stack:
            spills = [_Spill(stack.enter_context(_temporary(self.folder))) for _ in ends]
            for places in _portions(rows, self.most_rows):
                table, ranks = self._in_order(places)
                cuts = np.searchsorted(ranks, ends)
                for spill, start, end in zip(spills, [0, *cuts[:-1]], cuts, strict=True):
                    spill.add(table[start:end])
            for spill in spills:
                table = spill.take()
                yield table.take(np.argsort(self.planned.rank(table), kind="stable"))

    def _in_order(self, places: Sequence[int]) -> tuple[pa.Table, NDArray[np.int64]]:
        """Rows of these files that count, and the rank of each one's trial."""
        found = read_long([self.files[place] for place in places], self.schema)
        ranks = self.planned.rank(found.table)
        order = self.sources.order(ranks, np.array(places, np.int32)[found.owners])
        return found.table.take(order), ranks[order]


def _portions(rows: Sequence[int], most: int) -> Iterator[range]:
    """Places of the files, as many at a time as have so many rows."""
    start = total = 0
    for place, own in enumerate(rows):
        if total and total + own > most:
            yield range(start, place)
            start, total = place, 0
        total += own
    yield range(start, len(rows))


def _temporary(folder: Path) -> IO[bytes]:
    return tempfile.TemporaryFile(dir=folder)


class _Spill:
    """Rows in a temporary file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._writer: pa.RecordBatchStreamWriter | None = None

    def add(self, table: pa.Table) -> None:
        if self._writer is None:
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            self._writer = pa.ipc.new_stream(self._file, table.schema, options=options)
        self._writer.write_table(table)

    def take(self) -> pa.Table:
        """All of them, in the order in which they came. Their file is gone then."""
        with self._file:
            if self._writer:
                self._writer.close()
            self._file.seek(0)
            return pa.ipc.open_stream(self._file).read_all().unify_dictionaries().combine_chunks()
