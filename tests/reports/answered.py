"""Writes the answers of simulated trials, as the store packs them."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orchestrator.plan_document import Data, Task
from orchestrator.reports.data.answers import Answers
from orchestrator.reports.data.read import Tables

FIXED = Data("fixed", None, 1000, 200, 200)
ROWS: Mapping[str, Any] = {
    "metric": "accuracy", "kind": "bit", "n": 8, "answers": b"\xff", "words": None
}  # fmt: skip
Floats = NDArray[np.float64]


def write_answers(folder: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    pd.DataFrame(rows).to_parquet(folder / "answers.parquet")


def packed(values: Floats, words: Sequence[int] | None = None) -> Answers:
    """Of one trial. values: (n,); bits where all are 0 or 1."""
    bits = bool(np.isin(values, (0, 1)).all())
    data = np.packbits(values == 1) if bits else values.astype("<f4")
    sizes = None if words is None else np.array(words, "<u4").tobytes()
    return Answers(bits, len(values), data.tobytes(), sizes)


def right(rng: np.random.Generator, mean: float, seeds: int, examples: int) -> Floats:
    """(seeds, examples) of 0 and 1, with effects of both that are the same for every `mean`."""
    hard = np.random.default_rng(1).normal(size=examples)
    luck = rng.normal(0, 0.3, (seeds, 1)) + rng.normal(0, 1, (seeds, examples))
    return np.asarray(mean + hard + luck > 0, dtype=float)


def with_answers(tables: Tables, data: Data = FIXED, examples: int = 200) -> Tables:
    """The same study with answers to `examples` test examples, from which its finals follow."""
    rng = np.random.default_rng(0)
    answers = {}
    finals: dict[tuple[str, int], float] = {}
    for place, variant in enumerate(tables.plan.variants):
        drawn = right(rng, 0.5 + 0.2 * place, tables.plan.replicates, examples)
        for replicate, values in enumerate(drawn):
            answers[variant.variant_id, replicate] = packed(values)
            finals[variant.variant_id, replicate] = float(values.mean())
    keys = zip(tables.trials["variant_id"], tables.trials["replicate"], strict=True)
    trials = tables.trials.assign(**{"final.test/accuracy": [finals[key] for key in keys]})
    plan = dataclasses.replace(tables.plan, tasks=(Task({}, "", data),))
    return dataclasses.replace(tables, plan=plan, trials=trials, answers=answers)
