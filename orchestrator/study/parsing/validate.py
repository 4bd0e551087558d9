"""Checks a mapping of the file against the settings that it may hold, key by key."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from orchestrator.study.parsing.messages import names, nearest, shown
from orchestrator.study.parsing.setting_paths import Leaf
from orchestrator.study.parsing.yaml_text import Findings, Path, dotted, read_scalar

_SPOKEN = {"yes": "true", "on": "true", "no": "false", "off": "false"}  # booleans of YAML 1.1


def read_group(
    findings: Findings, path: Path, values: Any, leaves: Mapping[str, Leaf]
) -> dict[str, Any]:
    """The values in canonical types, nested as they were given; those that are wrong left out."""
    read: dict[str, Any] = {}
    if not isinstance(values, Mapping):
        allowed = f"a mapping with the keys {names(keys_below(path, leaves))}"
        what = "nothing stands here" if values is None else f"{shown(values)} is not a mapping"
        findings.add(path, what, allowed)
        return read
    for key, value in values.items():
        here = (*path, key)
        if "." not in key and (leaf := leaves.get(dotted(here))):
            read_leaf(findings, here, value, leaf, into=read)
        elif "." not in key and keys_below(here, leaves):
            read[key] = read_group(findings, here, value, leaves)
        else:
            unknown_key(findings, here, keys_below(path, leaves), leaves)
    return read


def read_leaf(findings: Findings, path: Path, value: Any, leaf: Leaf, into: dict[str, Any]) -> None:
    """Puts the canonical value under the last key of the path, or reports it."""
    try:
        into[str(path[-1])] = leaf.read(value)
    except ValidationError:
        findings.add(path, f"{shown(value)} is not allowed", leaf.allowed, cure(value, leaf))


def unknown_key(
    findings: Findings, path: Path, siblings: list[str], leaves: Mapping[str, Leaf]
) -> None:
    """Reports a key that nothing knows, with the place where it may belong."""
    key = str(path[-1])
    hints = [nearest(key, siblings), _elsewhere(path, leaves)]
    hint = next(filter(None, reversed(hints) if "." in key else hints), "")
    findings.add(path, "there is no such key", names(siblings), hint, at_key=True)


def cure(value: Any, leaf: Leaf) -> str:
    """What the user most likely meant; nothing if that is anyone's guess."""
    kinds = [leaf.schema, *leaf.schema.get("anyOf", ())]
    candidates = [name for kind in kinds for name in kind.get("enum", ())]
    if isinstance(value, list):
        return _misspelt(value, leaf)
    if hint := nearest(value, candidates) if isinstance(value, str) else "":
        return hint
    if isinstance(value, int | float) and _fits(str(value), leaf):
        return f"put it in quotes: '{value}'"
    for guess in _guesses(value):
        if _fits(guess, leaf):
            return f"write {shown(guess)}, without quotes" if value != guess else f"write {guess}"
    return ""


def _misspelt(values: list[Any], leaf: Leaf) -> str:
    """Of a list, the items that may not stand in it."""
    lists = [kind for kind in leaf.schema.get("anyOf", ()) if "items" in kind]
    allowed = lists[0]["items"].get("enum", []) if lists else []
    wrong = [item for item in values if item not in allowed] if allowed else []
    if allowed and not wrong and len(set(values)) < len(values):
        return "something stands there twice"
    return "; ".join(f"{shown(item)}: {nearest(item, allowed) or 'unknown'}" for item in wrong)


def keys_below(path: Path, leaves: Mapping[str, Leaf]) -> list[str]:
    """The names that may stand directly in the group at `path`."""
    prefix = f"{dotted(path)}." if path else ""
    below = (leaf.removeprefix(prefix) for leaf in leaves if leaf.startswith(prefix))
    return list(dict.fromkeys(name.split(".")[0] for name in below))


def _guesses(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [read_scalar(_SPOKEN.get(value.lower(), value))]
    if isinstance(value, float) and value.is_integer():
        return [int(value)]
    return []


def _fits(value: Any, leaf: Leaf) -> bool:
    try:
        leaf.read(value)
    except ValidationError:
        return False
    return True


def _elsewhere(path: Path, leaves: Mapping[str, Leaf]) -> str:
    """Where a key belongs that stands in the wrong place."""
    same_name = [leaf for leaf in leaves if f".{leaf}".endswith(f".{path[-1]}")]
    for found in same_name[:1]:
        group, _, last = found.rpartition(".")
        return f"it belongs into {group}: write {group}: {{{last}: …}}" if group else ""
    return ""
