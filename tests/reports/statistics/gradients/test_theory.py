"""Theory beside measurements: simulated rows that obey it, and where it must be silent."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from orchestrator.plan_document import Level
from orchestrator.reports.data.read import Tables, read_tables
from orchestrator.reports.statistics.gradients.fits import fits
from orchestrator.reports.statistics.gradients.mean_field import factor, fixed_point
from orchestrator.reports.statistics.gradients.phase import factors
from orchestrator.reports.statistics.gradients.theory import Kind, Reason, Theories, theories
from tests.reports.sample import Factors, Sample, write
from tests.reports.some import some


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    factors: Factors = {"model.activation": ["sigmoid", "tanh"], "model.depth": [1, 4]}
    return read_tables(write(tmp_path, Sample(study="s", factors=factors, replicates=6)))


def fixing(tables: Tables, settings: Mapping[str, Level]) -> Tables:
    plan = replace(tables.plan, fixed={**tables.plan.fixed, **settings})
    return replace(tables, plan=plan)


def found(tables: Tables) -> Theories:
    return theories(tables.plan, tables.gradients, fits(tables.gradients))


def test_a_network_that_obeys_theory_does_not_deviate(tables: Tables) -> None:
    first = found(tables)
    rows = tables.gradients
    for theory in first.by_axis["depth"].values():
        for layer, value in zip(theory.places, theory.expected, strict=True):
            here = (rows["variant_id"] == theory.variant_id) & (rows["position"] == layer)
            rows.loc[here & (rows["quantity"] == "delta") & (rows["epoch"] == 0), "value"] = value
    again = found(tables)
    deep = [t for t in again.by_axis["depth"].values() if t.factor]
    assert len(deep) == 2
    for theory in deep:
        assert theory.deviation == pytest.approx(0, abs=1e-9)
        assert theory.in_band or some(theory.measured).high == pytest.approx(theory.factor)


def test_factor_and_line_are_those_of_the_recorded_variances(tables: Tables) -> None:
    deep = tables.plan.variants[1]
    assert deep.label == "activation=sigmoid depth=4"
    theory = found(tables).by_axis["depth"][deep.variant_id]
    q = fixed_point("sigmoid", 1.0, 0.05)
    assert theory.factor == pytest.approx(float(factor("sigmoid", 1.0, q)), rel=0.02)
    assert theory.places == (1, 2, 3, 4, 5)
    output = tables.gradients.query(
        "variant_id == @deep.variant_id and position == 5 and quantity == 'delta' and epoch == 0"
    )["value"]
    assert theory.expected[-1] == pytest.approx(np.exp(np.log(output).mean()))


def test_one_hidden_layer_has_a_line_but_no_factor(tables: Tables) -> None:
    theory = found(tables).by_axis["depth"][tables.plan.variants[0].variant_id]
    assert (theory.factor, theory.deviation, theory.in_band) == (None, None, False)
    assert len(theory.expected) == 2


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"model.name": "convnet"}, "convnet"),
        ({"model.name": "log_linear"}, "log_linear"),
        ({"model.name": "chain"}, "chain"),
        ({"model.name": "mine.net:build"}, "own_model"),
    ],
)
@pytest.mark.slow
def test_other_networks_have_none_and_the_reason_is_told(
    tables: Tables, settings: dict[str, Level], why: Kind
) -> None:
    tables = fixing(tables, settings)
    silent = found(tables)
    assert silent.by_axis["depth"] == {}
    assert silent.reasons["depth"] == (Reason(why),)


def test_without_recorded_variances_there_is_none(tables: Tables) -> None:
    kept = tables.gradients[tables.gradients["quantity"] != "weight_variance"]
    silent = theories(tables.plan, kept, fits(kept))
    assert silent.by_axis["depth"] == {}
    assert silent.reasons["depth"] == (Reason("not_recorded"),)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"model.layers": 2}, "stacked"),
        ({"model.pooling": "mean"}, "pooled"),
        ({"model.bptt_steps": 5}, "cut"),
        ({"model.recurrent_init.scheme": "identity"}, "identity"),
    ],
)
@pytest.mark.slow
def test_plain_recurrences_only(memory: Path, settings: dict[str, Level], why: Kind) -> None:
    tables = read_tables(memory)
    whole = found(tables)
    cells = {v.variant_id: v.levels["model.cell"] for v in tables.plan.variants}
    assert {cells[name] for name in whole.by_axis["time"]} == {"rnn"}
    assert whole.reasons["time"] == (Reason("gates"),)
    tables = fixing(tables, settings)
    silent = found(tables)
    assert silent.by_axis["time"] == {}
    assert Reason(why) in silent.reasons["time"]


def test_the_grid_of_the_phase_diagram_is_the_fixed_point() -> None:
    weights, biases = np.array([0.5, 1.0, 3.0]), np.array([0.0, 0.1])
    for activation in ("sigmoid", "tanh", "identity"):
        grid = factors(activation, weights, biases)
        for row, bias in enumerate(biases):
            for column, weight in enumerate(weights):
                if activation == "identity" and weight >= 1:
                    continue  # no fixed point
                q = fixed_point(activation, weight, bias)
                expected = float(factor(activation, weight, q))
                assert grid[row, column] == pytest.approx(expected, rel=2e-3)


def test_the_edge_in_the_phase_diagram_is_the_published_one() -> None:
    edge = 1.76  # Schoenholz et al. 2017
    below, above = factors("tanh", np.array([edge * 0.97, edge * 1.03]), np.array([0.05]))[0]
    assert below < 1 < above


def test_relu_that_grows_without_bound_has_its_limit() -> None:
    assert factors("relu", np.array([4.0]), np.array([0.1]))[0, 0] == pytest.approx(np.sqrt(2))
