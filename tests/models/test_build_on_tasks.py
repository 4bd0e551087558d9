"""Every model on every task that it fits: shapes of outputs, and a loss that falls downhill."""

from typing import Any

import pytest
import torch
from torch import Generator, Tensor, nn

from orchestrator.models.build import build, draw
from orchestrator.models.catalogue import MODELS, TASKS, resolve
from orchestrator.models.fit import misfit
from orchestrator.models.losses import LOSSES
from orchestrator.models.settings import ModelSettings
from orchestrator.models.shape import PER_STEP
from orchestrator.models.tasks.dataset import Dataset

SMALL: dict[str, Any] = {
    "train_examples": 64,
    "examples": 64,
    "validation_examples": 20,
    "test_examples": 20,
}
STEP = 1e-6  # so short that the loss is a plane: it falls by the step × the gradient's norm
ELSEWHERE = {
    "mnist",
    "fashion_mnist",
    "idx",
    "tagging",
    "next_word",
}  # files that are not on every machine


def dataset(task: str) -> Dataset:
    settings = TASKS[task].settings
    sizes = {name: size for name, size in SMALL.items() if name in settings.model_fields}
    loaded: Dataset = resolve(TASKS[task].factory)(settings(name=task, **sizes), lambda stream: 1)
    return loaded


def pairs() -> list[Any]:
    return [
        pytest.param(task, MODELS[name].settings(name=name), id=f"{task} {name}")
        for task, entry in TASKS.items()
        if task not in ELSEWHERE
        for name in MODELS
        if misfit(MODELS[name].settings(name=name), entry.inputs, entry.outputs) is None
    ]


def batch(data: Dataset, model: ModelSettings) -> tuple[Tensor, Tensor]:
    rows = data.splits["train"][:16]
    inputs = data.inputs[rows]
    inputs = inputs.double() if inputs.is_floating_point() else inputs
    flat = "features" in MODELS[model.name].takes
    return inputs.flatten(1) if flat else inputs, data.targets[rows]


def mean_loss(task: str, outputs: Tensor, targets: Tensor) -> Tensor:
    losses = LOSSES[TASKS[task].loss](outputs, targets)
    return losses[targets != -1].mean() if TASKS[task].outputs in PER_STEP else losses.mean()


@pytest.mark.parametrize(("task", "settings"), pairs())
def test_it_gives_what_the_task_wants_and_can_follow_the_gradient(
    task: str, settings: ModelSettings
) -> None:
    data = dataset(task)
    model: nn.Module = build(settings, data.shape)
    draw(model.double(), settings, lambda name: Generator().manual_seed(len(name)))
    inputs, targets = batch(data, settings)
    outputs = model(inputs)
    per_step = inputs.shape[1:2] if data.shape.outputs in PER_STEP else ()
    assert outputs.shape == (16, *per_step, data.shape.values)

    parameters = list(model.parameters())
    before = mean_loss(task, outputs, targets)
    gradients = torch.autograd.grad(before, parameters)
    norm = torch.cat([g.flatten() for g in gradients]).norm().item()
    with torch.no_grad():
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.sub_(STEP / norm * gradient)
        after = mean_loss(task, model(inputs), targets)
    assert (before - after).item() == pytest.approx(STEP * norm, rel=0.01)


def test_every_task_has_a_model() -> None:
    tasks = {param.values[0] for param in pairs()}
    assert tasks == set(TASKS) - ELSEWHERE
