"""Settings of the probes: which quantities, how often, on how many examples."""

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema

from orchestrator.models.settings import Count, Settings

Quantity = Literal[
    "delta",
    "delta_mean",
    "weight_grad",
    "update_ratio",
    "saturation",
    "dead",
    "activation",
    "pre_activation",
    "path_factor",
    "initial",
    "hidden_grad",
    "cell_grad",
    "gates",
]
QUANTITIES: tuple[str, ...] = get_args(Quantity)
PRESETS = ("light", "full")


def _spelled(given: Any) -> Any:
    """A list as one text in a fixed order: settings are numbers and texts."""
    names = given.split() if isinstance(given, str) else given
    if not isinstance(names, list) or not names:
        raise ValueError("a list of quantities, or the name of a preset")
    if len(names) == 1 and names[0] in PRESETS:
        return names[0]
    if len(set(map(str, names))) < len(names) or not set(map(str, names)) <= set(QUANTITIES):
        raise ValueError("a quantity is unknown, or listed twice")
    return " ".join(name for name in QUANTITIES if name in names)


_LIST = {
    "type": "array",
    "items": {"enum": list(QUANTITIES)},
    "minItems": 1,
    "uniqueItems": True,
}
Quantities = Annotated[
    str,
    BeforeValidator(_spelled),
    WithJsonSchema({"anyOf": [{"enum": list(PRESETS)}, _LIST]}),
]


class Probes(Settings):
    """Which gradients and activations are measured, when, and on how many training examples."""

    every_epochs: Count = 5
    """In addition to epoch 0 (before training) and the last epoch."""
    examples: Annotated[int, Field(ge=0)] = 256
    """Size of the probe batch; 0 turns probes off."""
    quantities: Quantities = "light"
    """`light`, `full` (all), or a list; docs/results.md describes each of them."""
    step: Count | Literal["last"] = "last"
    """For tasks with a loss at every step of a sequence: the step whose loss is propagated back
    through time, counted from 1. Shorter sequences are left out."""
