"""Mean-field theory against published numbers, scipy's quadrature and real random networks."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from orchestrator.reports.statistics.gradients.mean_field import (
    ACTIVATIONS,
    factor,
    fixed_point,
    gaussian_mean,
    recurrent_factor,
    relative_delta,
    squared_slope,
    variances,
)
from orchestrator.reports.statistics.intervals import Floats

PUBLISHED = [  # activation, σ_w², σ_b², √χ at the fixed point, to the digits given
    ("sigmoid", 1 / 3, 0.0, ".1414"),  # PyTorch's default
    ("tanh", 1 / 3, 0.0, ".5774"),
    ("relu", 1 / 3, 0.0, ".4082"),
    ("softplus", 1 / 3, 0.0, ".2948"),
    ("relu", 2.0, 0.0, "1.000"),  # He et al. 2015
    ("tanh", 2.0, 0.0, "1.051"),
    ("sigmoid", 1.0, 1.0, ".2048"),  # Nielsen's chapter 5
]


@pytest.mark.parametrize(("activation", "weight", "bias", "expected"), PUBLISHED)
def test_the_factor_per_layer_is_the_published_one(
    activation: str, weight: float, bias: float, expected: str
) -> None:
    q = fixed_point(activation, weight, bias)
    rounded = len(expected.partition(".")[2])
    assert round(float(factor(activation, weight, q)), rounded) == float(expected)


@pytest.mark.parametrize(
    ("activation", "weight", "expected"),
    [
        ("tanh", 1 / 3, 0.5245),
        ("sigmoid", 1 / 3, 0.1387),
        ("relu", 1 / 3, 0.4082),
        ("tanh", 1.0, 0.8379),
    ],
)
def test_the_factor_per_step_is_the_published_one(
    activation: str, weight: float, expected: float
) -> None:
    """128 hidden units, 32 inputs with unit variance, everything from U(±1/√128)."""
    added = (32 + 2) / (3 * 128)
    found = recurrent_factor(activation, np.array(weight), np.array(added))
    assert float(found) == pytest.approx(expected, abs=5e-5)


def at(activation: str, weight: float, bias: float) -> tuple[float, float]:
    """q* and √χ(q*)."""
    q = fixed_point(activation, weight, bias)
    return float(q), float(factor(activation, weight, q))


@pytest.mark.parametrize(
    ("activation", "bias", "edge", "off"),
    [("tanh", 0.05, 1.76, 0.005), ("tanh", 0.0, 1.0, 0.1), ("relu", 0.0, 2.0, 0.005)],
)
def test_the_edge_of_chaos_is_the_published_one(
    activation: str, bias: float, edge: float, off: float
) -> None:
    """Without biases χ of tanh leaves 1 with the square of the distance only: 0.1 shows it."""
    assert at(activation, edge - off, bias)[1] < 1 < at(activation, edge + off, bias)[1]
    assert at(activation, edge, bias)[1] == pytest.approx(1, abs=2e-3)


@pytest.mark.parametrize(("activation", "bias"), [("relu", 0.05), ("softplus", 0.0)])
def test_relu_has_no_edge_with_biases_and_softplus_none_at_all(
    activation: str, bias: float
) -> None:
    """Their variance grows without bound before χ = 1."""
    assert all(at(activation, weight, bias)[1] < 1 for weight in (0.5, 1.0, 1.5, 1.9))
    assert all(at(activation, weight, bias)[0] == 1e8 for weight in (2.5, 4.0))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("q", [0.01, 1.0, 16.0, 100.0])
def test_gaussian_means_are_scipys(activation: str, q: float) -> None:
    slope = ACTIVATIONS[activation].slope

    def integrand(z: Floats) -> Floats:
        return np.asarray(slope(np.sqrt(q) * z) ** 2 * norm.pdf(z))

    half = [quad(integrand, *ends, limit=200)[0] for ends in ((-12, 0), (0, 12))]
    assert float(squared_slope(activation, q)) == pytest.approx(sum(half), rel=1e-9)


def test_gaussian_means_keep_the_shape() -> None:
    q = np.array([[1.0, 4.0], [9.0, 0.25]])
    assert gaussian_mean(np.square, q) == pytest.approx(q)


def test_a_network_of_identities_multiplies_variances() -> None:
    """W₁ W₂ W₃ x = W x: q and χ are plain products."""
    weights, biases = np.array([2.0, 0.5, 3.0]), np.array([0.1, 0.2, 0.0])
    q = variances("identity", np.array(4.0), weights, biases)
    assert q == pytest.approx([8.1, 4.25, 12.75])
    relative = relative_delta("identity", np.array(4.0), weights, biases)
    assert relative == pytest.approx([np.sqrt(0.5 * 3), np.sqrt(3), 1])


def test_replicates_are_independent_of_each_other() -> None:
    rng = np.random.default_rng(0)
    moment, weights, biases = rng.uniform(1, 2, 5), *rng.uniform(0.5, 2, (2, 5, 4))
    together = relative_delta("tanh", moment, weights, biases)
    alone = [relative_delta("tanh", *each) for each in zip(moment, weights, biases, strict=True)]
    assert together == pytest.approx(np.stack(alone))
