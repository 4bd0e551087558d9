"""Augmentation by the user's function: other inputs for each training batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from orchestrator.models.own.importing import importable
from orchestrator.models.settings import TaskSettings
from orchestrator.study.parts.signature import Part


class AugmentError(ValueError):
    """What the user's function returned cannot replace the inputs."""


@dataclass(frozen=True)
class Augment:
    """(inputs, generator) → inputs, of one member at a time: members share no draws.

    example: shape of an example as the task gives it; for words without their number.
    has_words: each member's own sentences are shown without the padding that others need.
    """

    part: Part
    arguments: Mapping[str, Any]
    example: tuple[int, ...]
    has_words: bool

    def __call__(
        self, inputs: Tensor, generators: Sequence[torch.Generator], longest: Sequence[int]
    ) -> Tensor:
        """inputs: (members, batch, …).   longest: sentence of each member's batch, in words."""
        changed = torch.empty_like(inputs)
        for member, generator in enumerate(generators):
            own = inputs[member]
            if self.has_words:
                changed[member] = own
                end = longest[member]
                changed[member, :, :end] = self.one(own[:, :end], generator)
            else:
                shaped = own.reshape(len(own), *self.example)
                changed[member] = self.one(shaped, generator).reshape(own.shape)
        return changed

    def one(self, inputs: Tensor, generator: torch.Generator) -> Tensor:
        """The batch of one member. Raises AugmentError for another shape or type."""
        with importable(self.part.code.folders):
            found = self._function(inputs.clone(), generator, **self.arguments)
        if not isinstance(found, Tensor):
            raise AugmentError(f"returned {type(found).__name__}, not a tensor")
        if found.shape != inputs.shape or found.dtype != inputs.dtype:
            given = f"{tuple(inputs.shape)} of {inputs.dtype}"
            raise AugmentError(f"returned {tuple(found.shape)} of {found.dtype} for {given}")
        return found

    @cached_property
    def _function(self) -> Any:
        return self.part.function()


def augment_of(task: TaskSettings, example: tuple[int, ...], *, has_words: bool) -> Augment | None:
    """None where the study asks for none."""
    part = type(task).own_parts.get("task.augment")
    if part is None:
        return None
    return Augment(part, part.arguments(task), example, has_words)
