"""The parameters of the user's function → the class of its settings."""

import inspect
from collections.abc import Callable
from inspect import Parameter
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import Field, TypeAdapter, create_model

from orchestrator.models.own.errors import OwnCodeError
from orchestrator.models.own.structured import Structured, structured
from orchestrator.models.settings.base import Settings
from orchestrator.models.settings.own import OUTPUT, OwnCode, OwnModel, OwnTask
from orchestrator.models.settings.own_trial import REPOSITORY, REVISION, OwnFunction

SCALARS = (int, float, str, bool, NoneType)
KINDS = (
    "int, float, str, bool, a Literal of these, one of them | None, or a list, tuple, dictionary, "
    "dataclass or pydantic model"
)
Kind = TypeVar("Kind", OwnModel, OwnTask, OwnFunction)


def settings_class(
    base: type[Kind], code: OwnCode, function: Callable[..., Any], taken: tuple[str, ...]
) -> type[Kind]:
    """A class with one setting for each parameter after those that orch itself passes.

    taken: their names in messages. Raises OwnCodeError.
    """
    parameters = parameters_of(code, function)
    settings = parameters[len(taken) :]
    _check_first(code, parameters[: len(taken)], taken)
    fields: dict[str, Any] = {p.name: parameter_field(code, p, base) for p in settings}
    fields["function" if issubclass(base, OwnFunction) else "name"] = (
        Literal[code.name],
        code.name,
    )
    chooses_output = issubclass(base, OwnModel) and OUTPUT not in fields
    if chooses_output:
        meaning = "Which of the outputs of the forward pass counts; left out: the first."
        fields[OUTPUT] = (str | None, Field(None, description=meaning))
    kind = create_model(
        code.function,
        __base__=base,
        __module__=__name__,
        __doc__=inspect.getdoc(function) or base.__doc__,
        **fields,
    )
    kind.code = code
    if issubclass(kind, OwnModel):
        kind.chooses_output = chooses_output
    kind.structured = {p.name: found for p in settings if (found := structured_kind(p))}
    if issubclass(kind, OwnTask | OwnFunction):
        kind.path_settings = tuple(p.name for p in settings if p.annotation is Path)
    return kind


def parameters_of(code: OwnCode, function: Callable[..., Any]) -> list[Parameter]:
    try:
        return list(inspect.signature(function, eval_str=True).parameters.values())
    except Exception as error:  # annotations are text that may not evaluate
        what = f"the parameters of {code.name} cannot be read: {type(error).__name__}: {error}"
        raise OwnCodeError(what) from error


def _check_first(code: OwnCode, given: list[Parameter], taken: tuple[str, ...]) -> None:
    by_place = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    if len(given) < len(taken) or any(p.kind not in by_place for p in given):
        what = f"{code.name} must take {' and '.join(taken)} first"
        raise OwnCodeError(what, cure=f"def {code.function}({', '.join(taken)}, …)")


def parameter_field(code: OwnCode, parameter: Parameter, base: type[Settings]) -> tuple[Any, Any]:
    """Type and default of the setting that a parameter becomes."""
    name = parameter.name
    if parameter.kind not in (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY):
        what = f"{code.name} has a parameter {parameter}, and orch cannot know its name and type"
        raise OwnCodeError(what, cure="give every setting a parameter of its own")
    is_trials = issubclass(base, OwnFunction) and name in (REVISION, REPOSITORY)
    if name.startswith("_") or name in base.model_fields or hasattr(base, name) or is_trials:
        what = f"{code.name} has a parameter {name}, a name that no setting can have"
        raise OwnCodeError(what, cure="rename it")
    kind = _kind(code, parameter)
    if parameter.default is Parameter.empty:
        return kind, ...
    return kind, _default(code, parameter, kind)


def _kind(code: OwnCode, parameter: Parameter) -> Any:
    annotation = parameter.annotation
    if annotation is Parameter.empty and type(parameter.default) in SCALARS[:-1]:
        annotation = type(parameter.default)
    if annotation is Path:
        return str
    if found := structured_kind(parameter):
        return found.kind
    if annotation is Parameter.empty or not _is_scalar(annotation):
        shown = "nothing" if annotation is Parameter.empty else inspect.formatannotation(annotation)
        what = f"the parameter {parameter.name} of {code.name} is annotated with {shown}"
        raise OwnCodeError(what, f"{KINDS}; Path, for a task or a trial")
    return annotation


def structured_kind(parameter: Parameter) -> Structured | None:
    """How a value is read that is neither a number nor a text nor a path."""
    annotation = parameter.annotation
    if annotation in (Parameter.empty, Path) or _is_scalar(annotation):
        return None
    return structured(annotation)


def _is_scalar(annotation: Any) -> bool:
    """Whether values of the type can be levels of a factor, and columns of a table."""
    if get_origin(annotation) is Annotated:
        return _is_scalar(get_args(annotation)[0])
    if get_origin(annotation) is Literal:
        return all(type(value) in SCALARS for value in get_args(annotation))
    if get_origin(annotation) in (Union, UnionType):
        return all(map(_is_scalar, get_args(annotation)))
    return annotation in (*SCALARS, None)


def _default(code: OwnCode, parameter: Parameter, kind: Any) -> Any:
    """In the type of the setting: 0 → 0.0 for a float."""
    given = parameter.default
    value = str(given) if isinstance(given, Path) else given
    try:
        return TypeAdapter(kind, config=Settings.model_config).validate_python(value)
    except ValueError as error:
        shown = inspect.formatannotation(kind)
        what = f"the default {given!r} of {parameter.name} in {code.name} is no {shown}"
        raise OwnCodeError(what, cure="change one of the two") from error


def arguments(settings: OwnModel | OwnTask | OwnFunction) -> dict[str, Any]:
    """The keyword arguments that a call with these settings needs."""
    paths = () if isinstance(settings, OwnModel) else settings.path_settings
    is_trial = isinstance(settings, OwnFunction)
    ours = {"function", REVISION, REPOSITORY} if is_trial else {"name", "init", "augment"}
    ours |= {name for part in settings.own_parts.values() for name in part.fields}
    if isinstance(settings, OwnModel) and settings.chooses_output:
        ours |= {OUTPUT}
    values = settings.model_dump(exclude=ours)
    home = settings.home if isinstance(settings, OwnFunction) else Path()
    values |= {name: (home / values[name]).absolute() for name in paths}
    return values | {name: kind.value(values[name]) for name, kind in settings.structured.items()}
