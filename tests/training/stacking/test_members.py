"""Models side by side and their optimizers against torch.optim, weight by weight."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector

from orchestrator.models.networks.mlp import MLP
from orchestrator.study.settings import Optimizer, Training
from orchestrator.training.optim.optimizers.catalogue import OPTIMIZERS
from orchestrator.training.stacking.members import (
    Mapped,
    Members,
    Single,
    is_bias,
    single,
)
from tests.training.stacking.stacked import stacked, way_of

TORCH: dict[str, Any] = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
    "adam": lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.01),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.01),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01, momentum=0.9, weight_decay=0.01),
}


def tanh_net() -> nn.Module:
    return MLP(6, 3, depth=2, width=5, activation="tanh")


def models(count: int, precision: torch.dtype, net: Callable[[], nn.Module]) -> list[nn.Module]:
    torch.manual_seed(0)
    return [net().to(precision) for _ in range(count)]


def batches(precision: torch.dtype) -> torch.Tensor:
    return torch.randn(50, 3, 8, 6, generator=torch.Generator().manual_seed(1)).to(precision)


class Squared(nn.Module):
    """Has a parameter outside nn.Linear, so it must be mapped."""

    def __init__(self) -> None:
        super().__init__()
        self.net = MLP(6, 3, depth=2, width=5, activation="tanh")
        self.scale = nn.Parameter(torch.rand(3))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        scores: Tensor = self.net(inputs)
        return scores * self.scale


def together(alone: list[nn.Module], precision: torch.dtype) -> Members:
    members = stacked(deepcopy(alone), batches(precision)[0])
    return members


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", TORCH)
@pytest.mark.parametrize("kind", ["broadcast", "mapped"])
@pytest.mark.parametrize(
    ("precision", "tolerance"), [(torch.float64, 1e-10), (torch.float32, 1e-4)]
)
def test_50_steps_move_every_weight_as_torch_does(
    optimizer: Optimizer, kind: str, precision: torch.dtype, tolerance: float
) -> None:
    alone = models(3, precision, Squared if kind == "mapped" else tanh_net)
    members = together(alone, precision)
    assert isinstance(members.model, Mapped) == (kind == "mapped")
    rate = 0.1 if optimizer == "sgd" else 0.01
    training = Training(optimizer=optimizer, learning_rate=rate, momentum=0.9, weight_decay=0.01)
    ours = OPTIMIZERS[optimizer](members, [training] * 3)
    theirs = [TORCH[optimizer](model.parameters()) for model in alone]
    for batch in batches(precision):
        ours.step(members.gradient(members.model(batch).square().mean((1, 2)).sum()))
        for model, inputs, torch_optimizer in zip(alone, batch, theirs, strict=True):
            torch_optimizer.zero_grad()
            model(inputs).square().mean().backward()
            torch_optimizer.step()
    expected = torch.stack([parameters_to_vector(model.parameters()) for model in alone])
    torch.testing.assert_close(members.flat, expected.detach(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("net", [tanh_net, Squared])
def test_members_compute_what_each_computes_alone(net: Callable[[], nn.Module]) -> None:
    alone = models(3, torch.float64, net)
    inputs = batches(torch.float64)[0]
    expected = torch.stack([model(x) for model, x in zip(alone, inputs, strict=True)])
    members = together(alone, torch.float64)
    torch.testing.assert_close(members.model(inputs), expected)
    for member, model in enumerate(alone):
        torch.testing.assert_close(members.plain_model(member)(inputs[0]), model(inputs[0]))


def test_a_single_model_trains_through_the_flat_tensor() -> None:
    (model,) = models(1, torch.float64, tanh_net)
    before = model(torch.ones(2, 6).double())
    members = single(model)
    assert isinstance(members.model, Single)
    torch.testing.assert_close(members.model(torch.ones(1, 2, 6).double())[0], before)
    members.flat.zero_()
    assert not members.model(torch.ones(1, 2, 6).double()).any()


def test_parameters_share_their_memory_with_the_flat_tensor() -> None:
    members = together(models(3, torch.float32, tanh_net), torch.float32)
    members.flat.zero_()
    assert all(not parameter.any() for parameter in members.parameters.values())


def test_biases_are_found_among_the_parameters() -> None:
    members = together(models(3, torch.float32, tanh_net), torch.float32)
    assert int(members.biases.sum()) == 5 + 5 + 3
    assert len(members.biases) == members.flat.shape[1]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *((name, True) for name in ("bias", "hidden.0.bias", "lstm.bias_hh_l0_reverse")),
        *((name, True) for name in ("attention.in_proj_bias", "attention.bias_k", "biases.0")),
        *((name, False) for name in ("weight", "debiased.weight", "bias_free.0.weight")),
        *((name, False) for name in ("debias", "bias.weight", "unbiased.0")),
    ],
)
def test_a_bias_is_told_by_its_own_name_not_by_that_of_its_module(
    name: str, expected: bool
) -> None:
    assert is_bias(name) == expected


class Debiased(nn.Module):
    """Its module's name contains "bias"."""

    def __init__(self) -> None:
        super().__init__()
        self.debiased = nn.Linear(6, 3)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.debiased(inputs)
        return scores


def test_weights_of_a_module_called_debiased_are_no_biases() -> None:
    members = together(models(2, torch.float32, Debiased), torch.float32)
    assert int(members.biases.sum()) == 3


class Centred(nn.Module):
    """Broadcasts without an error, but not to what a single model computes."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Linear(6, 3)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.net(inputs)
        return scores - scores.mean(0)  # over the batch; with a member dimension, over members


def test_a_model_that_broadcasts_to_something_else_is_mapped() -> None:
    members = together(models(3, torch.float32, Centred), torch.float32)
    assert isinstance(members.model, Mapped)


@pytest.mark.parametrize(
    "layer", [nn.BatchNorm1d(6), nn.Dropout(0.5)], ids=lambda layer: type(layer).__name__
)
def test_what_cannot_be_mapped_trains_alone(layer: nn.Module) -> None:
    nets = models(3, torch.float32, lambda: nn.Sequential(deepcopy(layer), Squared()))
    assert way_of(nets, batches(torch.float32)[0]) is None
