"""Texts for messages: a value as the user wrote it, the allowed values, the nearest name."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from orchestrator.models.settings.base import MOST

LONGEST = 60  # characters of a value that a message repeats

_BOUNDS = {
    "minimum": "≥",
    "exclusiveMinimum": ">",
    "maximum": "≤",
    "exclusiveMaximum": "<",
}
_NOUNS = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "string": "text",
    "null": "null",
    "object": "a mapping",
    "array": "a list",
}


def shown(value: Any) -> str:
    """The value in YAML's spelling, on one line and cut short: 'relu', 0.5, true, null, a list."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Mapping):
        return f"a mapping with the keys {names(value)}" if value else "an empty mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def plain(level: Any) -> str:
    """A level as labels show it: relu, 0.5, true, null."""
    return level if isinstance(level, str) else shown(level)


def names(candidates: Iterable[Any]) -> str:
    return ", ".join(map(str, candidates))


def allowed_by(schema: Mapping[str, Any]) -> str:
    """The values that a JSON schema allows, as a phrase: `a whole number ≥ 1, or full`.

    That counts are stored as 32-bit integers is said only of larger ones.
    """
    if "anyOf" in schema:
        return ", or ".join(map(allowed_by, schema["anyOf"]))
    if "enum" in schema:
        return names(schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if "items" in schema:
        some = "some of " if "enum" in schema["items"] else ""
        return f"a list of {some}{allowed_by(schema['items'])}"
    if schema.get("minLength") == 1:
        return "text, not empty"
    if "examples" in schema:
        return f"{_NOUNS[schema['type']]} such as {schema['examples'][0]}"
    said = {key: sign for key, sign in _BOUNDS.items() if schema.get(key, MOST) != MOST}
    bounds = [f"{sign} {schema[key]:g}" for key, sign in said.items()]
    return " ".join([_NOUNS[schema["type"]], " and ".join(bounds)]).strip()


def nearest(given: Any, candidates: Iterable[Any]) -> str:
    """`did you mean 'sigmoid'?`, or nothing when no candidate is close."""
    found = closest(given, candidates)
    return "" if found is None else f"did you mean {shown(found)}?"


def closest(given: Any, candidates: Iterable[Any]) -> Any:
    """The candidate most similar to a text, or nearest to a number; else None."""
    if isinstance(given, str):
        by_lower = {c.lower(): c for c in candidates if isinstance(c, str)}
        close = get_close_matches(given.lower(), by_lower, n=1)
        return by_lower[close[0]] if close else None
    numbers = [c for c in candidates if _is_number(c)]
    if not _is_number(given) or not numbers or given != given:
        return None
    return min(numbers, key=lambda number: abs(number - given))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
