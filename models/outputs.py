"""Which part of what a forward pass returns is the model's output."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from torch import Tensor, nn

from orchestrator.models.own.errors import OwnCodeError


@dataclass(frozen=True)
class ChosenOutput:
    """A forward hook that passes on one tensor of a tuple, list, dictionary or dataclass.

    name: a key or a field; None: the first one.
    """

    name: str | None = None
    chooses_output = True  # orch's own hook: members of a pack may train stacked all the same

    def __call__(self, module: nn.Module, inputs: Any, outputs: Any) -> Any:
        """Raises OwnCodeError if there is no such tensor."""
        if isinstance(outputs, Tensor) and self.name is None:
            return None  # unchanged
        parts = dict(_parts(outputs))
        found = parts.get(self.name) if self.name else next(iter(parts.values()), None)
        if isinstance(found, Tensor):
            return found
        if self.name:
            known = ", ".join(name for name, part in parts.items() if isinstance(part, Tensor))
            raise OwnCodeError(f"output: {self.name} is no tensor among the outputs ({known})")
        raise OwnCodeError(f"gives {type(outputs).__name__}, not a tensor of outputs")


def _parts(outputs: Any) -> Iterator[tuple[str, Any]]:
    """Name → part, in order; parts without a value are left out."""
    if isinstance(outputs, Mapping):
        named = [(str(key), part) for key, part in outputs.items()]
    elif is_dataclass(outputs):
        named = [(field.name, getattr(outputs, field.name)) for field in fields(outputs)]
    elif isinstance(outputs, tuple | list):
        names = getattr(outputs, "_fields", range(len(outputs)))
        named = [(str(name), part) for name, part in zip(names, outputs, strict=True)]
    else:
        named = []
    yield from ((name, part) for name, part in named if part is not None)
