"""The variant that each variant is compared with."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from orchestrator.plan_document import Level
from orchestrator.study.design.factors import has_levels
from orchestrator.study.records import Variant


def baselines(
    variants: Sequence[Variant], baseline: Mapping[str, Level]
) -> dict[str, tuple[Variant, ...]]:
    """Variant id → the variants that have the baseline's levels and otherwise equal this variant.

    A factor that one of the two variants does not have is not compared. A baseline is compared with
    itself. If the study excludes a baseline, there is none; if the baseline leaves a level open,
    there are several.
    """
    shared = _shared(variants, baseline) if variants else []
    candidates: dict[tuple[Level, ...], list[Variant]] = defaultdict(list)
    for variant in variants:
        if has_levels(variant.levels, baseline):
            candidates[_key(variant, shared)].append(variant)
    return {
        variant.variant_id: _matching(variant, baseline, candidates[_key(variant, shared)])
        for variant in variants
    }


def _shared(variants: Sequence[Variant], baseline: Mapping[str, Level]) -> list[str]:
    """Factors besides the baseline's that all variants have."""
    every = [variant.levels for variant in variants]
    common = [path for path in every[0] if all(path in levels for levels in every)]
    return [path for path in common if path not in baseline]


def _key(variant: Variant, paths: Iterable[str]) -> tuple[Level, ...]:
    return tuple(variant.levels[path] for path in paths)


def _matching(
    variant: Variant, baseline: Mapping[str, Level], candidates: Sequence[Variant]
) -> tuple[Variant, ...]:
    if variant in candidates:
        return (variant,)
    own = {path: level for path, level in variant.levels.items() if path not in baseline}
    return tuple(other for other in candidates if _agree(own, other.levels))


def _agree(own: Mapping[str, Level], other: Mapping[str, Level]) -> bool:
    return all(other.get(path, level) == level for path, level in own.items())
