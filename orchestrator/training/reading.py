"""What a probe measures: one number per member at one place in the network."""

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

Axis = Literal["depth", "time"]


@dataclass(frozen=True)
class Reading:
    """One quantity at one place, for all members."""

    axis: Axis
    site: str  # a layer's or a state's name in the model
    position: int  # depth: of the layer from the input, from 1; time: steps from the loss, from 0
    quantity: str
    values: Tensor  # (members,), float64
