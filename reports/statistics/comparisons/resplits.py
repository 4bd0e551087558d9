"""Intervals of differences that hold for other data, where replicates split one pool anew."""

import numpy as np
from scipy.special import stdtrit

from orchestrator.plan_document import Data, PlanDocument, Variant
from orchestrator.reports.statistics.comparisons.comparisons import Comparison
from orchestrator.reports.statistics.intervals import LEVEL, Floats
from orchestrator.reports.statistics.outcomes.bounds import within_range

Interval = tuple[float, float]  # low, high


def corrected_half_width(n: int, sd: Floats, ratio: float, level: float = LEVEL) -> Floats:
    """Half the width: t(n − 1) · sd · √(1/n + ratio).

    n ≥ 2 replicates; sd: of their paired differences, any shape; ratio: n_test / n_train.

    Answers: in which range does the mean difference lie for *other* data of this kind, where every
        replicate has split the same pool of examples into training and test?
    Assumes: normal differences, of which any two are correlated by n_test / (n_test + n_train), as
        they share most of their training examples and some of their test examples. One comparison:
        it is not adjusted for the others of a family.
    Misleads: as an exact interval. The correlation is a rule of thumb: it may be larger for
        learners that are sensitive to single examples, and smaller where seeds (initial draws,
        batch orders) scatter more than splits do. More replicates hardly narrow it, as they bring
        no other data.
    Source: Nadeau & Bengio 2003, Machine Learning 52, § 3, "corrected resampled t-test".
    """
    return np.asarray(stdtrit(n - 1, 0.5 + level / 2) * sd * np.sqrt(1 / n + ratio))


def resplits(plan: PlanDocument, rows: tuple[Comparison, ...]) -> dict[str, Interval]:
    """variant id → the corrected 95 % interval of its difference, in the metric's unit.

    Only of paired comparisons on test data that every replicate splits anew from the same pool,
    with sizes that are known. All others are left out: nothing is known to correct.
    """
    if plan.compare.metric.split("/")[0] != "test":
        return {}
    by_id = {variant.variant_id: variant for variant in plan.variants}
    return {
        row.variant: within_range(plan.compare, row.difference - half, row.difference + half)
        for row in rows
        if row.method == "paired" and row.difference is not None and row.sd is not None
        for ratio in _ratios(shared_data(plan, by_id[row.variant], by_id[row.baseline]))
        for half in [float(corrected_half_width(row.n, np.array(row.sd), ratio))]
    }


def shared_data(plan: PlanDocument, *variants: Variant) -> Data | None:
    """How these variants get their examples; None where their tasks differ or are not known."""
    used = {place for variant in variants for place in _tasks(plan, variant)}
    return plan.tasks[used.pop()].data if len(used) == 1 else None


def _ratios(data: Data | None) -> tuple[float, ...]:
    """n_test / n_train of re-split data; empty where it is not known."""
    if data is None or data.sampling != "resplit" or not data.n_train or not data.n_test:
        return ()
    return (data.n_test / data.n_train,)


def _tasks(plan: PlanDocument, variant: Variant) -> tuple[int, ...]:
    """Places of the tasks in plan.tasks that the variant's settings may mean."""
    own = {path: value for path, value in variant.settings.items() if path.startswith("task.")}
    return tuple(
        place
        for place, task in enumerate(plan.tasks)
        if all(task.settings.get(path) == value for path, value in own.items())
    )
