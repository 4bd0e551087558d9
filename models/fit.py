"""Which model can be used on which task. No torch here: `orch check` asks."""

from orchestrator.models.catalogue import MODELS, model_entry
from orchestrator.models.settings import MLP, ModelSettings, Recurrent
from orchestrator.models.shape import InputKind, OutputKind


def misfit(model: ModelSettings, inputs: InputKind, outputs: OutputKind) -> str | None:
    """Why this model cannot be used on a task with these inputs and outputs, and what can be.

    None if it can. An image is also a list of features, for models that take no images.
    """
    entry = model_entry(model)
    if inputs not in accepted(entry.takes):
        return f"{model.name} takes {_or(entry.takes)}, not {inputs}: {_cure(inputs, outputs)}"
    if outputs not in entry.gives:
        return f"{model.name} gives {_or(entry.gives)}, not {outputs}: {_cure(inputs, outputs)}"
    if isinstance(model, Recurrent) and model.bidirectional and outputs == "words":
        return "bidirectional has read the next word, which it is to say: leave bidirectional out"
    return _unfit_setting(model, outputs)


def accepted(takes: tuple[InputKind, ...]) -> tuple[InputKind, ...]:
    """What can be fed to a model that takes these inputs."""
    return (*takes, "image") if "features" in takes else takes


def _unfit_setting(model: ModelSettings, outputs: OutputKind) -> str | None:
    """A setting that cannot be used on a task with these outputs."""
    if isinstance(model, MLP) and model.output_activation != "identity" and outputs != "value":
        return (
            f"output_activation {model.output_activation} is for tasks with values; with classes "
            "the loss includes softmax or sigmoid: leave output_activation out"
        )
    if isinstance(model, Recurrent) and model.tie_embedding and outputs != "words":
        return f"tie_embedding needs words as output, not {outputs}: leave it out"
    return None


def _or(kinds: tuple[str, ...]) -> str:
    return " or ".join(kinds)


def _cure(inputs: InputKind, outputs: OutputKind) -> str:
    fitting = [
        name
        for name, entry in MODELS.items()
        if inputs in accepted(entry.takes) and outputs in entry.gives
    ]
    return f"choose {_or(tuple(fitting))}" if fitting else "no model does"
