"""Intervals of means: how often they hold, and that they end where the metric does."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from orchestrator.reports.analysis import analyse
from orchestrator.reports.build import build_report
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.figures.all_figures import draw_all
from orchestrator.reports.figures.facets import scheme
from orchestrator.reports.statistics.intervals import Floats, t_half_width
from orchestrator.reports.statistics.outcomes.mean_intervals import mean_interval
from tests.reports.sample import Sample, write

SHARE = re.compile(r"(\d+\.\d) %")
NEAR = Sample(
    study="near", replicates=6, epochs=3, probes=False,
    factors={"model.activation": ["sigmoid", "tanh"], "model.depth": [1, 4]},
)  # fmt: skip


def holds(low: Floats, high: Floats, n: int, share: float) -> float:
    """How often an interval for each of 0 … n successes holds the share, exactly."""
    chance = stats.binom.pmf(np.arange(n + 1), n, share)
    return float(chance[(low <= share) & (share <= high)].sum())


@pytest.mark.parametrize(("share", "student", "wilson"), [(0.9, 0.47, 0.98), (0.5, 0.97, 0.97)])
def test_a_share_of_solved_trials_is_held_as_often_as_the_docstring_says(
    share: float, student: float, wilson: float
) -> None:
    n, mean = 6, np.arange(7) / 6
    sd = np.sqrt(mean * (1 - mean) * n / (n - 1))
    half = t_half_width(np.full(7, n), sd)
    ours = mean_interval(np.full(7, n), mean, sd, name="solved", unit="share")
    assert holds(mean - half, mean + half, n, share) == pytest.approx(student, abs=0.005)
    assert holds(*ours, n, share) == pytest.approx(wilson, abs=0.005)


@pytest.mark.parametrize(
    ("name", "unit", "ends"),
    [("accuracy", "share", (0, 1)), ("loss", "nat", (0, np.inf)), ("score", "", (-np.inf, np.inf))],
)
def test_it_is_students_within_the_range_of_the_metric(
    name: str, unit: str, ends: tuple[float, float]
) -> None:
    mean, sd = np.array([0.01, 0.5, 0.99]), np.full(3, 0.1)
    low, high = mean_interval(np.full(3, 6), mean, sd, name=name, unit=unit)
    expected = stats.t.interval(0.95, 5, mean, sd / np.sqrt(6))
    assert low == pytest.approx(np.clip(expected[0], *ends))
    assert high == pytest.approx(np.clip(expected[1], *ends))
    assert (expected[0][0] < 0, expected[1][2] > 1) == (True, True)


def test_one_value_has_an_interval_only_where_it_is_an_answer() -> None:
    assert np.isnan(mean_interval(1, 0.5, 0.0, name="accuracy", unit="share")).all()
    low, high = mean_interval(1, 1.0, 0.0, name="solved", unit="share")
    assert (low, high) == pytest.approx((0.2065, 1.0), abs=1e-4)


@pytest.mark.slow
def test_no_share_of_a_page_is_above_100_percent(tmp_path: Path) -> None:
    folder = write(tmp_path, NEAR)
    trials = pd.read_parquet(folder / "trials.parquet")
    near = np.where(trials["replicate"] == 0, 0.8, 1.0)
    trials.assign(**{"final.test/accuracy": near}).to_parquet(folder / "trials.parquet")
    assert near[:6].mean() + t_half_width(6, near[:6].std(ddof=1)) > 1
    page = build_report(folder).path.read_text()
    shares = [float(found) for found in SHARE.findall(page)]
    assert (max(shares), page.count("[88.1, 100.0 %]")) == (100, 4)


def test_no_bar_of_a_figure_reaches_above_100_percent(tmp_path: Path) -> None:
    tables = read_tables(write(tmp_path, NEAR))
    near = np.where(tables.trials["replicate"] == 0, 0.8, 1.0)
    tables = replace(tables, trials=tables.trials.assign(**{"final.test/accuracy": near}))
    drawn = draw_all(scheme(tables.plan), analyse(tables))
    traces = [
        trace
        for name in ("outcomes", "main_effects", "interactions")
        for panel in drawn[name].panels
        for trace in panel.data
        if "error_y" in trace
    ]
    tops = [np.add(t["y"], t["error_y"]["array"]) for t in traces]
    feet = [np.subtract(t["y"], t["error_y"]["arrayminus"]) for t in traces]
    assert max(top.max() for top in tops) == pytest.approx(1, abs=1e-5)
    assert min(foot.min() for foot in feet) == pytest.approx(0.881, abs=1e-3)
