"""Diverged trials in comparisons: counted, alike on both sides, never a reason to look better."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.analysis import analyse
from orchestrator.reports.build import build_report
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.figures.all_figures import draw_all
from orchestrator.reports.figures.facets import scheme
from orchestrator.reports.statistics.comparisons.comparisons import Comparison, comparisons
from orchestrator.reports.statistics.intervals import Floats
from orchestrator.reports.statistics.outcomes.divergence import counted
from tests.reports.sample import Sample, parse_plan, plan_document, write
from tests.reports.some import some

TWO = {"model.activation": ["sigmoid", "tanh"]}


def study(direction: str = "maximize") -> PlanDocument:
    document = plan_document(Sample(factors=TWO, replicates=10))
    document["compare"]["direction"] = direction
    return parse_plan(document)


def compare(
    a: Sequence[float] | Floats,
    b: Sequence[float] | Floats,
    lost_a: Iterable[int] = (),
    lost_b: Iterable[int] = (),
    direction: str = "maximize",
    baseline: float | None = 0.1,
) -> Comparison:
    """tanh (a) and sigmoid (b), by replicate; `lost` are the replicates that diverged."""
    made = study(direction)
    sigmoid, tanh = (variant.variant_id for variant in made.variants)
    lost = {
        name: dict.fromkeys(each, baseline) for name, each in ((tanh, lost_a), (sigmoid, lost_b))
    }
    values = {
        name: {r: x for r, x in enumerate(each) if r not in lost[name]}
        for name, each in ((tanh, a), (sigmoid, b))
    }
    (row,) = comparisons(made, values, lost).rows
    return row


def draws(n: int = 10, mean: float = 0.9, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(mean, 0.01, n)


def test_a_diverged_trial_is_worth_the_baseline_of_its_task() -> None:
    a, b = draws(seed=1), draws(seed=2)
    row = compare(a, b, lost_a=(3, 7))
    filled = np.where(np.isin(range(10), (3, 7)), 0.1, a)
    assert (row.method, row.n, row.diverged, row.counted_as) == ("paired", 10, 2, 0.1)
    assert row.difference == pytest.approx((filled - b).mean())


@pytest.mark.parametrize(("direction", "worst"), [("maximize", 0.05), ("minimize", 0.95)])
def test_it_is_never_worth_more_than_the_worst_that_completed(direction: str, worst: float) -> None:
    a, b = draws(), np.append(draws(9), worst)
    assert compare(a, b, lost_a=(0,), direction=direction, baseline=0.4).counted_as == worst
    unknown = compare(a, b, lost_a=(0,), direction=direction, baseline=None)
    assert unknown.counted_as == worst


def test_a_variant_that_only_diverges_is_worse_than_one_that_learns() -> None:
    row = compare([], draws(), lost_a=range(10))
    assert (row.verdict, row.prob_better, row.n) == ("worse", 0.0, 10)


def test_losing_the_worst_seeds_does_not_help() -> None:
    """tanh equals sigmoid, but its three lowest seeds diverged: the survivors' mean is higher."""
    b = np.linspace(0.80, 0.98, 10)
    row = compare(b, b, lost_a=(0, 1, 2))
    assert b[3:].mean() > b.mean()
    assert some(row.difference) < 0
    assert some(row.prob_better) < 0.5


def test_both_diverged_is_a_tie_and_never_equivalence() -> None:
    a = draws(mean=0.5, seed=1)
    row = compare(a, a, lost_a=(4,), lost_b=(4,))
    assert (row.difference, row.prob_better, row.verdict) == (0.0, 0.5, "undecided")
    assert compare(a, a).verdict == "equivalent"


def test_nothing_at_all_on_both_sides() -> None:
    sides = counted({}, {}, {0: 0.1}, {0: 0.1}, direction="maximize")
    assert (sides.variant, sides.counted_as, sides.diverged) == ({}, None, 2)
    assert compare([], [], lost_a=range(10), lost_b=range(10)).method == "none"


@pytest.mark.slow
def test_an_a_a_study_in_which_seeds_diverge_rejects_at_most_seven_percent() -> None:
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(1000):
        a, b = rng.normal(0.9, 0.02, (2, 10))
        lost_a, lost_b = (np.flatnonzero(rng.random(10) < 0.2) for _ in range(2))
        alarms += compare(a, b, lost_a, lost_b).verdict in ("better", "worse")
    assert alarms / 1000 <= 0.07


def test_failed_trials_have_no_value_and_break_the_pairs(tmp_path: Path) -> None:
    fates = {("activation=tanh", 0): "failed", ("activation=tanh", 1): "diverged"}
    folder = write(
        tmp_path, Sample(study="s", factors=TWO, replicates=8, fates=fates, probes=False)
    )
    (row,) = analyse(read_tables(folder)).comparisons.rows
    assert (row.method, row.n, row.diverged) == ("unpaired", 7, 1)


@pytest.mark.slow
def test_the_page_counts_beside_every_mean(tmp_path: Path) -> None:
    fates = {("activation=tanh", 0): "failed", ("activation=tanh", 1): "diverged"}
    folder = write(
        tmp_path, Sample(study="s", factors=TWO, replicates=8, fates=fates, probes=False)
    )
    page = build_report(folder).path.read_text()
    cells = "".join(f'<td class="number" data-sort="{n}">{n}</td>\n' for n in (6, 1, 1))
    assert "The same in every row: planned 8" in page
    assert cells in page
    assert "7 unpaired, 1 diverged" in page
    analysis = analyse(read_tables(folder))
    hovering = str(draw_all(scheme(analysis.plan), analysis)["outcomes"].panels)
    assert "6 of 8 (1 diverged, 1 failed)" in hovering
    assert "Diverged trials</dt>" in page
