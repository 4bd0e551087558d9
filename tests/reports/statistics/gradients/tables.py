"""Tables of gradients from plain numbers: (replicates, places), NaN where there is no row."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from orchestrator.reports.statistics.intervals import Floats

COLUMNS = [
    *("variant_id", "replicate", "epoch", "axis", "site"),
    *("position", "quantity", "value"),
]
Values = Floats | Sequence[Floats] | Sequence[Sequence[float]]


def depth_rows(
    values: Values, quantity: str = "delta", epoch: int = 0, axis: str = "depth"
) -> pd.DataFrame:
    """(replicates, layers) → rows of the variant v; the last layer is the output."""
    return pd.DataFrame(
        [
            ("v", replicate, epoch, axis, f"hidden.{layer}", layer + 1, quantity, value)
            for replicate, layer, value in _each(values)
        ],
        columns=COLUMNS,
    )


def time_rows(
    values: Values, site: str = "forward.0", quantity: str = "hidden_grad", axis: str = "time"
) -> pd.DataFrame:
    """(replicates, lags) → rows of the variant v."""
    return pd.DataFrame(
        [
            ("v", replicate, 0, axis, site, lag, quantity, value)
            for replicate, lag, value in _each(values)
        ],
        columns=COLUMNS,
    )


def _each(values: Values) -> list[tuple[int, int, float]]:
    return [
        (replicate, place, value)
        for replicate, line in enumerate(values)
        for place, value in enumerate(line)
        if not np.isnan(value)
    ]
