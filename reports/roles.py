"""Which factor is colour, which is the x axis, which makes panels: the same in every figure."""

from dataclasses import dataclass

from orchestrator.plan_document import Level, PlanDocument
from orchestrator.reports.variants import VARIANT, is_crossed


@dataclass(frozen=True)
class Roles:
    """Paths of factors; None where the study has too few. `rest` are chosen from a list."""

    colour: str | None
    x: str | None
    columns: str | None
    rows: str | None
    rest: tuple[str, ...]


def roles(plan: PlanDocument) -> Roles:
    """Colour is what the study compares (the first factor of its baseline), x the longest scale.

    Where factors are not crossed, panels of their levels would be nearly empty: there every
    variant has its own colour.
    """
    if not is_crossed(plan):
        return Roles(VARIANT, None, None, None, ())
    left = sorted(plan.factors, key=lambda path: _rank(plan, path))
    colour = left.pop(0) if left else None
    left.sort(key=lambda path: -_numbers(plan.factors[path]))
    x, columns, rows = (*left[:3], None, None, None)[:3]
    return Roles(colour, x, columns, rows, tuple(left[3:]))


def _rank(plan: PlanDocument, path: str) -> int:
    """0 for the first factor of the baseline; all others keep the study's order."""
    return 0 if path == next(iter(plan.compare.baseline), None) else 1


def _numbers(levels: tuple[Level, ...]) -> int:
    """How many levels lie on a scale; 0 for names and switches."""
    on_scale = [isinstance(level, (int, float)) and not isinstance(level, bool) for level in levels]
    return len(levels) if all(on_scale) else 0
