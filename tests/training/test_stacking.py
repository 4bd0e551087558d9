"""The stacked model and its optimizers, weight by weight, against torch.optim on single models."""

from copy import deepcopy
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector

from models.networks.mlp import MLP
from orchestrator.study.settings import Training
from orchestrator.training.optimizers import OPTIMIZERS
from orchestrator.training.stacking import stack

TORCH: dict[str, Any] = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
    "adam": lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.01),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.01),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01, momentum=0.9, weight_decay=0.01),
}


def models(count: int, precision: torch.dtype) -> list[nn.Module]:
    torch.manual_seed(0)
    return [MLP(6, 3, depth=2, width=5, activation="tanh").to(precision) for _ in range(count)]


def batches(precision: torch.dtype) -> torch.Tensor:
    return torch.randn(50, 3, 8, 6, generator=torch.Generator().manual_seed(1)).to(precision)


@pytest.mark.parametrize("optimizer", TORCH)
@pytest.mark.parametrize(
    ("precision", "tolerance"), [(torch.float64, 1e-10), (torch.float32, 1e-4)]
)
def test_50_steps_move_every_weight_as_torch_does(
    optimizer: str, precision: torch.dtype, tolerance: float
) -> None:
    alone = models(3, precision)
    stacked = stack(deepcopy(alone))
    rate = 0.1 if optimizer == "sgd" else 0.01
    training = Training(optimizer=optimizer, learning_rate=rate, momentum=0.9, weight_decay=0.01)
    ours = OPTIMIZERS[optimizer](stacked, [training] * 3)
    theirs = [TORCH[optimizer](model.parameters()) for model in alone]
    for batch in batches(precision):
        loss = stacked.model(batch).square().mean((1, 2)).sum()
        ours.step(stacked.flatten(torch.autograd.grad(loss, stacked.parameters)))
        for model, inputs, torch_optimizer in zip(alone, batch, theirs, strict=True):
            torch_optimizer.zero_grad()
            model(inputs).square().mean().backward()
            torch_optimizer.step()
    expected = torch.stack([parameters_to_vector(model.parameters()) for model in alone])
    torch.testing.assert_close(stacked.flat, expected.detach(), rtol=tolerance, atol=tolerance)


def test_a_stacked_model_computes_each_member() -> None:
    alone = models(3, torch.float64)
    inputs = batches(torch.float64)[0]
    expected = torch.stack([model(x) for model, x in zip(alone, inputs, strict=True)])
    torch.testing.assert_close(stack(alone).model(inputs), expected)


def test_parameters_share_their_memory_with_the_flat_tensor() -> None:
    stacked = stack(models(2, torch.float32))
    stacked.flat.zero_()
    assert all(not parameter.any() for parameter in stacked.parameters)


def test_biases_are_found_among_the_parameters() -> None:
    stacked = stack(models(2, torch.float32))
    assert int(stacked.biases.sum()) == 5 + 5 + 3
    assert len(stacked.biases) == stacked.flat.shape[1]


def test_a_layer_that_cannot_be_stacked_is_refused_by_name() -> None:
    model = nn.Sequential(nn.Embedding(10, 4), nn.Linear(4, 2))
    with pytest.raises(TypeError, match=r"cannot stack 0\.weight"):
        stack([model])
