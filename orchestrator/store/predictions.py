"""Files of predictions in the store, one per trial and split, and of the inputs that belong to
them, one per task, split and replicate; each complete or absent."""

import warnings
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from orchestrator.files import faults
from orchestrator.paths import PREDICTIONS, ResultsPaths
from orchestrator.store.damage import DamagedPart
from orchestrator.store.remote.object_io import put, stat
from orchestrator.store.schemas import inputs_table, predictions_table, write
from orchestrator.training.records import Columns

SPLITS = ("validation", "test")
_MAGIC = b"PAR1"  # the last bytes of every complete Parquet file


def trials_with_predictions(paths: ResultsPaths, split: str) -> frozenset[str]:
    """Ids of the trials whose predictions on this split are there. Raises EnvironmentFault.

    A file that is not complete is left out with a `DamagedPart` warning.
    """
    ending = f".{split}.parquet"
    files = paths.store(PREDICTIONS).glob(f"[!.]*{ending}")
    return frozenset(file.name.removesuffix(ending) for file in files if _is_complete(file))


def write_predictions(paths: ResultsPaths, predictions: Mapping[str, Columns]) -> None:
    """predictions: trial id → its table. Raises EnvironmentFault."""
    for trial_id, columns in predictions.items():
        for split in set(columns["split"]):
            _put(paths, paths.predictions(trial_id, split), predictions_table(columns))


def has_inputs(paths: ResultsPaths, sample: str, split: str, replicate: int) -> bool:
    return stat(paths.at(paths.inputs(sample, split, replicate))) is not None


def write_inputs(
    paths: ResultsPaths,
    sample: str,
    split: str,
    replicate: int,
    inputs: Iterable[tuple[int, Mapping[str, Any]]],
) -> None:
    """inputs: number of each example in the task's data, and the form in which it is shown."""
    table = inputs_table(sample, split, replicate, inputs)
    _put(paths, paths.inputs(sample, split, replicate), table)


def _put(paths: ResultsPaths, path: Path, table: Any) -> None:
    file = BytesIO()
    write(table, file)
    put(paths.at(path), file.getvalue())


def _is_complete(file: Path) -> bool:
    with faults(file, "read"), file.open("rb") as content:
        content.seek(max(file.stat().st_size - len(_MAGIC), 0))
        if content.read() == _MAGIC:
            return True
    text = f"{file} is not a complete Parquet file: its trial counts as without predictions"
    warnings.warn(text, DamagedPart, stacklevel=2)
    return False
