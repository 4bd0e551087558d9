"""Parts of training in the user's code: found where a study names them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from orchestrator.models.own.errors import OwnCodeError
from orchestrator.study.parsing.raw_factors import varied
from orchestrator.study.parsing.setting_paths import Setting, classes
from orchestrator.study.parsing.yaml_text import Findings, KeyPath
from orchestrator.study.parts.classes import load_part
from orchestrator.study.parts.kinds import PARTS, named_code
from orchestrator.study.parts.signature import Part


def read_parts(
    findings: Findings,
    given: Mapping[str, Any],
    folders: tuple[Path, ...],
    sections: tuple[str, ...],
) -> tuple[list[Setting], set[str]]:
    """The settings that the parts add, and the sections that name a broken one.

    sections: of the study.
    """
    added: list[Setting] = []
    broken, seen = set(), set()
    for path, place, name in _names(given):
        code, section = named_code(path, name, folders), PARTS[path].section
        if code is None or section not in sections or (path, code.name) in seen:
            continue
        seen.add((path, code.name))
        try:
            added += _settings(load_part(path, code, classes(section)[0]))
        except OwnCodeError as error:
            findings.add(place, error.what, error.allowed, error.cure)
            broken.add(section)
    return added, broken


def _settings(part: Part) -> Iterator[Setting]:
    group = part.kind.path.rpartition(".")[0]
    for name, field in part.field_infos.items():
        yield Setting(f"{group}.{name}", field)


def _names(given: Mapping[str, Any]) -> Iterator[tuple[str, KeyPath, Any]]:
    """Path of the setting, place in the file, and what is named there."""
    for path in PARTS:
        place = tuple(path.split("."))
        yield path, place, _at(given, place)
        for where, level in (*varied(given, path), *_tuned(given, path)):
            yield path, where, level


def _tuned(given: Mapping[str, Any], path: str) -> Iterator[tuple[KeyPath, Any]]:
    """The choices of a setting that is tuned."""
    ranges, here = _at(given, ("tune", path)), ("tune", path)
    several = dict(enumerate(ranges)) if isinstance(ranges, list) else {}
    places: dict[KeyPath, Any] = {(*here, index): each for index, each in several.items()}
    for place, each in (places or {here: ranges}).items():
        choices = _at(each, ("choice",))
        for number, level in enumerate(choices if isinstance(choices, list) else []):
            yield (*place, "choice", number), level


def _at(given: Any, place: KeyPath) -> Any:
    for key in place:
        given = given.get(key) if isinstance(given, Mapping) else None
    return given
