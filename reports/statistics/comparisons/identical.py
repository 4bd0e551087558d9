"""Contrasts of trials that are the same bit for bit: the levels that differ have no effect."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Pair = tuple[str, str]  # variant id, id of its baseline


def identical(trials: pd.DataFrame, pairs: Sequence[Pair]) -> frozenset[Pair]:
    """The pairs in whose every replicate all final losses and metrics, of all splits, are equal.

    trials: variant_id, replicate, status and every `final.<split>/<metric>`, of all variants.

    Answers: did the two levels train the same network?
    Assumes: that losses on several splits, equal to the last bit in every replicate, do not come
        about by chance; an accuracy may. So none is reported without losses.
    Misleads: where two levels would differ in longer training: a gradient that is never clipped,
        a patience that never runs out. That they did nothing here is still true.
    Source: none; bits are compared.
    """
    finals = [name for name in trials.columns if name.startswith("final.")]
    losses = [name for name in finals if name.endswith("/loss")]
    if not losses or not pairs:
        return frozenset()
    places = _whole(trials)
    values = trials[finals].to_numpy(dtype=float)
    unknown = np.isnan(trials[losses].to_numpy(dtype=float)).any(axis=1)
    return frozenset(
        (one, other)
        for one, other in pairs
        if one in places and other in places
        and not unknown[places[one]].any()
        and np.array_equal(values[places[one]], values[places[other]], equal_nan=True)
    )  # fmt: skip


def _whole(trials: pd.DataFrame) -> dict[str, NDArray[np.int64]]:
    """Variant id → places of its rows in the order of replicates, where all have completed."""
    ordered = np.argsort(trials["replicate"].to_numpy(), kind="stable")
    variants = trials["variant_id"].to_numpy()[ordered]
    completed = (trials["status"] == "completed").to_numpy()
    of = pd.Series(ordered).groupby(variants).indices
    places = {str(name): ordered[rows] for name, rows in of.items()}
    return {name: own for name, own in places.items() if completed[own].all()}
