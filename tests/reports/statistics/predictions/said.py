"""Predictions made by hand."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from orchestrator.plan_document import Data, Task
from orchestrator.reports.data.predictions import Predictions, Said
from orchestrator.reports.statistics.predictions.tasks import TaskVariants

Ints = NDArray[np.int64]


def said(
    target: Sequence[int] | Ints,
    answer: Sequence[int] | Ints,
    examples: Sequence[int] | None = None,
) -> Said:
    numbers = np.array(examples if examples is not None else range(len(target)), np.int32)
    sides = (np.array(side, np.int32) for side in (target, answer))
    return Said(numbers, np.full(len(numbers), -1, np.int32), *sides)


def predictions(by_trial: Mapping[tuple[str, int], Said]) -> Predictions:
    return Predictions("test", by_trial, {})


def task(variants: str, classes: int, sampling: str = "fixed") -> TaskVariants:
    data = Data(sampling, None, None, None, None)  # type: ignore[arg-type]
    about = Task({"task.name": "digits"}, "0123", data, None)
    return TaskVariants(about, tuple(variants), tuple(map(str, range(classes))))
