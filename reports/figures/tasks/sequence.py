"""Draws one sequence of numbers as strips of SVG: a line for each feature, marks for 0 and 1.

Of no statistic: `data/samples.py` has the numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH_PX, HEIGHT_PX = 640, 44
_AIR = 4.0


@dataclass(frozen=True)
class Strip:
    """One feature along the steps. One of the two is empty."""

    name: str
    line: str  # "x,y x,y …"
    marks: tuple[tuple[float, bool], ...]  # (x, whether it is 1), of a feature of 0 and 1
    low: float
    high: float


def draw(steps: Sequence[Sequence[float]], names: Sequence[str]) -> tuple[Strip, ...]:
    """steps: (time, features)."""
    features = list(zip(*steps, strict=True))
    known = list(names) or [f"feature {place}" for place in range(1, len(features) + 1)]
    return tuple(_strip(name, values) for name, values in zip(known, features, strict=True))


def _strip(name: str, values: Sequence[float]) -> Strip:
    low, high = min(values), max(values)
    across = [_place(i, 0, max(len(values) - 1, 1), WIDTH_PX) for i in range(len(values))]
    if set(values) <= {0.0, 1.0}:
        marks = tuple((x, value == 1) for x, value in zip(across, values, strict=True))
        return Strip(name, "", marks, low, high)
    up = [HEIGHT_PX - _place(value, low, high, HEIGHT_PX) for value in values]
    line = " ".join(f"{x},{y:g}" for x, y in zip(across, up, strict=True))
    return Strip(name, line, (), low, high)


def _place(value: float, low: float, high: float, length: int) -> float:
    return round(_AIR + (length - 2 * _AIR) * (value - low) / ((high - low) or 1.0), 1)
