"""The layers that a gradient meets one after another, where recurrent ones read in two directions.

Both directions of a recurrent layer stand at the same place of the depth axis (`forward.0`,
`backward.0`). What is fitted and drawn goes through one of them at a time.
"""

import pandas as pd

BACKWARD = "backward"  # site_group of decay.parquet; the forward direction is part of "hidden"


def through_depth(gradients: pd.DataFrame, *, backward: bool = False) -> pd.DataFrame:
    """Rows of the depth axis, of one direction and of all layers that have none.

    backward: only of variants whose networks read backwards too.
    """
    depth = gradients[gradients["axis"] == "depth"]
    sites = depth["site"].astype(str)
    other = sites.str.match(r"forward\.\d+$" if backward else r"backward\.\d+$")
    if not backward:
        return depth[~other]
    both = depth.loc[sites.str.match(r"backward\.\d+$"), "variant_id"].unique()
    return depth[~other & depth["variant_id"].isin(both)]
