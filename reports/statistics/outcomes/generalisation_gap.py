"""How much better a network is on the examples that it trains on than on those of the test."""

import pandas as pd

NAME = "generalisation gap"  # in place of a split


def generalisation_gap(metrics: pd.DataFrame, name: str, unit: str) -> pd.DataFrame:
    """Train minus test of every trial and epoch, as rows that `curves` takes; shares in points.

    metrics: variant_id, replicate, epoch, split, metric, value. name: without its split.
    Empty where a split was not measured.

    Answers: from which epoch on does training improve only what is trained on?
    Assumes: nothing; the difference is taken within a trial, so its interval is that of pairs.
    Misleads: with dropout, augmentation or batch normalisation, which make training harder than
        the test: the gap may be below 0 without anything being wrong.
    Source: descriptive.
    """
    rows = metrics[(metrics["metric"] == name) & metrics["split"].isin(("train", "test"))]
    keys = ["variant_id", "replicate", "epoch"]
    by_split = rows.pivot(index=keys, columns="split", values="value").dropna()
    if by_split.shape[1] < 2:
        return metrics.iloc[:0]
    points = 100 if unit == "share" else 1
    gap = points * (by_split["train"] - by_split["test"])
    label = f"(train − test {name}{', in points' if unit == 'share' else ''})"
    return gap.rename("value").reset_index().assign(split=NAME, metric=label)
