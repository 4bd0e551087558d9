"""How many trials solved the task; the interval against scipy's."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from orchestrator.reports.statistics.outcomes.curves import curves
from orchestrator.reports.statistics.outcomes.solved import Solved, solved, wilson


@pytest.mark.parametrize("n", [1, 6, 10, 33])
def test_the_interval_is_scipys(n: int) -> None:
    k = np.arange(n + 1)
    low, high = wilson(k, np.full(n + 1, n))
    theirs = [binomtest(int(each), n).proportion_ci(method="wilson") for each in k]
    assert low == pytest.approx([each.low for each in theirs], abs=1e-12)
    assert high == pytest.approx([each.high for each in theirs], abs=1e-12)


def trials(
    flags: Sequence[float | None], statuses: Sequence[str], variant: str = "v"
) -> pd.DataFrame:
    return pd.DataFrame(
        {"variant_id": variant, "status": statuses, "final.test/solved": flags},
    )


def test_diverged_trials_did_not_solve_it_and_failed_ones_do_not_count() -> None:
    table = trials(
        [1.0, 0.0, None, None, None, 1.0],
        ["completed", "completed", "diverged", "failed", "missing", "completed"],
    )
    found = solved(table, "test")["v"]
    assert (found.k, found.n) == (2, 4)
    interval = binomtest(2, 4).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))


def test_a_variant_that_always_diverged_solved_nothing() -> None:
    table = pd.concat(
        [trials([1.0], ["completed"]), trials([None, None], ["diverged", "diverged"], "w")]
    )
    found = solved(table.reset_index(drop=True), "test")
    assert (found["w"].k, found["w"].n) == (0, 2)


def test_variants_of_a_task_without_a_threshold_are_left_out() -> None:
    table = pd.concat(
        [trials([1.0], ["completed"]), trials([None, None], ["completed", "diverged"], "w")]
    )
    assert solved(table.reset_index(drop=True), "test").keys() == {"v"}


def test_no_column_nothing_solved() -> None:
    assert solved(trials([1.0], ["completed"]), "validation") == {}
    assert isinstance(solved(trials([1.0], ["completed"]), "test")["v"], Solved)


def test_the_curve_of_solved_has_the_interval_of_a_share() -> None:
    flags = [0.0, 1.0, 1.0, 0.0, 1.0]
    table = pd.DataFrame(
        [("v", r, 1, "test", "solved", flag) for r, flag in enumerate(flags)],
        columns=["variant_id", "replicate", "epoch", "split", "metric", "value"],
    )
    (curve,) = curves(table, {})
    interval = binomtest(3, 5).proportion_ci(method="wilson")
    assert curve.mean == pytest.approx([0.6])
    assert (curve.low[0], curve.high[0]) == pytest.approx((interval.low, interval.high))
