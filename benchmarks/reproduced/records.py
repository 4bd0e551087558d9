"""One published result beside ours."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["yes", "no", "not run"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    accepted: whether the measurement meets the condition that was set before it was made.
    where: test or study that checks it, as a path from the root of the project.
    """

    experiment: str
    published: str
    condition: str
    measured: str
    accepted: Verdict
    where: str


def verdict(holds: bool) -> Verdict:
    return "yes" if holds else "no"


def short(value: float, digits: int = 3) -> str:
    """No zero before the point: .0118."""
    text = f"{value:.{digits}g}" if abs(value) >= 1e-4 else f"{value:.0e}"
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def shorts(values: Iterable[float]) -> str:
    return " ".join(map(short, values))
