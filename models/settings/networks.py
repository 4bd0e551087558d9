"""What each model can be told."""

from typing import Annotated, Literal

from pydantic import Field

from models.settings.base import Activation, Count, ModelSettings


class MLP(ModelSettings):
    """Feed-forward network; with depth 0 the log-linear model."""

    name: Literal["mlp"] = "mlp"
    depth: Annotated[int, Field(ge=0)] = 1
    """Number of hidden layers."""
    width: Count = 30
    """Neurons per hidden layer."""
    activation: Activation = "tanh"
    """Activation function of the hidden layers."""
    bias: bool = True
    """Whether layers add a bias b to W e."""
