"""The settings that a study fixes: `task`, `model`, `training` and `probes`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.study.describe import names, nearest, shown
from orchestrator.study.document import Findings
from orchestrator.study.factors import Factors
from orchestrator.study.file import StudyFile
from orchestrator.study.reading import read_group
from orchestrator.study.settings import Probes, Resources
from orchestrator.study.vocabulary import NAMED, SECTIONS, Leaf, classes, leaves, section_leaves

PROBES: Mapping[str, dict[str, Any]] = {"off": {"examples": 0}, "light": {}}
HEAD = ("study", "question", "seed", "design", "replicates")


@dataclass(frozen=True, slots=True)
class Base:
    """What the file says outside `factors`, and what it could say."""

    sections: Mapping[str, dict[str, Any]]  # in canonical types, without what is wrong
    sound: frozenset[str]  # sections in which nothing is wrong
    settings: Mapping[str, Leaf]  # everything that this file may set

    @property
    def factor_settings(self) -> dict[str, Leaf]:
        return {path: leaf for path, leaf in self.settings.items() if _top(path) in SECTIONS}

    def tasks(self, factors: Factors) -> list[str]:
        """The tasks of the study's variants, as far as they are known."""
        fixed = self.sections["task"].get("name")
        chosen = factors["task.name"].levels if "task.name" in factors else (fixed,)
        return [str(name) for name in chosen if name is not None]


def read_base(findings: Findings, given: Mapping[str, Any]) -> Base:
    """Checks the four sections, key by key; what does not go together shows in the variants."""
    settings = _settings(given)
    sections, sound = {}, set()
    for section in SECTIONS:
        before = len(findings.found)
        sections[section] = _read_section(findings, section, given, settings)
        if len(findings.found) == before and _is_named(section, sections[section], given):
            sound.add(section)
    return Base(sections, frozenset(sound), settings)


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
        values = _named(findings, section, given, values)
    return read_group(findings, (section,), values, settings)


def _named(
    findings: Findings, section: str, given: Mapping[str, Any], values: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Reports a name that is missing, or that asks for code of the user's own."""
    name = values.get("name")
    if "name" not in values and not _levels(given, f"{section}.name"):
        findings.add((section,), "a name is missing", names(NAMED[section]), "add name: …")
    if isinstance(name, str) and ":" in name:
        what = f"{name!r} is code of your own, which this version cannot load yet"
        findings.add((section, "name"), what, names(NAMED[section]))
        return {key: value for key, value in values.items() if key != "name"}
    return values


def _is_named(section: str, read: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    return section not in NAMED or "name" in read or bool(_levels(given, f"{section}.name"))


def _settings(given: Mapping[str, Any]) -> dict[str, Leaf]:
    """Everything that this file may set, given the names of its task and model."""
    head = {path: leaf for path, leaf in leaves(StudyFile, "").items() if path in HEAD}
    for section in SECTIONS:
        values = given.get(section)
        fixed = [values.get("name")] if isinstance(values, Mapping) else []
        chosen = _levels(given, f"{section}.name") or fixed
        head |= section_leaves(section, tuple(classes(section, chosen)))
    return head | leaves(Resources, "resources")


def _levels(given: Mapping[str, Any], path: str) -> list[Any]:
    factors = given.get("factors")
    levels = factors.get(path) if isinstance(factors, Mapping) else None
    return levels if isinstance(levels, list) else []


def _top(path: str) -> str:
    return path.split(".")[0]
