"""Settings and the shape of a task → an untrained model. The one place where the two meet."""

import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedParameter

from orchestrator.models.catalogue import model_entry, resolve
from orchestrator.models.fit import misfit
from orchestrator.models.initializers import GeneratorFor, initialize
from orchestrator.models.outputs import ChosenOutput
from orchestrator.models.own.errors import OwnCodeError
from orchestrator.models.own.importing import find_function, importable
from orchestrator.models.own.signature import arguments
from orchestrator.models.settings import ConvNet, ModelSettings, Recurrent
from orchestrator.models.settings.own import OwnModel
from orchestrator.models.shape import PER_STEP, TaskShape

NOT_FOR_CONSTRUCTORS = {"name", "init", "recurrent_init", "forget_bias"}  # `draw` takes them


def build(settings: ModelSettings, shape: TaskShape) -> nn.Module:
    """The model for one task, its parameters not drawn yet (see `draw`).

    The user's model draws in its constructor, from torch's global generator.
    Raises ValueError if the model and the task do not fit.
    """
    if problem := misfit(settings, shape.inputs, shape.outputs):
        raise ValueError(problem)
    if isinstance(settings, OwnModel):
        return _own(settings, shape)
    network = resolve(model_entry(settings).factory)
    chosen = settings.model_dump(exclude=NOT_FOR_CONSTRUCTORS)
    model: nn.Module
    match settings:
        case ConvNet():
            sizes = {"channels": _sizes(settings.channels), "width": _sizes(settings.width)}
            model = network(shape.values, **chosen | sizes)
        case Recurrent():
            model = network(shape.features, shape.values, **chosen | _ends(settings, shape))
        case _:
            model = network(shape.features, shape.values, **chosen)
    return model


def draw(model: nn.Module, settings: ModelSettings, generator_for: GeneratorFor) -> None:
    """Draw all parameters of a built model as its settings say; see `initializers.py`.

    Those of the user's model stay as they are, unless its settings request a scheme.
    """
    if isinstance(settings, OwnModel):
        rule = settings.init.rule
        return None if rule is None else initialize(model, rule, generator_for)
    if not isinstance(settings, Recurrent):
        return initialize(model, settings.init, generator_for)
    rules = settings.recurrent_init, settings.forget_bias
    return initialize(model, settings.init, generator_for, *rules)


def _own(settings: OwnModel, shape: TaskShape) -> nn.Module:
    """A single layer gets a container, so that it has a name in the model."""
    factory, given = find_function(settings.code), arguments(settings)
    with importable(settings.code.folders):
        model = factory(shape.features, shape.values, **given)
    if not isinstance(model, nn.Module):
        what = f"returned {type(model).__name__}, not a torch.nn.Module"
        raise OwnCodeError(what)
    # A compiled module accepts no hooks.
    is_bare = next(model.children(), None) is None or isinstance(model, torch.jit.ScriptModule)
    whole: nn.Module = nn.Sequential(model) if is_bare else model
    whole.register_forward_hook(ChosenOutput(settings.output_name))
    return whole


def materialise(model: nn.Module, example: Tensor) -> None:
    """Give lazy layers their sizes by a forward pass; they draw from torch's global generator.

    example: (examples, …), in the form that the model takes.
    """
    if any(isinstance(p, UninitializedParameter) for p in model.parameters()):
        with torch.no_grad():
            model.eval()(example)
        model.train()


def _sizes(pair: str) -> tuple[int, int]:
    """6-16 → (6, 16)."""
    first, _, second = pair.partition("-")
    return int(first), int(second)


def _ends(settings: Recurrent, shape: TaskShape) -> dict[str, object]:
    """Words need an embedding, and some tasks an output per step instead of a pooled one."""
    return {
        "embedding": settings.embedding if shape.inputs == "words" else None,
        "pooling": None if shape.outputs in PER_STEP else settings.pooling,
    }
