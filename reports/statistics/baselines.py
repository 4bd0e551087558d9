"""What can be reached without looking at the input: the least that a model has to beat."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

_COLUMN = "final.test/baseline_"


@dataclass(frozen=True)
class Baseline:
    """The baseline that some variants share."""

    value: float  # mean over trials, in the metric's unit
    variants: tuple[str, ...]


def baselines(trials: pd.DataFrame) -> dict[str, tuple[Baseline, ...]]:
    """metric → baselines: one, unless variants differ in their task.

    trials: variant_id, replicate, `final.test/baseline_<metric>`.

    Answers: what does a predictor that ignores the input reach (for tags: all but the word)?
    Assumes: variants whose baselines agree in every replicate that they share have one task.
    Misleads: as a bar that is easily cleared: whoever beats it has learnt something, not much. It
        is that of the test split; those of other splits differ a little.
    Source: of each task, see `models/tasks`; fitted on the training split, or known analytically.
    """
    names = [name for name in trials.columns if name.startswith(_COLUMN)]
    found = {name.removeprefix(_COLUMN): _groups(_by_variant(trials, name)) for name in names}
    return {metric: groups for metric, groups in found.items() if groups}


def _by_variant(trials: pd.DataFrame, column: str) -> Mapping[str, pd.Series]:
    """variant id → its values by replicate."""
    known = trials[trials[column].notna()]
    return {
        str(variant): rows.set_index("replicate")[column].astype(float)
        for variant, rows in known.groupby("variant_id", sort=False)
    }


def _groups(values: Mapping[str, pd.Series]) -> tuple[Baseline, ...]:
    """Variants that agree, put together."""
    groups: list[tuple[pd.Series, list[str]]] = []
    for variant, own in values.items():
        for number, (shared, members) in enumerate(groups):
            if _agree(shared, own):
                groups[number] = shared.combine_first(own), [*members, variant]
                break
        else:
            groups.append((own, [variant]))
    return tuple(Baseline(float(shared.mean()), tuple(members)) for shared, members in groups)


def _agree(a: pd.Series, b: pd.Series) -> bool:
    both = a.index.intersection(b.index)
    return len(both) > 0 and bool(np.allclose(a[both], b[both], rtol=1e-9, atol=0))
