"""Settings of each generated sequence task."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from orchestrator.models.settings.base import Count, NonNegative, TaskSettings


class SequenceSettings(TaskSettings):
    """Of a task whose sequences are generated anew for every replicate."""

    examples: Count = 10_000
    """Sequences to train on."""
    validation_examples: Count = 1000
    """Sequences to watch while training."""
    test_examples: Count = 1000
    """Sequences for the final verdict."""

    @property
    def sizes(self) -> dict[str, int]:
        """Sequences of each split."""
        return {
            "train": self.examples,
            "validation": self.validation_examples,
            "test": self.test_examples,
        }


class Adding(SequenceSettings):
    """Add the two marked numbers of a sequence."""

    name: Literal["adding"] = "adding"
    length: Annotated[int, Field(ge=2)] = 50
    """Steps of a sequence."""


class CopyMemory(SequenceSettings):
    """Repeat ten symbols after a long pause."""

    name: Literal["copy_memory"] = "copy_memory"
    length: Count = 50
    """Steps from the last symbol to be kept to the first one to be given back."""
    items: Count = 10
    """How many symbols are to be kept; a sequence has length + 2 · items steps."""
    symbols: Annotated[int, Field(ge=2)] = 8
    """How many different symbols there are."""


class TemporalOrder(SequenceSettings):
    """Tell in which order far-apart symbols came."""

    name: Literal["temporal_order"] = "temporal_order"
    length: Annotated[int, Field(ge=10)] = 50
    """Steps of a sequence."""
    markers: Literal[2, 3] = 2
    """How many symbols decide; with X or Y for each there are 4 or 8 classes."""


class Parity(SequenceSettings):
    """Say at every step whether the ones so far are odd in number."""

    name: Literal["parity"] = "parity"
    length: Count = 20
    """Steps of a sequence."""


class Latch(SequenceSettings):
    """Keep the first signal through noise, and tell at the end which it was."""

    name: Literal["latch"] = "latch"
    length: Count = 50
    """Steps of a sequence."""
    signal: Count = 3
    """Steps at the beginning that carry the signal."""
    noise: NonNegative = 0.2
    """Variance of the steps after the signal."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.signal > self.length:
            raise ValueError(f"the signal of {self.signal} steps is longer than the sequence")
        return self
