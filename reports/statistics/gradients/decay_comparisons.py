"""Do variants differ in how their gradient decays? The same test as for their metric."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from orchestrator.plan_document import Compare, PlanDocument
from orchestrator.reports.statistics.comparisons.comparisons import Comparisons, comparisons

_QUANTITIES = {"depth": "delta", "time": "hidden_grad"}


@dataclass(frozen=True)
class DecayComparisons:
    """All contrasts of ln(factor) at one probe; a difference is the logarithm of a ratio."""

    axis: str  # depth | time
    epoch: int
    compared: Comparisons


def decay_comparisons(plan: PlanDocument, fitted: pd.DataFrame) -> tuple[DecayComparisons, ...]:
    """Before training and after it, through depth and through time; () where nothing decays.

    fitted: of `fits.fits`. Through time, of the last forward layer.

    Answers: does a variant's gradient shrink less (better) or more (worse) per layer or step than
        its baseline's, by more than seeds explain?
    Assumes: what `comparisons.comparisons` does, of the logarithm of the factor, since factors
        multiply. Contrasts of networks with fewer than two hidden layers are left out.
    Misleads: where gradients explode. A larger factor is then no good thing; and a factor of a
        bent line says little, see `fit_r2` in decay.parquet.
    Source: as `comparisons.comparisons`. No smallest difference was declared for factors, so
        that none is called equivalent.
    """
    return tuple(_made(plan, fitted))


def _made(plan: PlanDocument, fitted: pd.DataFrame) -> Iterator[DecayComparisons]:
    for axis, quantity in _QUANTITIES.items():
        rows = fitted[(fitted["axis"] == axis) & (fitted["quantity"] == quantity)]
        rows = rows[rows["site_group"] == rows["variant_id"].map(main_groups(rows))]
        for epoch in sorted({rows["epoch"].min(), rows["epoch"].max()} if len(rows) else ()):
            compare = Compare(f"factor/{axis}", "maximize", "", plan.compare.baseline, None)
            values = _values(plan, rows[rows["epoch"] == epoch])
            found = comparisons(replace(plan, compare=compare), values)
            known = tuple(row for row in found.rows if row.difference is not None)
            if known:
                yield DecayComparisons(axis, int(epoch), replace(found, rows=known))


def _values(plan: PlanDocument, rows: pd.DataFrame) -> Mapping[str, Mapping[int, float]]:
    """variant id → replicate → ln(factor)."""
    rows = rows[rows["factor"] > 0]
    found: dict[str, dict[int, float]] = {v.variant_id: {} for v in plan.variants}
    for variant, replicate, factor in zip(
        rows["variant_id"], rows["replicate"], rows["factor"], strict=True
    ):
        found[variant][int(replicate)] = float(np.log(factor))
    return found


def main_groups(rows: pd.DataFrame) -> dict[str, str]:
    """variant id → the site group that compares: all hidden layers, or the last forward layer.

    In lower layers the gradient also comes down from above, in a backward direction from its end.
    """
    pairs = rows[["variant_id", "site_group"]].drop_duplicates()
    ordered = sorted(zip(pairs["variant_id"], pairs["site_group"], strict=True), key=_place)
    return {variant: group for variant, group in ordered if not group.startswith("backward")}


def _place(pair: tuple[str, str]) -> tuple[int, str]:
    """Number of the layer, name."""
    number = pair[1].rpartition(".")[2]
    return int(number) if number.isdecimal() else 0, pair[1]
