"""What comes out of a pack: columns of equal length, one table each, named as in docs/results.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Columns = Mapping[str, Sequence[Any]]  # column → values (lists or numpy arrays)


@dataclass(frozen=True, slots=True)
class PackRows:
    """The three tables of one pack.

    trials: one row a trial.
    metrics: trial_id, epoch, step, split, metric, value.
    gradients: trial_id, epoch, step, axis, site, position, quantity, value.
    """

    trials: Columns
    metrics: Columns
    gradients: Columns
