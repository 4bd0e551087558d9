"""The tables of the store: column names, order and types. docs/results.md says what they mean."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestrator.training.records import Columns


def _column(name: str, kind: pa.DataType, nullable: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=nullable)


METRICS = pa.schema(
    [
        _column("trial_id", pa.string()),
        _column("epoch", pa.int32()),
        _column("step", pa.int64()),
        _column("split", pa.string()),
        _column("metric", pa.string()),
        _column("value", pa.float64()),
    ]
)
GRADIENTS = pa.schema(
    [
        _column("trial_id", pa.string()),
        _column("epoch", pa.int32()),
        _column("step", pa.int64()),
        _column("axis", pa.string()),
        _column("site", pa.string()),
        _column("position", pa.int32()),
        _column("quantity", pa.string()),
        _column("value", pa.float64()),
    ]
)
ANSWERS = pa.schema(
    [
        _column("trial_id", pa.string()),
        _column("epoch", pa.int32(), nullable=True),  # earlier versions did not store it
        _column("metric", pa.string()),
        _column("kind", pa.string()),
        _column("n", pa.int32()),
        _column("answers", pa.binary()),
        _column("words", pa.binary(), nullable=True),
    ]
)
PREDICTIONS_HEAD = (
    _column("trial_id", pa.string()),
    _column("split", pa.string()),
    _column("example", pa.int32()),
    _column("position", pa.int32(), nullable=True),
)
SCORE = "score."  # of the class behind it
INPUTS_SCHEMA = pa.schema(
    [
        _column("sample", pa.string()),
        _column("split", pa.string()),
        _column("replicate", pa.int32()),
        _column("example", pa.int32()),
        _column("input", pa.string()),
    ]
)
LONG = {"metrics": METRICS, "gradients": GRADIENTS}  # one value per row
FIXED = LONG | {"answers": ANSWERS}  # the same columns in every study

# Between these two halves come factor.*, setting.* and final.*, which differ between studies.
TRIALS_HEAD = pa.schema(
    [
        _column("trial_id", pa.string()),
        _column("study", pa.string()),
        _column("variant_id", pa.string()),
        _column("variant", pa.string()),
        _column("phase", pa.string()),
        _column("tuning_study", pa.int32(), nullable=True),
        _column("point", pa.int32(), nullable=True),
        _column("replicate", pa.int32()),
        _column("status", pa.string()),
        _column("error", pa.string(), nullable=True),
    ]
)
TRIALS_TAIL = pa.schema(
    [
        _column("epochs_done", pa.int32()),
        _column("final_epoch", pa.int32(), nullable=True),
        _column("wall_s", pa.float64()),
        _column("pack_id", pa.string()),
        _column("execution", pa.string(), nullable=True),
        _column("device", pa.string()),
        _column("threads", pa.int32()),
        _column("code_digest", pa.string()),
        _column("git_commit", pa.string(), nullable=True),
        _column("git_dirty", pa.bool_(), nullable=True),
        _column("started_at", pa.string()),
        _column("schema_version", pa.int32()),
    ]
)
DYNAMIC = ("factor.", "setting.", "final.")  # in this order
ORIGIN = "orch.origin"  # key in a Parquet file's own metadata


def trials_schema(dynamic: Iterable[pa.Field]) -> pa.Schema:
    """The schema of trials with these factor, setting and final columns."""
    fields = list(dynamic)
    middle = [field for prefix in DYNAMIC for field in fields if field.name.startswith(prefix)]
    return pa.schema([*TRIALS_HEAD, *middle, *TRIALS_TAIL])


def arrow(name: str, columns: Columns) -> pa.Table:
    """Columns of a pack as a table of `trials`, `metrics`, `gradients` or `answers`.

    Raises ValueError when a column is missing or unknown, or has a null, NaN or infinite value
    that its type does not allow.
    """
    schema = FIXED[name] if name in FIXED else trials_schema(_dynamic_fields(columns))
    _check_names(name, schema, columns)
    table = pa.table([_array(field, columns[field.name]) for field in schema], schema=schema)
    _check_values(name, table)
    return table


def predictions_schema(target: pa.DataType, scores: Iterable[str]) -> pa.Schema:
    """target: int32 for classes, float32 for values. scores: names of columns."""
    answers = [_column(name, target, nullable=True) for name in ("target", "prediction")]
    classes = [_column(name, pa.float32(), nullable=True) for name in scores]
    return pa.schema([*PREDICTIONS_HEAD, *answers, *classes])


def predictions_table(columns: Columns) -> pa.Table:
    """The predictions of one trial. Raises ValueError like `arrow`."""
    is_class = np.issubdtype(np.asarray(columns["target"]).dtype, np.integer)
    scores = [name for name in columns if name.startswith(SCORE)]
    schema = predictions_schema(pa.int32() if is_class else pa.float32(), scores)
    _check_names("predictions", schema, columns)
    table = pa.table([_array(field, columns[field.name]) for field in schema], schema=schema)
    _check_values("predictions", table)
    return table


def inputs_table(
    sample: str, split: str, replicate: int, inputs: Iterable[tuple[int, Mapping[str, Any]]]
) -> pa.Table:
    """inputs: number of each example, and the form in which it is shown, for JSON."""
    found = list(inputs)
    same = ([value] * len(found) for value in (sample, split, replicate))
    texts = [json.dumps(shown, ensure_ascii=False, allow_nan=False) for _, shown in found]
    columns = [*same, [number for number, _ in found], texts]
    arrays = [pa.array(v, f.type) for f, v in zip(INPUTS_SCHEMA, columns, strict=True)]
    return pa.table(arrays, schema=INPUTS_SCHEMA)


def write(table: pa.Table, file: BinaryIO, origin: str = "") -> None:
    """Write a table as a Parquet file with the options of `writing`."""
    with writing(table.schema, file, origin) as writer:
        writer.write_table(table)


@contextmanager
def writing(schema: pa.Schema, file: BinaryIO, origin: str = "") -> Iterator[pq.ParquetWriter]:
    """A writer for Parquet files with zstd, dictionary pages for strings, and page checksums.

    Arrow's own schema is left out, so that no reader gets dictionaries where it expects strings.
    origin: of the table of a study, a digest of its sources (see `tables.compact`).
    """
    with pq.ParquetWriter(
        file,
        schema,
        compression="zstd",
        use_dictionary=[field.name for field in schema if not pa.types.is_primitive(field.type)],
        store_schema=False,
        write_page_checksum=True,
    ) as writer:
        if origin:
            writer.add_key_value_metadata({ORIGIN: origin})
        yield writer


def level_type(values: Iterable[Any]) -> pa.DataType:
    """The narrowest type for the values of one setting; text for values of mixed types."""
    known = [value for value in values if value is not None]
    kinds = {type(value) for value in known}
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {int} and all(-(2**63) <= value < 2**63 for value in known):
        return pa.int64()
    if kinds and kinds <= {int, float} and all(map(_fits_double, known)):
        return pa.float64()
    return pa.string() if kinds else pa.null()


def _fits_double(value: int | float) -> bool:
    """pyarrow refuses integers above 2⁵³ in a double column, even those that a double can hold."""
    return isinstance(value, float) or abs(value) <= 2**53


def common_type(kinds: Iterable[pa.DataType]) -> pa.DataType:
    """The type of a column whose types differ between packs, as their levels may."""
    known = {kind for kind in kinds if not pa.types.is_null(kind)}
    if len(known) <= 1:
        return known.pop() if known else pa.null()
    return pa.float64() if known <= {pa.int64(), pa.float64()} else pa.string()


def levels(values: Iterable[Any]) -> pa.Array:
    """The values of one setting as a column of their `level_type`."""
    given = list(values)
    kind = level_type(given)
    return pa.array([_text(value) for value in given] if kind == pa.string() else given, kind)


def _dynamic_fields(columns: Columns) -> Iterator[pa.Field]:
    for name, values in columns.items():
        if name.startswith("final."):
            yield pa.field(name, pa.float64())
        elif name.startswith(DYNAMIC):
            yield pa.field(name, level_type(values))


def _array(field: pa.Field, values: Any) -> pa.Array:
    if field.name.startswith(("factor.", "setting.")):
        return levels(values)
    return pa.array(values, field.type, from_pandas=True)  # NaN becomes null


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _check_names(name: str, schema: pa.Schema, columns: Columns) -> None:
    if wrong := set(schema.names) ^ set(columns):
        raise ValueError(f"{name}: columns missing or unknown: {', '.join(sorted(wrong))}")


def _check_values(name: str, table: pa.Table) -> None:
    for field in table.schema:
        column = table[field.name]
        if column.null_count and not field.nullable:
            raise ValueError(f"{name}: column {field.name} has empty values or NaN")
        if pa.types.is_floating(field.type) and not np.isfinite(pc.drop_null(column)).all():
            raise ValueError(f"{name}: column {field.name} has infinite values")
