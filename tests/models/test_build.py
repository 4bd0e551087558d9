"""Settings and the shape of a task meet in `build`: every pair that fits, and those that do not."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import Generator, Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from orchestrator.models.build import build, draw
from orchestrator.models.catalogue import MODELS, ModelEntry
from orchestrator.models.fit import misfit
from orchestrator.models.networks.recurrent import Recurrent as Network
from orchestrator.models.networks.recurrent_layer import RecurrentLayer
from orchestrator.models.settings import (
    MLP,
    Chain,
    ConvNet,
    Init,
    LogLinear,
    ModelSettings,
    Recurrent,
    RecurrentInit,
    WindowTagger,
)
from orchestrator.models.shape import InputKind, OutputKind, TaskShape
from tests.models.modules import part

FEATURES: dict[InputKind, int] = {"features": 7, "image": 64, "sequence": 3, "words": 20}
INPUTS: dict[InputKind, tuple[int, ...]] = {
    "features": (5, 7),
    "image": (5, 1, 8, 8),
    "sequence": (5, 6, 3),
}
OUTPUTS: dict[OutputKind, tuple[int, ...]] = {
    "class": (5, 4),
    "value": (5, 4),
    "tags": (5, 6, 4),
    "words": (5, 6, 20),
}
SMALL: list[ModelSettings] = [
    LogLinear(),
    MLP(depth=2, width=6),
    Chain(depth=3),
    ConvNet(channels="2-3", width="8-5"),
    WindowTagger(window=2, embedding=4, width=6),
    Recurrent(cell="rnn", activation="relu", hidden=5, embedding=4),
    Recurrent(cell="rnn", activation="sigmoid", hidden=5, embedding=4, pooling="max"),
    Recurrent(cell="lstm", hidden=5, embedding=4, layers=2, bidirectional=True, dropout=0.2),
    Recurrent(cell="lstm", hidden=5, embedding=4, peephole=True, forget_bias=1.0),
    Recurrent(cell="gru", hidden=5, embedding=4, pooling="mean"),
    Recurrent(cell="gru", hidden=5, embedding=5, tie_embedding=True),
    Recurrent(cell="lstm", hidden=5, embedding=4, layers=2),
]


def inputs_for(kind: InputKind, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    if kind == "words":
        words = torch.randint(1, 20, (5, 6), generator=generator)
        words[1, 3:] = words[4, 1:] = 0
        return words
    return torch.randn(INPUTS[kind], generator=generator)


def shape(inputs: InputKind, outputs: OutputKind) -> TaskShape:
    return TaskShape(inputs, outputs, FEATURES[inputs], OUTPUTS[outputs][-1])


def pairs() -> Iterator[Any]:
    for settings in SMALL:
        entry = MODELS[settings.name]
        for inputs in entry.takes:
            for outputs in entry.gives:
                if misfit(settings, inputs, outputs) is None:
                    label = f"{settings.name} {getattr(settings, 'cell', '')} {inputs} {outputs}"
                    yield pytest.param(settings, shape(inputs, outputs), id=label)


PAIRS = list(pairs())


def drawn(settings: ModelSettings, task: TaskShape, seed: int = 0) -> nn.Module:
    model = build(settings, task).eval()
    draw(model, settings, lambda name: Generator().manual_seed(seed + len(name)))
    return model


@pytest.mark.parametrize(("settings", "task"), PAIRS)
def test_every_fitting_pair_gives_outputs_of_the_tasks_shape(
    settings: ModelSettings, task: TaskShape
) -> None:
    outputs = drawn(settings, task)(inputs_for(task.inputs))
    assert outputs.shape == OUTPUTS[task.outputs]
    assert outputs.isfinite().all()


@pytest.mark.parametrize(("settings", "task"), PAIRS)
def test_every_parameter_gets_a_gradient(settings: ModelSettings, task: TaskShape) -> None:
    model = drawn(settings, task)
    outputs = model(inputs_for(task.inputs))
    (outputs * torch.randn(outputs.shape)).sum().backward()
    without = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    assert without == []


@pytest.mark.parametrize(("settings", "task"), PAIRS)
@pytest.mark.slow
def test_every_model_maps_over_members(settings: ModelSettings, task: TaskShape) -> None:
    """`torch.func.vmap` over three members equals the three alone, outputs and gradients."""
    alone = [drawn(settings, task, seed) for seed in range(3)]
    for model in alone:
        if isinstance(model, Network):
            model.stepwise = True
    inputs = torch.stack([inputs_for(task.inputs, seed) for seed in range(3)])
    parameters, buffers = stack_module_state(alone)
    together = vmap(lambda p, b, x: functional_call(alone[0], (p, b), (x,)))(
        parameters, buffers, inputs
    )
    expected = torch.stack([model(x) for model, x in zip(alone, inputs, strict=True)])
    torch.testing.assert_close(together, expected, rtol=1e-4, atol=1e-5)
    gradients = torch.autograd.grad(together.square().sum(), list(parameters.values()))
    expected.square().sum().backward()
    for name, gradient in zip(parameters, gradients, strict=True):
        singles = [model.get_parameter(name).grad for model in alone]
        single = torch.stack([own for own in singles if own is not None])
        torch.testing.assert_close(gradient, single, rtol=1e-3, atol=1e-4)


def test_the_defaults_of_a_convnet_are_the_lectures() -> None:
    net = build(ConvNet(), TaskShape("image", "class", 1024, 10))
    sizes = {name: tuple(weight.shape) for name, weight in net.named_parameters() if "w" in name}
    assert sizes == {
        "conv1.weight": (6, 1, 5, 5),
        "conv2.weight": (16, 6, 5, 5),
        "ff1.weight": (120, 400),
        "ff2.weight": (80, 120),
        "ff3.weight": (10, 80),
    }


@pytest.mark.parametrize("name", MODELS)
def test_every_model_is_tested_here(name: str) -> None:
    assert name in {settings.name for settings in SMALL}


def test_an_image_is_a_list_of_features_for_models_without_images() -> None:
    assert misfit(MLP(), "image", "class") is None
    assert build(MLP(), shape("image", "class"))(torch.randn(5, 64)).shape == (5, 4)


MISFITS: list[tuple[ModelSettings, InputKind, OutputKind, str]] = [
    (MLP(), "words", "tags", "mlp takes features, not words: choose window_tagger or recurrent"),
    (MLP(), "sequence", "value", "mlp takes features, not sequence: choose recurrent"),
    (ConvNet(), "features", "class", "convnet takes image, not features: choose log_linear or mlp"),
    (WindowTagger(), "words", "class", "window_tagger gives tags, not class: choose recurrent"),
    (Recurrent(), "image", "class", "recurrent takes sequence or words, not image"),
    (MLP(output_activation="exp"), "features", "class", "output_activation exp is for tasks with"),
    (Recurrent(tie_embedding=True), "sequence", "tags", "tie_embedding needs words as output"),
    (Recurrent(tie_embedding=True), "words", "tags", "not tags: leave it out"),
    (Recurrent(bidirectional=True), "words", "words", "has read the next word"),
    (WindowTagger(), "words", "words", "window_tagger gives tags, not words: choose recurrent"),
]


@pytest.mark.parametrize(("settings", "inputs", "outputs", "message"), MISFITS)
def test_what_does_not_fit_is_refused_with_a_cure(
    settings: ModelSettings, inputs: InputKind, outputs: OutputKind, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        build(settings, shape(inputs, outputs))


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"cell": "gru", "activation": "relu"}, "activation relu is for the cell rnn; gru has its own"),
    ({"activation": "sigmoid"}, "leave activation out, or set cell: rnn"),
    ({"cell": "rnn", "forget_bias": 1.0}, "forget_bias is for the cell lstm, not for rnn"),
    ({"cell": "gru", "forget_bias": 0.0}, "forget_bias is for the cell lstm, not for gru"),
    ({"cell": "gru", "peephole": True}, "peephole is for the cell lstm, not for gru"),
    ({"dropout": 0.1}, "dropout acts between layers: set layers: 2 or more"),
    ({"tie_embedding": True, "bidirectional": True}, "set embedding: 128 \\(it is 64\\)"),
    ({"recurrent_init": {"scheme": "he"}}, "'pytorch', 'orthogonal', 'identity' or 'normal'"),
]


@pytest.mark.parametrize(("chosen", "message"), REFUSED)
def test_settings_that_do_not_go_together_are_refused(chosen: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Recurrent(**chosen)


def test_a_pair_of_sizes_is_one_level_in_either_spelling() -> None:
    assert ConvNet(channels=[3, 4]) == ConvNet(channels="3-4")  # type: ignore[arg-type]
    for wrong in ("6", "6-0", "6-16-4", [6], [6, 16, 4], [6.0, 16.0], 6, "6, 16"):
        with pytest.raises(ValidationError, match="channels"):
            ConvNet(channels=wrong)  # type: ignore[arg-type]


def test_the_catalogue_says_what_the_networks_take() -> None:
    entries: list[ModelEntry] = list(MODELS.values())
    assert all(entry.takes and entry.gives for entry in entries)
    assert {kind for entry in entries for kind in entry.takes} == set(FEATURES)


def test_recurrent_settings_reach_the_parameters() -> None:
    settings = Recurrent(
        hidden=5,
        forget_bias=2.0,
        init=Init(scheme="normal", bias=0.1),
        recurrent_init=RecurrentInit(scheme="identity", scale=0.5),
    )
    layer = part(drawn(settings, shape("sequence", "class")), "layers.0", RecurrentLayer)
    weights = layer.weights(0)
    assert weights.b[5:10].tolist() == [2.0] * 5
    assert torch.equal(weights.R, 0.5 * torch.eye(5).repeat(4, 1))


@pytest.mark.slow
def test_whether_a_model_fits_is_known_without_torch() -> None:
    script = "import sys, orchestrator.models.fit; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
