"""Settings that are no factor and still not the same in all variants: whose they are."""

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.plan_document import Level, PlanDocument, Variant
from orchestrator.reports.text.names import level_name, level_text, short_names
from orchestrator.reports.variants import ABSENT, level_of, names_of

MOST_NAMES = 3  # of variants, before the rest is counted


@dataclass(frozen=True)
class Partly:
    """A value of a setting, and which variants have it."""

    path: str
    value: str
    whose: str  # "digits, mnist_5k"


def partly_fixed(plan: PlanDocument) -> tuple[Partly, ...]:
    """A setting of one task, or of one model, where several are compared."""
    paths = dict.fromkeys(path for v in plan.variants for path in v.settings)
    return tuple(
        Partly(path, level_text(value), _whose(plan, variants, others))
        for path in paths
        if path not in plan.factors
        for value, variants, others in _by_value(plan, path)
    )


def _by_value(plan: PlanDocument, path: str) -> list[tuple[Level, list[Variant], list[Variant]]]:
    """(value, variants that have it, the others)."""
    values = {v.variant_id: v.settings.get(path, ABSENT) for v in plan.variants}
    found = [value for value in dict.fromkeys(values.values()) if value != ABSENT]
    return [
        (
            value,
            [v for v in plan.variants if values[v.variant_id] == value],
            [v for v in plan.variants if values[v.variant_id] != value],
        )
        for value in found
    ]


def _whose(plan: PlanDocument, variants: list[Variant], others: list[Variant]) -> str:
    """The levels of one factor, where these alone decide; else the variants by name."""
    short = short_names(plan.factors)
    for path in plan.factors:
        own = dict.fromkeys(level_of(variant, path) for variant in variants)
        if not any(level_of(variant, path) in own for variant in others):
            return ", ".join(_level(short, path, level) for level in own)
    every = names_of(plan)
    named = [every[variant.variant_id] for variant in variants]
    more = len(named) - MOST_NAMES
    return "; ".join(named[:MOST_NAMES] + [f"{more} more"] * (more > 0))


def _level(short: Mapping[str, str], path: str, level: Level) -> str:
    return f"no {short[path]}" if level == ABSENT else level_name(short[path], level)
