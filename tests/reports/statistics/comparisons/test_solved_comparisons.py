"""Solved shares and times of a family of contrasts; exact tests against listing every swap."""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.comparisons.family import exact_family
from orchestrator.reports.statistics.comparisons.signflip import max_t_p
from orchestrator.reports.statistics.comparisons.solved_comparisons import (
    log_rank_test,
    solved_comparisons,
)
from orchestrator.reports.statistics.outcomes.log_rank import log_rank
from orchestrator.reports.statistics.outcomes.share_differences import (
    fisher_p,
    paired_interval,
    unpaired_interval,
)
from orchestrator.reports.statistics.outcomes.solve_times import SolveTimes
from tests.reports.sample import Sample, parse_plan, plan_document

CELLS = {"model.cell": ["rnn", "lstm", "gru"]}
Flags = Mapping[str, Sequence[float | None]]  # cell → by replicate; None: failed


def plan() -> PlanDocument:
    return parse_plan(plan_document(Sample(factors=CELLS, baseline={"model.cell": "rnn"})))


def trials(flags: Flags) -> pd.DataFrame:
    ids = {str(v.levels["model.cell"]): v.variant_id for v in plan().variants}
    rows = [
        (ids[cell], replicate, "failed" if flag is None else "completed", flag)
        for cell, each in flags.items()
        for replicate, flag in enumerate(each)
    ]
    columns = ["variant_id", "replicate", "status", "final.test/solved"]
    return pd.DataFrame(rows, columns=columns)


def watched(times: Sequence[float], end: float = 20) -> SolveTimes:
    """Times beyond the end were not reached."""
    each = np.array(times)
    none = np.zeros(each.size, dtype=bool)
    return SolveTimes(
        np.arange(each.size), np.minimum(each, end), each <= end, none,
        int(end),
    )  # fmt: skip


@pytest.mark.parametrize(("more", "fewer"), [(6, 0), (5, 1), (3, 3), (8, 2)])
def test_sign_flips_of_answers_are_mcnemars_exact_test(more: int, fewer: int) -> None:
    own = [1.0] * more + [0.0] * fewer + [1.0, 0.0, 0.0]
    base = [0.0] * more + [1.0] * fewer + [1.0, 0.0, 0.0]
    (found,) = solved_comparisons(plan(), trials({"rnn": base, "lstm": own}), {})
    expected = stats.binomtest(more, more + fewer).pvalue
    assert found.paired
    assert found.p == found.p_adjusted == pytest.approx(expected)
    assert found.difference == pytest.approx((more - fewer) / (more + fewer + 3))
    assert (found.low, found.high) == paired_interval(1, more, fewer, 2)
    assert (found.solved, found.baseline_solved) == ((more + 1, len(own)), (fewer + 1, len(own)))
    assert (found.log_rank_p, found.log_rank_p_adjusted) == (None, None)


def test_a_family_is_adjusted_by_max_t_of_the_same_flips() -> None:
    rnn, lstm, gru = [0.0] * 7 + [1.0], [1.0] * 8, [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    found = solved_comparisons(plan(), trials({"rnn": rnn, "lstm": lstm, "gru": gru}), {})
    table = np.column_stack([lstm, gru]) - np.array(rnn)[:, None]
    assert [each.p_adjusted for each in found] == pytest.approx(max_t_p(table))


def test_where_a_trial_failed_the_contrast_is_unpaired() -> None:
    rnn, lstm, gru = [0.0] * 8, [None, *[1.0] * 7], [1.0] * 6 + [0.0] * 2
    found = solved_comparisons(plan(), trials({"rnn": rnn, "lstm": lstm, "gru": gru}), {})
    assert [each.paired for each in found] == [False, True]
    assert found[0].p == pytest.approx(fisher_p((7, 7), (0, 8)))
    assert found[0].p_adjusted == pytest.approx(2 * found[0].p)  # half of the 5 % is its share
    assert found[1].p_adjusted == pytest.approx(2 * found[1].p)
    assert (found[0].low, found[0].high) == unpaired_interval((7, 7), (0, 8))


def test_flipping_scores_is_swapping_the_trials_of_pairs() -> None:
    own, base = [2.0, 3, 7, 30, 5, 30], [9.0, 30, 8, 30, 4, 12]
    statistic = []
    for swaps in product([False, True], repeat=6):
        pairs = [(b, a) if swap else (a, b) for a, b, swap in zip(own, base, swaps, strict=True)]
        a, b = (watched(each) for each in zip(*pairs, strict=True))
        together = np.concatenate([a.times, b.times]), np.concatenate([a.reached, b.reached])
        statistic.append(abs(log_rank(*together, np.arange(12) < 6)[0]))
    expected = np.mean(np.array(statistic) >= statistic[0] - 1e-9)
    times = dict(zip(("rnn", "lstm"), (watched(base), watched(own)), strict=True))
    ids = {str(v.levels["model.cell"]): v.variant_id for v in plan().variants}
    solved = {"rnn": [float(t <= 20) for t in base], "lstm": [float(t <= 20) for t in own]}
    (found,) = solved_comparisons(
        plan(), trials(solved), {ids[cell]: each for cell, each in times.items()}
    )
    assert found.log_rank_p == found.log_rank_p_adjusted == pytest.approx(expected)


def test_half_of_the_differences_is_observed_less_expected() -> None:
    own, base = watched([2.0, 3, 7, 30]), watched([9.0, 30, 8, 30])
    differences = log_rank_test(own, base)
    assert isinstance(differences, dict)
    # at 2, 3, 7 one got there of 8, 7, 6 on the way, of them 4, 3, 2 of its own; later 1 of 5, 4
    expected = 4 / 8 + 3 / 7 + 2 / 6 + 1 / 5 + 1 / 4
    assert sum(differences.values()) / 2 == pytest.approx(3 - expected)


def test_other_replicates_get_the_ordinary_log_rank_test() -> None:
    own, base = watched([2.0, 3, 7, 30]), watched([9.0, 30, 8, 30, 12])
    theirs = stats.logrank(
        *(stats.CensoredData.right_censored(each.times, ~each.reached) for each in (own, base))
    )
    assert log_rank_test(own, base) == pytest.approx(theirs.pvalue)


def test_no_contrasts_no_family() -> None:
    assert exact_family([]) == []
    assert solved_comparisons(plan(), trials({"rnn": [1.0]}), {}) == ()


def test_under_the_null_the_family_errs_in_5_percent_at_most() -> None:
    """Two variants and a baseline that solve the task in half of the seeds, at random epochs."""
    rng, wrong = np.random.default_rng(3), 0
    for _ in range(300):
        base, *others = (watched(rng.geometric(0.06, 10).tolist(), 12) for _ in range(3))
        found = exact_family([log_rank_test(each, base) for each in others])
        wrong += min(adjusted for _, adjusted in found) <= 0.05
    assert wrong / 300 <= 0.05 + 3 * (0.05 * 0.95 / 300) ** 0.5
