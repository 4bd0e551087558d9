"""What comes out of a pack: tables of columns, named as in docs/results.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

# Column → its values, all of one length.
Columns = Mapping[str, list[Any] | NDArray[Any]]


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
