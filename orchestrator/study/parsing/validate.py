"""Validates a mapping of the file key by key against the settings that it may have."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from orchestrator.models.own.importing import FORM
from orchestrator.models.settings.base import MOST
from orchestrator.study.parsing.field_words import meant, meant_among, value_meant
from orchestrator.study.parsing.keys import StudyFile
from orchestrator.study.parsing.messages import names, nearest, shown
from orchestrator.study.parsing.setting_paths import NAMED, Setting, name_path
from orchestrator.study.parsing.yaml_text import Findings, KeyPath, dotted, read_scalar

_OWN = tuple(map(name_path, NAMED))
_PAGES = {"model": "docs/own-model.md", "task": "docs/tasks.md"}
_NOT_VARIED = ("compare.metric", "compare.baseline", "tune.points")  # no settings of a variant
_SPOKEN = {"yes": "true", "on": "true", "no": "false", "off": "false"}  # booleans of YAML 1.1


def read_group(
    findings: Findings, path: KeyPath, values: Any, settings: Mapping[str, Setting]
) -> dict[str, Any]:
    """The valid values in canonical types, nested as given; reports the others."""
    read: dict[str, Any] = {}
    if not isinstance(values, Mapping):
        allowed = f"a mapping with the keys {names(keys_below(path, settings))}"
        what = "the value is missing" if values is None else f"{shown(values)} is not a mapping"
        findings.add(path, what, allowed)
        return read
    for key, value in values.items():
        here = (*path, key)
        if "." not in key and (setting := settings.get(dotted(here))):
            read_setting(findings, here, value, setting, into=read)
        elif "." not in key and keys_below(here, settings):
            read[key] = read_group(findings, here, value, settings)
        else:
            unknown_key(findings, here, keys_below(path, settings), settings)
    return read


def read_setting(
    findings: Findings, path: KeyPath, value: Any, setting: Setting, into: dict[str, Any]
) -> None:
    """Puts the canonical value under the last key of the path, or reports it."""
    try:
        into[str(path[-1])] = setting.read(value)
    except ValidationError:
        findings.add(path, f"{shown(value)} is not allowed", setting.allowed, cure(value, setting))


def unknown_key(
    findings: Findings, path: KeyPath, siblings: list[str], settings: Mapping[str, Setting]
) -> None:
    """Reports an unknown key, with the group where it may belong."""
    key = str(path[-1])
    ours = meant_among(key, siblings, dotted(path[:-1]))
    near, elsewhere = nearest(key, siblings), _elsewhere(key, settings)
    spelt = [elsewhere, near] if "." in key else [near, elsewhere]
    other_word = "" if elsewhere else _other_word(key, settings)
    hints = [f"did you mean {ours!r}?" if ours else "", other_word, *spelt]
    hint = next(filter(None, hints), "")
    findings.add(path, "there is no such key", names(siblings), hint, at_key=True)


def cure(value: Any, setting: Setting) -> str:
    """What the user most likely meant; empty if that is unclear."""
    kinds = [setting.schema, *setting.schema.get("anyOf", ())]
    candidates = [name for kind in kinds for name in kind.get("enum", ())]
    if isinstance(value, list):
        return _misspelt(value, setting)
    if isinstance(value, str):
        hint = value_meant(value, setting.path) or nearest(value, candidates)
        if setting.path in _OWN:
            section = setting.path.split(".")[0]
            own = f"for a {section} of your own write {FORM}, see {_PAGES[section]}"
            return "; ".join(filter(None, (hint, own)))
        if hint:
            return hint
    if isinstance(value, int) and value > MOST and _fits(MOST, setting):
        return f"the largest is {MOST:,}"
    if isinstance(value, int | float) and _fits(str(value), setting):
        return f"put it in quotes: '{value}'"
    for guess in _guesses(value):
        if _fits(guess, setting):
            return f"write {shown(guess)}, without quotes" if value != guess else f"write {guess}"
    return ""


def _misspelt(values: list[Any], setting: Setting) -> str:
    """Hints for the items of a list that are not allowed."""
    lists = [kind for kind in setting.schema.get("anyOf", ()) if "items" in kind]
    allowed = lists[0]["items"].get("enum", []) if lists else []
    wrong = [item for item in values if item not in allowed] if allowed else []
    if allowed and not wrong and len(set(values)) < len(values):
        return "the list contains a duplicate"
    return "; ".join(f"{shown(item)}: {nearest(item, allowed) or 'unknown'}" for item in wrong)


def keys_below(path: KeyPath, settings: Mapping[str, Setting]) -> list[str]:
    """The keys allowed directly in the group at `path`."""
    prefix = f"{dotted(path)}." if path else ""
    below = (setting.removeprefix(prefix) for setting in settings if setting.startswith(prefix))
    return list(dict.fromkeys(name.split(".")[0] for name in below))


def _guesses(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [read_scalar(_SPOKEN.get(value.lower(), value))]
    if isinstance(value, float) and value.is_integer():
        return [int(value)]
    return []


def _fits(value: Any, setting: Setting) -> bool:
    try:
        setting.read(value)
    except ValidationError:
        return False
    return True


def _elsewhere(key: str, settings: Mapping[str, Setting]) -> str:
    """The group in which a misplaced key belongs."""
    same_name = [setting for setting in settings if f".{setting}".endswith(f".{key}")]
    return _in_group(same_name[0]) if same_name else ""


def _other_word(key: str, settings: Mapping[str, Setting]) -> str:
    """The setting that a word of the field means, where this study has it."""
    known = (*settings, *StudyFile.model_fields, *_NOT_VARIED)
    found = next((path for path in meant(key) if path in known), None)
    return _in_group(found) if found else ""


def _in_group(path: str) -> str:
    group, _, last = path.rpartition(".")
    if group:
        return f"it belongs in {group}: write {group}: {{{last}: …}}"
    return f"write {last}: … at the top level"
