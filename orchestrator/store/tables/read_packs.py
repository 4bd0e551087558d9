"""Reads many parts at a time, with the file of each row."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from numpy.typing import NDArray

from orchestrator.errors import EnvironmentFault

_CHECKED = ds.ParquetFragmentScanOptions(page_checksum_verification=True)  # detects changed bits
_DICTIONARY = pa.dictionary(pa.int32(), pa.string())  # 4 bytes per repeated string, not 20


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of many parts. owners: (rows,) index of each row's file in the list that was read."""

    table: pa.Table
    owners: NDArray[np.int32]


def read_long(files: Sequence[Path], schema: pa.Schema) -> Rows:
    """Read parts of the same schema; string columns are dictionary-encoded.

    Raises EnvironmentFault that names the file which cannot be read.
    """
    strings = {field.name for field in schema if pa.types.is_string(field.type)}
    options = ds.ParquetReadOptions(dictionary_columns=strings)
    read = partial(_rows, schema=with_dictionaries(schema), options=options)
    found = _naming_the_file(read, files)
    return Rows(found.table.unify_dictionaries().combine_chunks(), found.owners)


def with_dictionaries(schema: pa.Schema) -> pa.Schema:
    """The schema in which `read_long` returns rows."""
    return pa.schema(
        field.with_type(_DICTIONARY) if pa.types.is_string(field.type) else field
        for field in schema
    )


def count_rows(files: Sequence[Path]) -> list[int]:
    """Number of rows of each part. Raises EnvironmentFault like `read_long`."""
    return [_naming_the_file(_row_count, [file]) for file in files]


def read_groups(files: Sequence[Path]) -> Iterator[Rows]:
    """Read parts, one group per schema. Raises EnvironmentFault like `read_long`."""
    groups: dict[str, list[int]] = defaultdict(list)
    schemas = [_naming_the_file(_schema, [file]) for file in files]
    for number, schema in enumerate(schemas):
        groups[str(schema)].append(number)
    for numbers in groups.values():
        read = partial(_rows, schema=schemas[numbers[0]])
        found = _naming_the_file(read, [files[number] for number in numbers])
        yield Rows(found.table, np.array(numbers, np.int32)[found.owners])


def _row_count(files: Sequence[Path]) -> int:
    return int(pq.read_metadata(files[0]).num_rows)


def _schema(files: Sequence[Path]) -> pa.Schema:
    return pq.read_schema(files[0])


def _rows(
    files: Sequence[Path], schema: pa.Schema, options: ds.ParquetReadOptions | None = None
) -> Rows:
    number_of = {str(file): number for number, file in enumerate(files)}
    format = ds.ParquetFileFormat(options, default_fragment_scan_options=_CHECKED)
    scanner = ds.dataset([*number_of], schema=schema, format=format).scanner()
    tagged = [
        (found.record_batch, number_of[found.fragment.path]) for found in scanner.scan_batches()
    ]
    batches = [batch for batch, _ in tagged]
    owners = np.repeat(
        np.array([number for _, number in tagged], np.int32), [len(batch) for batch in batches]
    )
    return Rows(pa.Table.from_batches(batches, schema), owners)


def _naming_the_file(read: Callable[[Sequence[Path]], Any], files: Sequence[Path]) -> Any:
    """read(files); if that fails, each file alone, for an error that names the damaged one."""
    try:
        return read(files)
    except (pa.ArrowException, OSError):
        for file in files:
            with naming(file, "the trials of this pack"):
                read([file])
        raise


@contextmanager
def naming(file: Path, owners: str) -> Iterator[None]:
    """Turns errors of pyarrow into an EnvironmentFault. owners: who is trained again without it."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise EnvironmentFault(
            f"{file} cannot be read: {reason}\n"
            f"    remove it and run the study again: {owners} will be trained again"
        ) from error
