"""A loss in the user's code, written for one model, for many members at once."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from torch import Tensor
from torch.func import vmap

from orchestrator.models.own.importing import importable
from orchestrator.models.shape import PER_STEP, OutputKind
from orchestrator.study.parts.signature import Part


class OwnLoss:
    """(outputs, targets) → one value per example or step, (…,), with any leading dimensions.

    The user's function gets outputs of one model, (batch, values), or (batch, time, values) with an
    output per step; it is mapped over all members by `torch.func.vmap`.
    """

    def __init__(self, part: Part, arguments: Mapping[str, Any], outputs: OutputKind) -> None:
        self.part, self.arguments = part, arguments
        self.dimensions = 3 if outputs in PER_STEP else 2

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        leading = outputs.dim() - self.dimensions
        if leading < 1:
            return self.alone(outputs, targets)
        if leading == 1 and len(outputs) == 1:
            return self.alone(outputs[0], targets[0])[None]
        mapped = self.alone
        for _ in range(leading):
            mapped = vmap(mapped)
        found: Tensor = mapped(outputs, targets)
        return found

    def alone(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The values of one model."""
        with importable(self.part.code.folders):
            found: Tensor = self._function(outputs, targets, **self.arguments)
        return found

    @cached_property
    def _function(self) -> Any:
        return self.part.function()
