"""√χ in the limit of many layers, against the map of mean-field theory iterated step by step."""

from pathlib import Path

import numpy as np
import pytest

from orchestrator.reports.statistics.gradients.mean_field import factor, fixed_point, squared_output
from orchestrator.reports.statistics.gradients.phase import factors

DOC = Path(__file__).parents[4] / "docs" / "gradients.md"


def iterated(activation: str, weight: float, bias: float, layers: int) -> list[float]:
    """q of every layer, from q = 1."""
    q = [1.0]
    for _ in range(layers):
        q.append(float(weight * squared_output(activation, q[-1]) + bias))
    return q[1:]


@pytest.mark.parametrize(
    ("activation", "weight", "bias"),
    [
        *(("sigmoid", w, b) for w in (1 / 3, 2.0) for b in (0.0, 1.0)),
        *(("tanh", w, b) for w in (1 / 3, 0.8, 1.76, 3.0) for b in (0.0, 0.05)),
        *(("softplus", w, b) for w in (1 / 3, 1.0, 1.7) for b in (0.0, 0.1)),
        *(("relu", w, 0.1) for w in (1 / 3, 1.5)),
    ],
)
def test_the_limit_is_the_factor_at_the_fixed_point(
    activation: str, weight: float, bias: float
) -> None:
    (found,) = factors(activation, np.array([weight]), np.array([bias]))[0]
    expected = factor(activation, weight, fixed_point(activation, weight, bias))
    assert found == pytest.approx(float(expected), rel=2e-3)


def test_softplus_with_the_weights_of_he_has_no_fixed_point() -> None:
    """q grows without bound, and √χ, .87 after 10 layers, creeps to 1: the limit is shown."""
    q = np.array(iterated("softplus", 2.0, 0.0, 1000))
    assert (np.diff(q) > 0.1).all(), "each layer adds more than a tenth, also the last"
    sizes = factor("softplus", 2.0, q)
    assert (np.diff(sizes) > 0).all()
    assert sizes[[9, 99, 999]] == pytest.approx([0.8696, 0.9377, 0.9715], abs=1e-4)
    (found,) = factors("softplus", np.array([2.0]), np.array([0.0]))[0]
    assert sizes[-1] < found == pytest.approx(1, abs=1e-3)
    assert f"Ten layers leave {sizes[:10].prod():.2f} of the gradient" in DOC.read_text()
    assert "0.870 after 10 layers, 0.938 after 100" in DOC.read_text()
    assert f"{q[9]:.1f} after 10 layers, {q[99]:.0f} after 100" in DOC.read_text()


@pytest.mark.parametrize("activation", ["relu", "softplus"])
@pytest.mark.parametrize("weight", [2.5, 3.0])
def test_above_two_the_variance_explodes_and_the_factor_is_that_of_half_the_units(
    activation: str, weight: float
) -> None:
    (found,) = factors(activation, np.array([weight]), np.array([0.0]))[0]
    assert found == pytest.approx(np.sqrt(weight / 2), abs=2e-3)


def test_relu_at_two_is_at_the_edge() -> None:
    (found,) = factors("relu", np.array([2.0]), np.array([0.0]))[0]
    assert found == pytest.approx(1, abs=1e-6)
