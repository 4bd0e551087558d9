"""Every setting of a study by its dotted path: its type, its default, its allowed values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from math import inf
from typing import Annotated, Any, Literal, TypeGuard

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.fields import FieldInfo

from orchestrator.models.catalogue import MODELS, TASKS
from orchestrator.models.settings import Settings
from orchestrator.study.parsing.messages import allowed_by
from orchestrator.study.probes import Probes
from orchestrator.study.records import LOOP_SECTIONS, TRIAL
from orchestrator.study.settings import Training

SECTIONS = LOOP_SECTIONS
"""Their settings can be factors, in a study that orch's own loop trains."""
Names = Mapping[str, Mapping[str, Any]]  # section → name → entry; None: broken own code
NAMED: Names = {
    "task": TASKS,
    "model": MODELS,
}  # sections whose settings depend on their name: those that are shipped
NAME_KEYS = {"task": "name", "model": "name", TRIAL: "function"}
"""Section → the key that names one of its classes, or own code."""

_STRICT = ConfigDict(strict=True, allow_inf_nan=False)


@dataclass(frozen=True)
class Setting:
    """One setting: its dotted path, type and description."""

    path: str
    field: FieldInfo
    description: str = ""

    @property
    def kind(self) -> Any:
        """Its type with its constraints."""
        kind: Any = self.field.annotation
        for constraint in self.field.metadata:
            kind = Annotated[kind, constraint]
        return kind

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.kind, config=_STRICT)

    @property
    def schema(self) -> dict[str, Any]:
        return self._adapter.json_schema()

    @property
    def allowed(self) -> str:
        """`sigmoid, tanh, relu`, `a whole number ≥ 1` …"""
        return allowed_by(self.schema)

    def read(self, value: Any) -> Any:
        """The value in the setting's type: 1 → 1.0 for a float. Raises ValueError."""
        read = self._adapter.validate_python(value)
        return read + 0.0 if isinstance(read, float) else read  # −0.0 → 0.0


def settings_in(kind: type[BaseModel], prefix: str) -> dict[str, Setting]:
    """The settings of a class and of those nested in it, in the order of its source."""
    found: dict[str, Setting] = {}
    for name, field in kind.model_fields.items():
        path = f"{prefix}.{name}" if prefix else name
        if nested := group(field):
            found |= settings_in(nested, path)
        else:
            found[path] = Setting(path, field, _description(kind, name))
    return found


def either(one: Setting, other: Setting) -> Setting:
    """Merges a setting of two classes: the width of an mlp, the two widths of a convnet."""
    if _covers(one.schema, other.schema):
        return one
    if _covers(other.schema, one.schema):
        return other
    both = FieldInfo.from_annotation(one.kind | other.kind)
    return Setting(one.path, both, one.description)


def _covers(wide: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    """Whether `wide` certainly allows all that `narrow` allows."""
    if "enum" in wide and "enum" in narrow:
        return set(wide["enum"]) >= set(narrow["enum"])
    keys = ("minimum", "exclusiveMinimum")
    bounds = [[schema.get(key, -inf) for key in keys] for schema in (wide, narrow)]
    rest = [{k: v for k, v in schema.items() if k not in keys} for schema in (wide, narrow)]
    return rest[0] == rest[1] and bounds[0] <= bounds[1]


def name_path(section: str) -> str:
    """The path of the setting that the other settings of a section depend on."""
    return f"{section}.{NAME_KEYS[section]}"


def _name(section: str, field: FieldInfo) -> Setting:
    return Setting(name_path(section), field, f"Which {section}; the other settings depend on it.")


def _description(settings: type[BaseModel], name: str) -> str:
    """The docstring of a field, or that of the same field in a base class."""
    fields = [base.model_fields.get(name) for base in settings.__mro__ if _is_model(base)]
    return next((field.description for field in fields if field and field.description), "")


def _is_model(kind: type) -> TypeGuard[type[BaseModel]]:
    return issubclass(kind, BaseModel) and kind is not BaseModel


def group(field: FieldInfo) -> type[Settings] | None:
    """The class of a field that is itself a group of settings, such as `init`."""
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, Settings) else None


def classes(section: str, chosen: Iterable[Any] = (), named: Names = NAMED) -> list[type[Settings]]:
    """The settings classes of a section; given names, only those of the known names."""
    if section not in NAME_KEYS:
        return [Training if section == "training" else Probes]
    entries = named[section]
    known = [name for name in chosen if isinstance(name, str) and entries.get(name)]
    every = [name for name in NAMED.get(section, entries) if entries[name]]
    return [entries[name].settings for name in known or every]


@cache
def section_settings(
    section: str, kinds: tuple[type[Settings], ...], own: tuple[str, ...] = ()
) -> dict[str, Setting]:
    """The settings of a section, over all its classes.

    own: names of own code that this section may have.
    """
    found: dict[str, Setting] = {}
    for kind in kinds:
        for path, setting in settings_in(kind, section).items():
            found[path] = either(found[path], setting) if path in found else setting
    if names := (*NAMED.get(section, ()), *own):
        known: Any = Literal[names]
        found[name_path(section)] = _name(section, FieldInfo.from_annotation(known))
    return found
