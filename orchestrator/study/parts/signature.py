"""The parameters of a part → the fields of its settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import Parameter
from typing import Annotated, Any

from pydantic import Field, create_model
from pydantic.fields import FieldInfo

from orchestrator.models.own.errors import OwnCodeError
from orchestrator.models.own.importing import find_function
from orchestrator.models.own.signature import parameter_field, parameters_of, structured_kind
from orchestrator.models.settings.base import Settings
from orchestrator.models.settings.own import OwnCode
from orchestrator.study.parts.kinds import PARTS, TORCH, PartKind


@dataclass(frozen=True, slots=True)
class Part:
    """The user's code behind a setting.

    parameters: parameter → setting of its group whose value it gets.
    fields: of those settings that orch has not: name → (type, default).
    defaults: of those that orch has: name → default, where the code gives one.
    structured: parameter → how its value is made from the setting.
    """

    kind: PartKind
    code: OwnCode
    parameters: Mapping[str, str]
    fields: Mapping[str, tuple[Any, Any]]
    defaults: Mapping[str, Any]
    structured: Mapping[str, Any]

    @property
    def field_infos(self) -> Mapping[str, FieldInfo]:
        """The fields as pydantic describes them."""
        kind = create_model("Fields", **dict(self.fields))  # type: ignore[call-overload]
        found: Mapping[str, FieldInfo] = kind.model_fields
        return found

    @property
    def is_torchs(self) -> bool:
        """Of torch itself: its source is no part of a trial's id, as torch's is not."""
        return self.code.module == TORCH

    def function(self) -> Callable[..., Any]:
        return find_function(self.code)

    def arguments(self, settings: Settings) -> dict[str, Any]:
        """The keyword arguments of a call, from the settings of its group."""
        values = {name: getattr(settings, own) for name, own in self.parameters.items()}
        return values | {name: kind.value(values[name]) for name, kind in self.structured.items()}


def read_part(path: str, code: OwnCode, base: type[Settings]) -> Part:
    """Imports the code. Raises OwnCodeError.

    base: the class of the group of settings to which its own are added.
    """
    kind, found = PARTS[path], find_function(code)
    kind.check(code, found)
    given = parameters_of(code, found)
    _check_first(kind, code, given)
    later = [each for each in given[len(kind.first) :] if each.name not in kind.hidden]
    own = [_readable(code, each) for each in later if each.name not in kind.shared]
    shared = {each.name: each for each in later if each.name in kind.shared}
    for name in set(kind.required) - shared.keys():
        raise OwnCodeError(f"{code.name} has no parameter {name}", cure=kind.form)
    numbers = {n: each.default for n, each in shared.items() if _is_number(each.default)}
    return Part(
        kind=kind,
        code=code,
        parameters={n: kind.shared[n] for n in shared} | {each.name: each.name for each in own},
        fields={each.name: parameter_field(code, each, base) for each in own},
        defaults={kind.shared[name]: value for name, value in numbers.items()},
        structured={each.name: read for each in own if (read := structured_kind(each))},
    )


def _is_number(default: Any) -> bool:
    return isinstance(default, int | float)


def _check_first(kind: PartKind, code: OwnCode, given: list[Parameter]) -> None:
    by_place = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    first = given[: len(kind.first)]
    if len(first) < len(kind.first) or any(each.kind not in by_place for each in first):
        what = f"{code.name} must take {' and '.join(kind.first)} first"
        raise OwnCodeError(what, cure=kind.form)


def _readable(code: OwnCode, parameter: Parameter) -> Parameter:
    """With the type of its default where the annotation is missing, or is none of a setting.

    Optimizers are written without annotations, or for numbers and tensors alike.
    """
    kind = _kind_of(parameter.default)
    if kind is None:
        return parameter
    try:
        if parameter.annotation is not Parameter.empty:
            parameter_field(code, parameter, Settings)
            return parameter
    except OwnCodeError:
        pass
    return parameter.replace(annotation=kind)


def _kind_of(default: Any) -> Any:
    """The type of a number, a text or a tuple of them; None for others."""
    if isinstance(default, tuple) and default:
        kinds = [_kind_of(each) for each in default]
        if None in kinds:
            return None
        return tuple[tuple(float if kind is int and float in kinds else kind for kind in kinds)]  # type: ignore[misc]
    return type(default) if isinstance(default, bool | int | float | str) else None


def shared_field(base: type[Settings], name: str, default: Any) -> tuple[Any, Any]:
    """A field of orch with the default of the user's code."""
    field = base.model_fields[name]
    kind: Any = field.annotation
    value = float(default) if kind is float else default
    for constraint in field.metadata:
        kind = Annotated[kind, constraint]
    return kind, Field(value, description=field.description)
