"""Sorts the rows of many packs in the order of the plan, in bounded memory.

A pack contains trials from all over the plan. Rows that do not fit into memory are first
distributed to temporary files, one per section of the plan; each is then sorted in memory.
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
from orchestrator.store.tables.plan_index import PlanIndex, Sources
from orchestrator.store.tables.read_packs import count_rows, read_long, with_dictionaries

MOST_ROWS = 2_000_000  # in memory at a time: 50 bytes each, in two or three copies
MOST_ANSWERS = 20_000  # the same, of answers: 3 to 40 kB each


@dataclass(frozen=True)
class ExternalSort:
    """Writes the table of metrics, gradients or answers of a study.

    files: parts of the packs of `sources`, in their order.
    folder: for temporary files, on the disk of the results. They have no name in it, so that the
        operating system removes them however this process ends.
    """

    files: Sequence[Path]
    schema: pa.Schema
    index: PlanIndex
    sources: Sources
    folder: Path
    most_rows: int = MOST_ROWS

    def write(self, file: BinaryIO, origin: str) -> None:
        """Write the sorted rows. Raises EnvironmentFault that names a part which cannot be read.

        origin: of the table, see `schemas.writing`.
        """
        rows = count_rows(self.files)
        tables = self._at_once() if sum(rows) <= self._most else self._in_sections(rows)
        with writing(with_dictionaries(self.schema), file, origin) as writer:
            for table in tables:
                writer.write_table(table)

    @property
    def _most(self) -> int:
        """Rows in memory at a time: fewer of answers, as each has its own bytes."""
        return (
            min(self.most_rows, MOST_ANSWERS) if "answers" in self.schema.names else self.most_rows
        )

    def _at_once(self) -> Iterator[pa.Table]:
        if self.files:
            yield self._in_order(range(len(self.files)))[0]

    def _in_sections(self, rows: Sequence[int]) -> Iterator[pa.Table]:
        """The table section by section: each has the same number of trials of the plan, ±1.

        rows: number of rows of each file.
        """
        count = ceil(sum(rows) / self._most)
        ends = len(self.index.trials) * np.arange(1, count + 1) // count
        with ExitStack() as stack:
            spills = [_Spill(stack.enter_context(_temporary(self.folder))) for _ in ends]
            for numbers in _batches(rows, self._most):
                table, ranks = self._in_order(numbers)
                cuts = np.searchsorted(ranks, ends)
                for spill, start, end in zip(spills, [0, *cuts[:-1]], cuts, strict=True):
                    spill.add(table[start:end])
            for spill in spills:
                table = spill.take()
                yield table.take(np.argsort(self.index.rank(table), kind="stable"))

    def _in_order(self, numbers: Sequence[int]) -> tuple[pa.Table, NDArray[np.int64]]:
        """The rows to use of these files, in the order of the plan, and their trials' ranks.

        numbers: indices in `files`.
        """
        found = read_long([self.files[number] for number in numbers], self.schema)
        ranks = self.index.rank(found.table)
        order = self.sources.order(ranks, np.array(numbers, np.int32)[found.owners])
        return found.table.take(order), ranks[order]


def _batches(rows: Sequence[int], most: int) -> Iterator[range]:
    """Indices of consecutive files that together have at most so many rows, or of a single file."""
    start = total = 0
    for number, own in enumerate(rows):
        if total and total + own > most:
            yield range(start, number)
            start, total = number, 0
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
        """All rows, in the order in which they were added. Closes the file, which removes it."""
        with self._file:
            if self._writer:
                self._writer.close()
            self._file.seek(0)
            return pa.ipc.open_stream(self._file).read_all().unify_dictionaries().combine_chunks()
