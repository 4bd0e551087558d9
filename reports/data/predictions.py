"""Reads predictions.parquet and inputs.parquet of a study. Both may be absent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from orchestrator.reports.data.answers import Key, keys_of
from orchestrator.reports.data.samples import Example, example_of
from orchestrator.reports.data.stored import readable

Ints = NDArray[np.int32]
Input = tuple[str, int, int]  # name of the task's data, replicate, number of the example
_COLUMNS = ("example", "position", "target", "prediction")


@dataclass(frozen=True, slots=True)
class Said:
    """What one network said, in the order of the split; all (answers,)."""

    example: Ints
    position: Ints  # -1 where an example has one target
    target: Ints  # number of the class
    answer: Ints


@dataclass(frozen=True)
class Predictions:
    """Of one split: the test split, if it is there.

    by_trial: by variant id and replicate.
    inputs: JSON of those inputs that are stored.
    """

    split: str
    by_trial: Mapping[Key, Said]
    inputs: Mapping[Input, str]

    def shown(self, of: Input) -> Example | None:
        """The input; its target is None. None where it is not stored."""
        text = self.inputs.get(of)
        return example_of({**json.loads(text), "target": None}) if text else None


def predictions_of(folder: Path, planned: pd.DataFrame) -> Predictions | None:
    """Of planned trials; None where there are none, and where values are predicted.

    planned: variant_id and replicate by trial_id.
    """
    path = folder / "predictions.parquet"
    if not path.exists():
        return None
    with readable(path):
        if not pa.types.is_integer(pq.read_schema(path).field("target").type):
            return None
        table = pq.read_table(
            path, columns=["trial_id", "split", *_COLUMNS], read_dictionary=["trial_id", "split"]
        )
    splits = pc.unique(table["split"]).to_pylist()
    split = "test" if "test" in splits else next(iter(splits), "test")
    by_trial = _by_trial(table.filter(pc.equal(table["split"], split)), keys_of(planned))
    return Predictions(split, by_trial, _inputs(folder / "inputs.parquet", split))


def _by_trial(table: pa.Table, keys: Mapping[str, Key]) -> dict[Key, Said]:
    """Rows of a trial follow each other."""
    trials = table["trial_id"].to_numpy()
    columns = [table[name].fill_null(-1).to_numpy().astype(np.int32) for name in _COLUMNS]
    if not len(trials):
        return {}
    starts = [0, *(np.flatnonzero(trials[1:] != trials[:-1]) + 1).tolist()]
    parts = zip(starts, [*starts[1:], len(trials)], strict=True)
    return {
        keys[trials[start]]: Said(*(column[start:end] for column in columns))
        for start, end in parts
        if trials[start] in keys
    }


def _inputs(path: Path, split: str) -> dict[Input, str]:
    if not path.exists():
        return {}
    with readable(path):
        table = pq.read_table(path, filters=[("split", "=", split)])
    names = ("sample", "replicate", "example", "input")
    columns = zip(*(table[name].to_pylist() for name in names), strict=True)
    return {(sample, replicate, example): shown for sample, replicate, example, shown in columns}
