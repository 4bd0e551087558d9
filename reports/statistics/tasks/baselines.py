"""What can be reached without looking at the input: the least that a model has to beat."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isclose
from statistics import fmean

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


Values = dict[int, float]  # by replicate


def _by_variant(trials: pd.DataFrame, column: str) -> Mapping[str, Values]:
    """Of each variant that has any."""
    known = trials[trials[column].notna()]
    found: dict[str, Values] = {}
    columns = (known[name].tolist() for name in ("variant_id", "replicate", column))
    for variant, replicate, value in zip(*columns, strict=True):
        found.setdefault(str(variant), {})[int(replicate)] = float(value)
    return found


def _groups(values: Mapping[str, Values]) -> tuple[Baseline, ...]:
    """Variants that agree, put together."""
    groups: list[tuple[Values, list[str]]] = []
    for variant, own in values.items():
        shared, members = next((g for g in groups if _agree(g[0], own)), ({}, []))
        if not members:
            groups.append((shared, members))
        shared.update(own | shared)
        members.append(variant)
    return tuple(Baseline(fmean(shared.values()), tuple(members)) for shared, members in groups)


def _agree(a: Values, b: Values) -> bool:
    both = a.keys() & b.keys()
    return bool(both) and all(isclose(a[each], b[each], rel_tol=1e-9) for each in both)
