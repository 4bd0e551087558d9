"""Everything that a study can set, by dotted path: the type, the default, what is allowed."""

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
from orchestrator.study.settings import Training

SECTIONS = ("task", "model", "training", "probes")  # their settings can be factors
Names = Mapping[str, Mapping[str, Any]]  # section → name → its entry, or None if that is broken
NAMED: Names = {
    "task": TASKS,
    "model": MODELS,
}  # sections whose settings depend on their name

_STRICT = ConfigDict(strict=True, allow_inf_nan=False)


@dataclass(frozen=True)
class Leaf:
    """One setting."""

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
        """The value in the setting's own type: 1 → 1.0 for a float. Raises ValueError."""
        read = self._adapter.validate_python(value)
        return read + 0.0 if isinstance(read, float) else read  # −0.0 → 0.0


def leaves(settings: type[BaseModel], prefix: str) -> dict[str, Leaf]:
    """The settings of a class and of those nested in it, in the order of its source."""
    found: dict[str, Leaf] = {}
    for name, field in settings.model_fields.items():
        path = f"{prefix}.{name}" if prefix else name
        if nested := group(field):
            found |= leaves(nested, path)
        else:
            found[path] = Leaf(path, field, _description(settings, name))
    return found


def _either(one: Leaf, other: Leaf) -> Leaf:
    """A setting that several classes have: the width of an mlp, the two widths of a convnet."""
    if _covers(one.schema, other.schema):
        return one
    if _covers(other.schema, one.schema):
        return other
    both = FieldInfo.from_annotation(one.kind | other.kind)
    return Leaf(one.path, both, one.description)


def _covers(wide: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    """Whether the one schema allows all that the other allows, as far as this is plain to see."""
    if "enum" in wide and "enum" in narrow:
        return set(wide["enum"]) >= set(narrow["enum"])
    keys = ("minimum", "exclusiveMinimum")
    bounds = [[schema.get(key, -inf) for key in keys] for schema in (wide, narrow)]
    rest = [{k: v for k, v in schema.items() if k not in keys} for schema in (wide, narrow)]
    return rest[0] == rest[1] and bounds[0] <= bounds[1]


def _name(section: str, field: FieldInfo) -> Leaf:
    return Leaf(f"{section}.name", field, f"Which {section}; the other settings depend on it.")


def _description(settings: type[BaseModel], name: str) -> str:
    """The docstring of a field, or the one that it had in a base class."""
    fields = [base.model_fields.get(name) for base in settings.__mro__ if _is_model(base)]
    return next((field.description for field in fields if field and field.description), "")


def _is_model(kind: type) -> TypeGuard[type[BaseModel]]:
    return issubclass(kind, BaseModel) and kind is not BaseModel


def group(field: FieldInfo) -> type[Settings] | None:
    """The class of a field that is itself a group of settings, such as `init`."""
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, Settings) else None


def classes(section: str, chosen: Iterable[Any] = (), named: Names = NAMED) -> list[type[Settings]]:
    """The settings classes of a section; with names, only theirs, as far as they are known."""
    if section not in NAMED:
        return [Training if section == "training" else Probes]
    entries = named[section]
    known = [name for name in chosen if isinstance(name, str) and entries.get(name)]
    return [entries[name].settings for name in known or NAMED[section]]


@cache
def section_leaves(
    section: str, kinds: tuple[type[Settings], ...], own: tuple[str, ...] = ()
) -> dict[str, Leaf]:
    """The settings of a section, of all its classes together.

    own: names of the user's own code that this section may have.
    """
    found: dict[str, Leaf] = {}
    for kind in kinds:
        for path, leaf in leaves(kind, section).items():
            found[path] = _either(found[path], leaf) if path in found else leaf
    if section in NAMED:
        known: Any = Literal[(*NAMED[section], *own)]
        found[f"{section}.name"] = _name(section, FieldInfo.from_annotation(known))
    return found
