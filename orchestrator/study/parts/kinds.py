"""Which settings may name the user's code, and what that code must be."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import isclass
from typing import Any, get_args

from orchestrator.models.own.errors import OwnCodeError
from orchestrator.models.own.importing import is_own
from orchestrator.models.settings.own import OwnCode
from orchestrator.study.settings import TorchOptimizer

TORCH = "torch.optim"


@dataclass(frozen=True, slots=True)
class PartKind:
    """What the code that a setting names must be.

    path: of the setting.
    first: names of the parameters that orch passes by place.
    form: the code in short, for messages.
    shared: parameter → the setting of orch that it gets; its own default becomes the setting's.
    required: parameters that the code must have besides.
    hidden: parameters that are no settings: they have their defaults.
    check: raises OwnCodeError if the object is of another kind.
    """

    path: str
    first: tuple[str, ...]
    form: str
    shared: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    check: Callable[[OwnCode, Any], None] = lambda code, found: None

    @property
    def section(self) -> str:
        return self.path.partition(".")[0]


def _is_optimizer(code: OwnCode, found: Any) -> None:
    """Without torch, no class is one; it is not imported here."""
    base = getattr(sys.modules.get(TORCH), "Optimizer", None)
    if not isclass(found) or base is None or not issubclass(found, base):
        what = f"{code.name} is no optimizer"
        raise OwnCodeError(what, "a class derived from torch.optim.Optimizer")


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


OPTIMIZER = PartKind(
    "training.optimizer",
    ("params",),
    "class Mine(torch.optim.Optimizer): def __init__(self, params, lr=0.1, …)",
    shared={"lr": "learning_rate"}
    | _same("weight_decay", "momentum", "nesterov", "beta1", "beta2"),
    required=("lr",),
    hidden=("foreach", "fused", "capturable", "differentiable", "maximize"),
    check=_is_optimizer,
)
LOSS = PartKind(
    "training.loss",
    ("outputs", "targets"),
    "def mine(outputs, targets, …)",
    shared=_same("label_smoothing"),
)
SCHEDULE = PartKind(
    "training.schedule.kind",
    ("step", "steps"),
    "def mine(step, steps, …)",
    shared=_same("every_epochs", "factor", "end_factor", "rise"),
)
AUGMENT = PartKind("task.augment", ("inputs", "generator"), "def mine(inputs, generator, …)")
PARTS: Mapping[str, PartKind] = {kind.path: kind for kind in (OPTIMIZER, LOSS, SCHEDULE, AUGMENT)}


def named_code(path: str, name: object, folders: tuple[Any, ...]) -> OwnCode | None:
    """The code that a value of the setting names; None for what is built in."""
    if path == OPTIMIZER.path and name in get_args(TorchOptimizer):
        return OwnCode(f"{TORCH}:{name}", ())
    return OwnCode(str(name), folders) if is_own(name) else None
