"""Every number of docs/gradients.md, computed again."""

import contextlib
import io
import math
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

from orchestrator.reports.statistics.gradients.mean_field import (
    factor,
    fixed_point,
    recurrent_factor,
)
from orchestrator.reports.statistics.gradients.time_decay import half_life
from orchestrator.reports.text.names import factor_text

PAGE = (Path(__file__).parents[2] / "docs" / "gradients.md").read_text()
ACTIVATIONS = ("sigmoid", "tanh", "relu", "softplus")


def said(*texts: str) -> None:
    for text in texts:
        assert text in PAGE, text


def printed() -> str:
    """By the page's chain.py."""
    code = re.search(r"```python\n(# chain\.py.*?)```", PAGE, re.DOTALL)
    assert code
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code[1], "chain.py", "exec"), {})
    return out.getvalue()


def test_the_chain_prints_what_the_page_shows() -> None:
    said(f"```\n{printed()}```")


def test_the_formula_is_what_autograd_finds() -> None:
    rows = re.findall(r"∂C/∂b ([+-][\d.]+)  autograd ([+-][\d.]+)", printed())
    assert len(rows) == 4
    assert all(ours == theirs for ours, theirs in rows)


def test_factors_of_the_chain() -> None:
    w, z, a = [0.8, -0.6, 0.9, 0.7], [], 1.0
    for weight, bias in zip(w, [0.1, 0.2, -0.3, 0.4], strict=True):
        z.append(weight * a + bias)
        a = 1 / (1 + math.exp(-z[-1]))
    slopes = [math.exp(-x) / (1 + math.exp(-x)) ** 2 for x in z]
    one, two, three = (w[i + 1] * slopes[i] for i in (2, 1, 0))
    said(f"= {one:.2f}, then {two:.2f} and −{-three:.2f}")
    left = abs(one * two * three)
    said(f"b₁ receives {100 * left:.1f} % of what b₄ does")


@pytest.mark.parametrize(
    ("weight", "row", "has_fixed_point"),
    [(1 / 3, "as PyTorch draws", ACTIVATIONS), (2.0, "He: σ_w² = 2", ACTIVATIONS[:-1])],
)
def test_factors_of_wide_layers(weight: float, row: str, has_fixed_point: tuple[str, ...]) -> None:
    """Softplus with the weights of He: tests/reports/statistics/gradients/test_phase.py."""
    found = [factor(name, weight, fixed_point(name, weight, 0.0)) for name in has_fixed_point]
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| {row}"))
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells[1 : 1 + len(found)] == [f"{float(x):.3f}" for x in found]


def test_ten_layers_and_the_edge() -> None:
    sigmoid = float(factor("sigmoid", 1 / 3, fixed_point("sigmoid", 1 / 3, 0.0)))
    said(f"0.141¹⁰ = {factor_text(sigmoid**10)} of")
    edge = brentq(lambda w: float(factor("tanh", w, fixed_point("tanh", w, 0.05))) - 1, 1.5, 2.0)
    said(f"σ_w² = {edge:.2f} on")


def test_steps_of_a_plain_network() -> None:
    """Biases of 128 units, two of them in every step: U(−1/√H, 1/√H)."""
    added = np.array(2 / (3 * 128))
    tanh, sigmoid = (
        float(recurrent_factor(name, np.array(1 / 3), added)) for name in ("tanh", "sigmoid")
    )
    said(f"{tanh:.3f} for tanh", f"{sigmoid:.3f} for the sigmoid")
    pushed = recurrent_factor("tanh", np.array(1 / 3), added + 1)
    assert float(pushed) < 0.9 * tanh
    said(f"After 50 steps of the sigmoid {factor_text(sigmoid**50)} is left")
    single = np.finfo(np.float32)
    said("1.2·10⁻³⁸", "1.4·10⁻⁴⁵")
    assert float(single.tiny) == pytest.approx(1.2e-38, rel=0.03)
    assert float(single.smallest_subnormal) == pytest.approx(1.4e-45, rel=0.01)


def test_what_a_forget_gate_leaves() -> None:
    lefts = {0: "9·10⁻¹⁶", 1: "2·10⁻⁷", 2: "0.002", 3: "0.09"}
    for bias, left in lefts.items():
        opening = 1 / (1 + math.exp(-bias))
        said(f"| {bias} | {opening:.2f} | {left} | {half_life(opening):.1f} steps |")
        number = float(left.replace("·10⁻¹⁶", "e-16").replace("·10⁻⁷", "e-7"))
        assert opening**50 == pytest.approx(number, rel=0.25)
