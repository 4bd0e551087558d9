"""What settings are, and what all models and all tasks have in common."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Activation = Literal["sigmoid", "tanh", "relu", "softplus", "identity"]
Scheme = Literal["normal", "uniform", "xavier", "he", "orthogonal", "pytorch"]
MOST = 2**31 - 1
"""Epochs, sizes and counts are stored as 32-bit integers."""
Count = Annotated[int, Field(ge=1, le=MOST)]
NonNegative = Annotated[float, Field(ge=0)]
OwnName = Annotated[str, Field(pattern=r"^[^:]+:[^:]+$", examples=["my_parts:function"])]
"""The name of the user's code, `package.module:function`."""


class Settings(BaseModel):
    """Base of all settings: unknown names, wrong types, NaN and infinity are refused.

    indecisive: fields that cannot change a result, and so are no part of a trial's id.
    own_parts: path of a setting that names the user's code → study/parts/signature.py, Part.
    """

    indecisive: ClassVar[frozenset[str]] = frozenset()
    own_parts: ClassVar[Mapping[str, Any]] = {}

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )


class Init(Settings):
    """How weights and biases are drawn; see `models/initializers.py` for the formulas."""

    scheme: Scheme = "pytorch"
    """Distribution of the weights."""
    scale: NonNegative = 1.0
    """Factor on the standard deviation (or bound) that the scheme prescribes."""
    bias: NonNegative | None = None
    """Standard deviation of the biases, b ~ N(0, bias²); left out: 0, or as `pytorch` does."""

    @model_validator(mode="before")
    @classmethod
    def _zero_bias(cls, given: Any) -> Any:
        if not isinstance(given, dict) or given.get("scheme", "pytorch") == "pytorch":
            return given
        return {**given, "bias": 0.0} if given.get("bias") is None else given


class ModelSettings(Settings):
    """What all models have in common."""

    name: str
    init: Init = Init()


class TaskSettings(Settings):
    """What all tasks have in common."""

    name: str
    augment: OwnName | None = None
    """Your own function that changes the inputs of a training batch, see docs/own-parts.md."""

    @property
    def files(self) -> tuple[Path, ...]:
        """The user's files that decide the data."""
        return ()

    @property
    def download(self) -> str | None:
        """Name of the data set in models/files/downloads.py that the task uses, if any."""
        return None
