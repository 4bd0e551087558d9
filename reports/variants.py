"""The name of a variant and its level on each axis, in every design."""

from collections.abc import Mapping

from orchestrator.plan_document import Level, PlanDocument, Variant
from orchestrator.reports.text.names import describe, short_names

VARIANT = "variant"
"""Replaces a factor where factors are not crossed: its levels are the variants' names."""

CENTER = "center"

ABSENT = "–"
"""In place of the level of a factor that a variant does not have."""


def is_crossed(plan: PlanDocument) -> bool:
    """Whether each factor has all its levels next to those of the others."""
    return plan.design == "factorial"


def level_of(variant: Variant, path: str) -> Level:
    return variant.levels.get(path, ABSENT)


def names_of(plan: PlanDocument) -> dict[str, str]:
    """Variant id → its name in a sentence.

    Its levels; what is not as at the center; or the name that the study gives it.
    """
    short = short_names(plan.factors)
    return {variant.variant_id: _name(plan, variant, short) for variant in plan.variants}


def name_of(plan: PlanDocument, variant_id: str) -> str:
    """The name of one variant; for many, `names_of` makes them at once."""
    variant = next(v for v in plan.variants if v.variant_id == variant_id)
    return _name(plan, variant, short_names(plan.factors))


def _name(plan: PlanDocument, variant: Variant, short: Mapping[str, str]) -> str:
    if plan.design == "variants":
        return variant.label
    if plan.design == "one_at_a_time":
        return describe(_moved(plan, variant), short) or CENTER
    return describe(variant.levels, short) or plan.study


def _moved(plan: PlanDocument, variant: Variant) -> dict[str, Level]:
    """The levels that are not those of the center."""
    own = variant.levels.items()
    return {p: level for p, level in own if p not in plan.center or level != plan.center[p]}


def baseline_text(plan: PlanDocument) -> str:
    """The baseline in a sentence: the levels that define it, or its name."""
    if is_crossed(plan):
        return describe(plan.compare.baseline, short_names(plan.factors)) or "nothing"
    every = names_of(plan)
    found = next((every[v.baseline] for v in plan.variants if v.baseline in every), "nothing")
    return f"the {CENTER}" if plan.design == "one_at_a_time" and found == CENTER else found


def contrast_text(plan: PlanDocument, variant_id: str) -> tuple[str, str]:
    """What is compared with the baseline, and where: ("tanh", "depth 8")."""
    if not is_crossed(plan):
        return name_of(plan, variant_id), ""
    short = short_names(plan.factors)
    levels = next(v.levels for v in plan.variants if v.variant_id == variant_id)
    inner = {path: level for path, level in levels.items() if path in plan.compare.baseline}
    context = {path: level for path, level in levels.items() if path not in inner}
    return describe(inner, short), describe(context, short)


def axis(plan: PlanDocument, path: str) -> tuple[Level, ...]:
    """The levels of a factor, with one more if some variants have none; or all names."""
    if path == VARIANT:
        return tuple(names_of(plan).values())
    is_missing = any(path not in variant.levels for variant in plan.variants)
    return (*plan.factors[path], *([ABSENT] * is_missing))
