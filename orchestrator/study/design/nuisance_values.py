"""The settings of a variant with given values of its nuisance settings."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from orchestrator.models.settings import Settings
from orchestrator.plan_document import Level
from orchestrator.study.parsing.yaml_text import put
from orchestrator.study.parts.classes import plain, with_parts
from orchestrator.study.probes import Probes
from orchestrator.study.records import LoopSettings, TrialSettings, Variant

Values = Mapping[str, Level]  # path of a nuisance setting → its value at a point


def with_nuisance(variant: Variant, values: Values) -> Variant:
    """The variant with these nuisance values. Raises pydantic's ValidationError."""
    return replace(variant, settings=_with_values(variant.settings, values))


def for_tuning(variant: Variant) -> Variant:
    """The variant without probes: tuning uses only the validation metric."""
    if not isinstance(variant.settings, LoopSettings):
        return variant
    return replace(variant, settings=replace(variant.settings, probes=Probes(examples=0)))


def _read(name: str, section: Settings, tree: dict[str, Any]) -> Settings:
    """Which class it is may depend on values in it."""
    return with_parts(plain(type(section)), name, tree).model_validate(tree)


def _with_values(settings: TrialSettings, values: Values) -> TrialSettings:
    # What is left out stays so: its default may depend on a value that is set here.
    trees = {name: section.model_dump(exclude_unset=True) for name, section in settings.sections}
    for path, value in values.items():
        put(trees, tuple(path.split(".")), value)
    touched = {path.partition(".")[0] for path in values}
    sections: dict[str, Any] = {
        name: _read(name, section, trees[name]) if name in touched else section
        for name, section in settings.sections
    }
    return replace(settings, **sections)
