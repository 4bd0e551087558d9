"""Classes of settings with the settings of the user's code in them."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from pydantic import create_model

from orchestrator.models.own.entries import own_entry
from orchestrator.models.settings.base import Settings
from orchestrator.models.settings.own import OwnCode
from orchestrator.study.parts.kinds import PARTS, named_code
from orchestrator.study.parts.signature import Part, read_part, shared_field

Codes = tuple[tuple[str, OwnCode], ...]  # path → code

LOADED: dict[str, OwnCode] = {}
"""Name → code that was read in this process, where a module's name has one meaning: importing
refuses another one."""


def load_part(path: str, code: OwnCode, section: type[Settings]) -> Part:
    """Reads a part, which `with_parts` knows from now on. Raises OwnCodeError.

    section: a class of the section to which the setting belongs.
    """
    LOADED.setdefault(code.name, code)
    extended = _extended(section, ((path, code),))
    part: Part = extended.own_parts[path]
    return part


def with_parts(base: type[Settings], section: str, values: Mapping[str, Any]) -> type[Settings]:
    """The class of a section with these values: `base`, and the settings of the code they name.

    Raises OwnCodeError if two parts have a setting of the same name.
    """
    codes = []
    for path in PARTS:
        name = _at(values, path.split(".")[1:]) if path.startswith(f"{section}.") else None
        known = LOADED.get(str(name))
        code = named_code(path, name, known.folders if known else ())
        if code is not None:
            codes.append((path, code))
    return _extended(base, tuple(codes)) if codes else base


def plain(kind: type[Settings]) -> type[Settings]:
    """The class without settings of parts."""
    return next(each for each in kind.__mro__ if "own_parts" not in vars(each) or each is Settings)


@cache
def _extended(base: type[Settings], codes: Codes) -> type[Settings]:
    kind = base
    for path, code in codes:
        *group, _ = path.split(".")[1:]
        kind = _within(kind, group, path, code) if group else _with(kind, path, code)
        kind.__reduce__ = _reduced(base, codes)  # type: ignore[method-assign]
    return kind


def _within(kind: type[Settings], group: list[str], path: str, code: OwnCode) -> type[Settings]:
    """The part belongs to a group of settings, such as `training.schedule`."""
    (name,) = group
    inner: Any = kind.model_fields[name].annotation
    extended = _with(inner, path, code)
    fields: dict[str, Any] = {name: (extended, ...)}
    outer = create_model(kind.__name__, __base__=kind, __module__=__name__, __doc__=kind.__doc__,
                         **fields)  # fmt: skip
    outer.own_parts = {**kind.own_parts, path: extended.own_parts[path]}
    return outer


def _with(base: type[Settings], path: str, code: OwnCode) -> type[Settings]:
    part = read_part(path, code, base)
    given: dict[str, Any] = dict(part.fields)
    given |= {name: shared_field(base, name, value) for name, value in part.defaults.items()}
    last = path.rpartition(".")[2]
    given[last] = (Literal[_spelt(code)], _spelt(code))
    kind = create_model(base.__name__, __base__=base, __module__=__name__, __doc__=base.__doc__,
                        **given)  # fmt: skip
    kind.own_parts = {**base.own_parts, path: part}
    return kind


def _spelt(code: OwnCode) -> str:
    """As the study names it."""
    is_short = not code.folders and code.module == "torch.optim"
    return code.function if is_short else code.name


def _reduced(base: type[Settings], codes: Codes) -> Any:
    """How its instances reach another process, which imports the user's module itself."""

    def reduce(settings: Settings) -> Any:
        own = getattr(base, "code", None)  # the class of an own task is made there, too
        return _unpickle, (own or base, codes, settings.model_dump(exclude_unset=True))

    return reduce


def _unpickle(base: Any, codes: Codes, values: dict[str, Any]) -> Settings:
    if isinstance(base, OwnCode):
        base = own_entry("task", base).settings
    for _, code in codes:
        LOADED.setdefault(code.name, code)
    settings: Settings = _extended(base, codes).model_validate(values)
    return settings


def _at(values: Mapping[str, Any], keys: list[str]) -> Any:
    found: Any = values
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found
