"""The result of a pack: tables of columns, named as in docs/results.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

GRADIENT_LABELS = ("epoch", "step", "axis", "site", "position", "quantity")
ANSWER_COLUMNS = ("trial_id", "epoch", "metric", "kind", "n", "answers", "words")

# Column → its values, all of one length.
Columns = Mapping[str, list[Any] | NDArray[Any]]


@dataclass(frozen=True, slots=True)
class PackRows:
    """The tables of one pack.

    trials: one row per trial.
    metrics: trial_id, epoch, step, split, metric, value.
    gradients: trial_id, epoch, step, axis, site, position, quantity, value.
    answers: trial_id, metric, kind, n, answers, words.
    logs: trial id → what an own trial has printed.
    note: for the user; None where all is well.
    weights: trial id → its safetensors file, where they are kept.
    predictions: trial id → its table of predictions, where they are kept.
    """

    trials: Columns
    metrics: Columns
    gradients: Columns
    answers: Columns
    logs: Mapping[str, bytes] = field(default_factory=dict)
    note: str | None = None
    weights: Mapping[str, bytes] = field(default_factory=dict)
    predictions: Mapping[str, Columns] = field(default_factory=dict)


def by_column(rows: Sequence[Mapping[str, Any]]) -> Columns:
    """Column → values; None where a row has no such key: not every variant has every factor."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def joined(tables: Sequence[PackRows]) -> PackRows:
    """The rows of trials that trained one after another."""

    def rows(table: str) -> Columns:
        parts: list[Columns] = [getattr(part, table) for part in tables]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def lists(table: str) -> Columns:
        parts: list[Columns] = [getattr(part, table) for part in tables]
        return {name: [value for part in parts for value in part[name]] for name in parts[0]}

    return PackRows(
        lists("trials"),
        rows("metrics"),
        rows("gradients"),
        lists("answers"),
        weights={trial: file for part in tables for trial, file in part.weights.items()},
        predictions={trial: own for part in tables for trial, own in part.predictions.items()},
    )
