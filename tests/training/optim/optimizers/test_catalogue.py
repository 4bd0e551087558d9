"""Every optimizer against torch's, step by step, for members with different hyperparameters."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

import pytest
import torch
from torch import nn

from orchestrator.study.settings import Optimizer, Training
from orchestrator.training.optim.optimizers.catalogue import OPTIMIZERS
from tests.training.optim.optimizers.moved import ours, theirs

TORCH: Mapping[str, Callable[..., torch.optim.Optimizer]] = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "nadam": torch.optim.NAdam,
    "radam": torch.optim.RAdam,
    "rmsprop": torch.optim.RMSprop,
    "adagrad": torch.optim.Adagrad,
}
ELSEWHERE = {"lion", "muon"}  # test_lion.py, test_muon.py
SETTINGS: list[dict[str, Any]] = [
    {},
    {"learning_rate": 0.03, "weight_decay": 0.1},
    {"beta1": 0.5, "beta2": 0.9},
    {"beta2": 0.99999, "learning_rate": 0.5},
    {"momentum": 0.9, "weight_decay": 0.01},
    {"momentum": 0.5, "nesterov": True},
]


def made(name: str, training: Training) -> Callable[[nn.Module], list[torch.optim.Optimizer]]:
    more: dict[str, Any] = {}
    if name in ("sgd", "rmsprop"):
        more["momentum"] = training.momentum
    if name == "sgd":
        more["nesterov"] = training.nesterov
    if name in ("adam", "adamw", "nadam", "radam"):
        more["betas"] = training.beta1, training.beta2
    rate, decay = training.learning_rate, training.weight_decay
    return lambda model: [
        TORCH[name](model.parameters(), lr=rate, weight_decay=decay, **more)
    ]  # fmt: skip


@pytest.fixture(autouse=True)
def _in_float64() -> Iterator[None]:
    """The type in which torch's NAdam keeps its product of momenta."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("name", TORCH)
@pytest.mark.parametrize("settings", SETTINGS, ids=map(str, SETTINGS))
def test_every_step_is_torchs(name: str, settings: dict[str, Any]) -> None:
    both = [
        {**settings, "optimizer": name},
        {**settings, "optimizer": name, "learning_rate": 0.002, "weight_decay": 0.3},
    ]
    expected = theirs([made(name, Training(**each)) for each in both])
    for here, there in zip(ours(both), expected, strict=True):
        torch.testing.assert_close(here, there, rtol=1e-9, atol=1e-12)


def test_every_name_has_an_optimizer_and_a_test() -> None:
    assert set(OPTIMIZERS) == set(get_args(Optimizer)) == set(TORCH) | ELSEWHERE
