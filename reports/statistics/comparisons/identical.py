"""Contrasts of trials that are the same bit for bit: the levels that differ have no effect."""

from collections.abc import Sequence

import pandas as pd

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
    done = trials[trials["status"] == "completed"].set_index("replicate")
    of = {str(name): rows[finals].sort_index() for name, rows in done.groupby("variant_id")}
    sizes = trials["variant_id"].value_counts()
    whole = {name for name, rows in of.items() if len(rows) == sizes[name]}
    return frozenset(
        (one, other)
        for one, other in pairs
        if one in whole and other in whole
        and of[one].equals(of[other]) and bool(of[one][losses].notna().all(axis=None))
    )  # fmt: skip
