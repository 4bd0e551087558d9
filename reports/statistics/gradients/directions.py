"""The layers that a gradient meets one after another, where recurrent ones read in two directions.

Both directions of a recurrent layer have the same position of the depth axis (`forward.0`,
`backward.0`). What is fitted and drawn goes through one of them at a time.
"""

import pandas as pd

BACKWARD = "backward"  # site_group of decay.parquet; the forward direction is part of "hidden"


def through_depth(gradients: pd.DataFrame, *, backward: bool = False) -> pd.DataFrame:
    """Rows of the depth axis, of one direction and of all layers that have none.

    backward: only of variants whose networks read backwards too.
    """
    depth = gradients[gradients["axis"] == "depth"]
    back = _is(depth, BACKWARD)
    if not backward:
        return depth[~back]
    both = depth.loc[back, "variant_id"].unique()
    return depth[~_is(depth, "forward") & depth["variant_id"].isin(both)]


def _is(depth: pd.DataFrame, direction: str) -> "pd.Series[bool]":
    """Whether a site is a recurrent layer in this direction, "forward.0"."""
    return depth["site"].astype(str).str.match(rf"{direction}\.\d+$").astype(bool)
