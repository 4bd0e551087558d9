"""Lion against the published pseudocode: torch has none."""

from typing import Any

import numpy as np
import pytest
import torch

from tests.training.optim.optimizers.moved import gradients, nets, ours


def published(
    start: np.ndarray[Any, Any], steps: list[np.ndarray[Any, Any]], lr: float, wd: float,
    beta1: float = 0.9, beta2: float = 0.99,
) -> list[np.ndarray[Any, Any]]:  # fmt: skip
    """Program 1 of arXiv 2302.06675, line by line, without its schedule."""
    weight, momentum, found = start.copy(), np.zeros_like(start), []
    for gradient in steps:
        update = gradient * (1 - beta1) + momentum * beta1
        update = np.sign(update)
        momentum = gradient * (1 - beta2) + momentum * beta2
        update = update + weight * wd
        update = update * lr
        weight = weight - update
        found.append(weight)
    return found


@pytest.mark.parametrize("betas", [{}, {"beta1": 0.95, "beta2": 0.98}])
def test_every_step_is_that_of_the_paper(betas: dict[str, float]) -> None:
    numbers = [{"learning_rate": 0.01, "weight_decay": 0.1}, {"learning_rate": 3e-4}]
    found = ours([{"optimizer": "lion", **each, **betas} for each in numbers])
    flat = torch.stack([torch.cat([p.detach().flatten() for p in m.parameters()]) for m in nets(2)])
    rows = [gradient.numpy() for gradient in gradients(flat)]
    for member, each in enumerate(numbers):
        expected = published(
            flat[member].numpy(), [row[member] for row in rows], each["learning_rate"],
            each.get("weight_decay", 0.0), **betas,
        )  # fmt: skip
        for here, there in zip(found, expected, strict=True):
            np.testing.assert_allclose(here[member].numpy(), there, rtol=1e-12, atol=1e-14)
