"""Words of a command with placeholders, `--lr={lr}`, and what takes their place."""

import json
from collections.abc import Iterable, Mapping
from string import Formatter
from typing import Any

PROVIDED = ("seed", "replicate", "folder", "settings", "device", "python")
"""Placeholders besides settings: see docs/own-training.md."""


def placeholders(word: str) -> list[str]:
    """The names in a word, in order; `{{` and `}}` are braces. Raises ValueError."""
    found = []
    for _, name, spec, conversion in Formatter().parse(word):
        if name is None:
            continue
        if not name or spec or conversion:
            raise ValueError("a placeholder is a name in braces, and nothing else")
        found.append(name)
    return found


def filled(word: str, values: Mapping[str, Any]) -> str | None:
    """The word with the values of its placeholders; None where one of them is null or absent."""
    parts: list[str] = []
    for text, name, _, _ in Formatter().parse(word):
        parts.append(text)
        if name is None:
            continue
        value = values.get(name)
        if value is None:
            return None
        parts.append(value if isinstance(value, str) else json.dumps(value))
    return "".join(parts)


def all_filled(words: Iterable[str], values: Mapping[str, Any]) -> list[str]:
    """Words with a placeholder that is null are left out: `--amp={amp}` for some variants only."""
    return [found for word in words if (found := filled(word, values)) is not None]
