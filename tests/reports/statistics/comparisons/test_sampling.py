"""What the test set alone leaves open, against scipy and a simulation; where it is not known."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

from orchestrator.plan_document import Compare
from orchestrator.reports.analysis import Analysis, analyse
from orchestrator.reports.data.read import Tables, read_tables
from orchestrator.reports.page.render import render
from orchestrator.reports.statistics.comparisons.sampling import sampling
from orchestrator.reports.text.sections.results import sampling_text
from orchestrator.reports.text.sentences import sentences
from tests.reports.sample import Drawn, Sample, write
from tests.reports.some import some

TWO = Sample(factors={"model.activation": ["sigmoid", "tanh"]}, replicates=3, probes=False)


@pytest.fixture(scope="module")
def tables(full_drawn: Drawn) -> Tables:
    return full_drawn[0]


@pytest.fixture(scope="module")
def analysis(full_drawn: Drawn) -> Analysis:
    return full_drawn[1]


def test_the_half_width_is_wilsons_at_the_mean(analysis: Analysis) -> None:
    for variant, found in analysis.sampling.items():
        mean = some(analysis.outcomes[variant].mean)
        low, high = (binomtest(round(mean * 360) + shift, 360).proportion_ci(method="wilson")
                     for shift in (-1, 1))  # fmt: skip
        halves = sorted([(low.high - low.low) / 2, (high.high - high.low) / 2])
        assert halves[0] <= found.half <= halves[1]
        assert found.answers == 360


def test_it_covers_what_other_test_sets_of_this_size_give() -> None:
    rng = np.random.default_rng(0)
    accuracy, answers = 0.9, 360
    half = 1.96 * np.sqrt(accuracy * (1 - accuracy) / answers)
    seen = rng.binomial(answers, accuracy, 20000) / answers
    assert np.mean(np.abs(seen - accuracy) <= half) == pytest.approx(0.95, abs=0.01)
    low, high = binomtest(324, 360).proportion_ci(method="wilson")
    assert (high - low) / 2 == pytest.approx(half, rel=0.02)


@pytest.mark.parametrize(
    ("metric", "unit"), [("test/mse", "squared error"), ("validation/accuracy", "share"),
                         ("test/solved", "share")],
)  # fmt: skip
def test_metrics_that_are_no_share_of_test_answers_have_none(
    tables: Tables, analysis: Analysis, metric: str, unit: str
) -> None:
    compare = Compare(metric, "maximize", unit, {}, None)
    assert sampling(tables.trials, compare, analysis.outcomes) == {}


@pytest.mark.parametrize(
    ("metric", "unit", "why"),
    [("test/mse", "squared unit", "mse is no share of right answers"),
     ("test/loss", "nat", "loss is no share of right answers"),
     ("validation/accuracy", "share", "validation examples are not the test set"),
     ("test/solved", "share", "a trial is solved or not")],
)  # fmt: skip
@pytest.mark.slow
def test_where_it_is_not_known_the_page_says_why(
    tmp_path: Path, metric: str, unit: str, why: str
) -> None:
    tables = read_tables(write(tmp_path, TWO))
    trials = tables.trials.assign(**{f"final.{metric}": 0.5})
    compare = Compare(metric, "maximize", unit, {}, None)
    plan = dataclasses.replace(tables.plan, compare=compare)
    analysis = analyse(dataclasses.replace(tables, plan=plan, trials=trials))
    said = sampling_text(analysis)
    assert said.startswith("What the finite test set alone leaves uncertain is not known here: ")
    assert why in said
    if metric == "test/mse":
        assert said in render(tables, analysis, sentences(analysis)).html


def test_without_results_nothing_is_said_of_the_test_set(tmp_path: Path) -> None:
    tables = read_tables(write(tmp_path, TWO))
    trials = tables.trials.assign(status="failed")
    assert sampling_text(analyse(dataclasses.replace(tables, trials=trials))) == ""


def test_the_page_says_it(analysis: Analysis) -> None:
    most = 100 * max(each.half for each in analysis.sampling.values())
    said = sampling_text(analysis)
    assert said.startswith("The test set of 360 answers alone makes ±")
    assert f"to {most:.1f} points" in said
