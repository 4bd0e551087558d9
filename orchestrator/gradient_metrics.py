"""The gradients that a study may compare: how they decay before training, `gradient/<name>`."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

FACTOR = "factor"
"""Of their values, which are natural logarithms of ratios: a difference of two is one, too."""


@dataclass(frozen=True, slots=True)
class GradientMetric:
    """One number for each trial, from its first probe (epoch 0)."""

    axis: Literal["depth", "time"]
    quantity: str  # that is probed
    number: Literal["total", "factor"]  # column of the fits, a ratio
    meaning: str


GRADIENT_METRICS: Mapping[str, GradientMetric] = MappingProxyType({
    "gradient/total_decay": GradientMetric(
        "depth", "delta", "total",
        "‖∂C/∂z‖ of the first hidden layer over that of the last, before training",
    ),
    "gradient/decay_depth": GradientMetric(
        "depth", "delta", "factor",
        "factor by which one hidden layer changes ‖∂C/∂z‖ on its way back, before training",
    ),
    "gradient/decay_time": GradientMetric(
        "time", "hidden_grad", "factor",
        "factor by which one step back in time changes ‖∂L/∂h‖, before training",
    ),
})  # fmt: skip


def is_gradient(metric: str) -> bool:
    """Whether a compared metric is one of them."""
    return metric in GRADIENT_METRICS
