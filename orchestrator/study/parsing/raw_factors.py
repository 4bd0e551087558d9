"""What varies in a study, from the raw file: for code that runs before the design is read."""

from collections.abc import Iterable, Mapping
from typing import Any

from orchestrator.study.parsing.yaml_text import KeyPath, YamlDocument


def varied(given: Mapping[str, Any], path: str) -> list[tuple[KeyPath, Any]]:
    """The levels of a setting with their places; empty if it does not vary."""
    place, levels = _levels(given, path)
    found = [((*place, index), level) for index, level in enumerate(levels)]
    return found + [
        (("variants", name, path), settings[path])
        for name, settings in _variants(given).items()
        if path in settings
    ]


def varied_paths(given: Mapping[str, Any]) -> list[str]:
    """Every path that is a factor, or set by a variant."""
    listed = (path for settings in _variants(given).values() for path in settings)
    return list(dict.fromkeys([*_mapping(given, "factors"), *listed]))


def is_always_varied(given: Mapping[str, Any], path: str) -> bool:
    """Whether no variant uses the fixed value."""
    variants, levels = _variants(given), _mapping(given, "factors").get(path)
    named = bool(variants) and all(path in settings for settings in variants.values())
    return named or (isinstance(levels, list) and bool(levels))


def place_of(document: YamlDocument, paths: Iterable[str], label: str) -> KeyPath | None:
    """The place in the file of the last of these paths that varies in this variant."""
    for path in reversed(tuple(paths)):
        for place in (("factors", path), ("variants", label, path)):
            if place in document.keys:
                return place
    return None


def _levels(given: Mapping[str, Any], path: str) -> tuple[KeyPath, list[Any]]:
    """The list of levels of a factor, and its place."""
    levels = _mapping(given, "factors").get(path)
    place: KeyPath = ("factors", path)
    if isinstance(levels, Mapping):
        levels, place = levels.get("levels"), (*place, "levels")
    return place, levels if isinstance(levels, list) else []


def _variants(given: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    named = _mapping(given, "variants").items()
    return {name: settings for name, settings in named if isinstance(settings, Mapping)}


def _mapping(given: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = given.get(key)
    return found if isinstance(found, Mapping) else {}
