"""Reads answers.parquet: the value of the compared metric on each test example of a trial."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from orchestrator.reports.data.stored import readable

_COLUMNS = ("trial_id", "kind", "n", "answers", "words")
Key = tuple[str, int]  # variant id, replicate


@dataclass(frozen=True, slots=True)
class Answers:
    """Of one trial, as the store packs them: 1 bit or 4 bytes each."""

    is_bit: bool  # right or wrong
    n: int
    packed: bytes
    packed_words: bytes | None  # None where each example has one target

    @property
    def values(self) -> NDArray[np.float32]:
        """(n,) in the order of the test split, in the metric's unit; a bit is 0 or 1."""
        if self.is_bit:
            bits = np.unpackbits(np.frombuffer(self.packed, np.uint8), count=self.n)
            return bits.astype(np.float32)
        return np.frombuffer(self.packed, "<f4").astype(np.float32)

    @property
    def words(self) -> NDArray[np.int64] | None:
        """(examples,) how many of the answers each example has in turn; None: one each."""
        found = self.packed_words
        return None if found is None else np.frombuffer(found, "<u4").astype(np.int64)


def answers_of(path: Path, planned: pd.DataFrame, metric: str) -> dict[Key, Answers]:
    """The answers of planned trials, by variant and replicate; empty where the file is absent.

    planned: variant_id and replicate by trial_id. metric: `<split>/<name>`; only the answers of
    the test split are stored.
    """
    split, name = metric.split("/")
    if split != "test" or not path.exists():
        return {}
    with readable(path):
        table = pq.read_table(path, columns=list(_COLUMNS), filters=[("metric", "=", name)])
    columns = [table[column].to_pylist() for column in _COLUMNS]
    keys = keys_of(planned)
    return {
        keys[trial]: Answers(kind == "bit", n, packed, words)
        for trial, kind, n, packed, words in zip(*columns, strict=True)
        if trial in keys
    }


def keys_of(planned: pd.DataFrame) -> Mapping[str, Key]:
    """Trial id → variant id and replicate. planned: as in `answers_of`."""
    rows = zip(planned.index, planned["variant_id"], planned["replicate"], strict=True)
    return {trial: (str(variant), int(replicate)) for trial, variant, replicate in rows if trial}
