"""The settings that a study fixes: `task`, `model`, `training` and `probes`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestrator.models.catalogue import TaskEntry
from orchestrator.study.design.factors import Factors
from orchestrator.study.parsing.custom_code import any_leaves, read_own
from orchestrator.study.parsing.keys import StudyFile
from orchestrator.study.parsing.messages import names, nearest, shown
from orchestrator.study.parsing.raw_factors import is_always_varied, varied
from orchestrator.study.parsing.setting_paths import (
    NAMED,
    SECTIONS,
    Leaf,
    Names,
    classes,
    leaves,
    section_leaves,
)
from orchestrator.study.parsing.validate import read_group
from orchestrator.study.parsing.yaml_text import Findings
from orchestrator.study.probes import Probes
from orchestrator.study.settings import Resources

PROBES: Mapping[str, dict[str, Any]] = {
    "off": {"examples": 0},
    "light": {},
    "full": {"quantities": "full"},
}
HEAD = ("study", "question", "seed", "design", "replicates")


@dataclass(frozen=True, slots=True)
class Base:
    """What the file says outside `factors`, and what it could say."""

    sections: Mapping[str, dict[str, Any]]  # in canonical types, without what is wrong
    sound: frozenset[str]  # sections in which nothing is wrong
    settings: Mapping[str, Leaf]  # everything that this file may set
    named: Names  # models and tasks that it may name, with the user's own that it does name
    fixes_no_task: bool  # no variant uses the task that it fixes

    @property
    def factor_settings(self) -> dict[str, Leaf]:
        return {path: leaf for path, leaf in self.settings.items() if _top(path) in SECTIONS}

    def tasks(self, factors: Factors) -> dict[str, TaskEntry]:
        """The tasks of the study's variants by name, as far as they are known."""
        fixed = self.sections["task"].get("name")
        chosen = factors["task.name"].levels if "task.name" in factors else ()
        chosen = chosen if self.fixes_no_task else (*chosen, fixed)
        known = {str(name): self.named["task"].get(str(name)) for name in chosen}
        return {name: entry for name, entry in known.items() if entry is not None}


def read_base(findings: Findings, given: Mapping[str, Any], folders: tuple[Path, ...]) -> Base:
    """Checks the four sections, key by key; what does not go together shows in the variants.

    folders: where modules of the user's own are looked for.
    """
    own = read_own(findings, given, folders)
    named = {section: {**NAMED[section], **own[section]} for section in NAMED}
    broken = {section for section in own if None in own[section].values()}
    settings = _settings(given, named, broken)
    sections, sound = {}, set()
    for section in SECTIONS:
        before = len(findings.found)
        sections[section] = _read_section(findings, section, given, settings)
        is_whole = len(findings.found) == before and section not in broken
        if is_whole and _is_named(section, sections[section], given):
            sound.add(section)
    no_task = is_always_varied(given, "task.name")
    return Base(sections, frozenset(sound), settings, named, no_task)


def _read_section(
    findings: Findings, section: str, given: Mapping[str, Any], settings: Mapping[str, Leaf]
) -> dict[str, Any]:
    values = given.get(section, {})
    if section == "probes" and not isinstance(values, Mapping):
        if not isinstance(values, str) or values not in PROBES:
            keys = names(f"{key}: …" for key in Probes.model_fields)
            allowed = f"{names(PROBES)}, or {{{keys}}}"
            hint = nearest(values, PROBES)
            findings.add((section,), f"{shown(values)} is not allowed", allowed, hint)
            return {}
        values = PROBES[values]
    if section in NAMED and section in given and isinstance(values, Mapping):
        _check_named(findings, section, given, values)
    return read_group(findings, (section,), values, settings)


def _check_named(
    findings: Findings, section: str, given: Mapping[str, Any], values: Mapping[str, Any]
) -> None:
    if "name" not in values and not is_always_varied(given, f"{section}.name"):
        findings.add((section,), "a name is missing", names(NAMED[section]), "add name: …")


def _is_named(section: str, read: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    return section not in NAMED or "name" in read or is_always_varied(given, f"{section}.name")


def _settings(given: Mapping[str, Any], named: Names, broken: set[str]) -> dict[str, Leaf]:
    """Everything that this file may set, given the names of its task and model."""
    found = {path: leaf for path, leaf in leaves(StudyFile, "").items() if path in HEAD}
    for section in SECTIONS:
        values = given.get(section)
        chosen = [level for _, level in varied(given, f"{section}.name")]
        if isinstance(values, Mapping) and not is_always_varied(given, f"{section}.name"):
            chosen.append(values.get("name"))
        own = tuple(name for name in named.get(section, ()) if name not in NAMED[section])
        found |= section_leaves(section, tuple(classes(section, chosen, named)), own)
        if section in broken:  # what it may set, nobody knows
            found = any_leaves(section, given) | found
    return found | leaves(Resources, "resources")


def _top(path: str) -> str:
    return path.split(".")[0]
