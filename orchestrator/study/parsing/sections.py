"""The settings that a study fixes: `task`, `model`, `training` and `probes`, or `trial`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestrator.models.catalogue import TaskEntry
from orchestrator.models.settings.own_trial import OwnTrial, command_class
from orchestrator.plan_document import Level
from orchestrator.revisions.records import Revision
from orchestrator.study.parsing.consequences import means
from orchestrator.study.parsing.custom_code import any_settings, read_own_code
from orchestrator.study.parsing.custom_parts import read_parts
from orchestrator.study.parsing.keys import StudyFile
from orchestrator.study.parsing.messages import closest, names, nearest, shown
from orchestrator.study.parsing.own_command import COMMAND, FIXED_ONLY, check_command
from orchestrator.study.parsing.own_trial import check_form, has_command, is_own, read_metrics
from orchestrator.study.parsing.raw_factors import is_always_varied, varied
from orchestrator.study.parsing.revised_trials import CommandEntry, RevisedTrials, read_revised
from orchestrator.study.parsing.revisions import RevisionKeys, read_revisions
from orchestrator.study.parsing.setting_paths import (
    NAME_KEYS,
    NAMED,
    Names,
    Setting,
    classes,
    either,
    name_path,
    section_settings,
    settings_in,
)
from orchestrator.study.parsing.validate import read_group
from orchestrator.study.parsing.yaml_text import Findings
from orchestrator.study.probes import Probes
from orchestrator.study.records import LOOP_SECTIONS, TRIAL, DeclaredMetric
from orchestrator.study.settings import Keep, Resources

PROBES: Mapping[str, dict[str, Any]] = {
    "off": {"examples": 0},
    "light": {},
    "full": {"quantities": "full"},
}
HEADER_KEYS = ("study", "question", "seed", "design", "replicates")


@dataclass(frozen=True, slots=True)
class Sections:
    """What the file fixes, and every setting that it could have."""

    fixed: Mapping[str, dict[str, Any]]  # section → valid settings, in canonical types
    valid: frozenset[str]  # sections without a problem
    settings: Mapping[str, Setting]  # every setting that this file may have
    named: Names  # shipped models and tasks, and own code that the file names
    task_always_varies: bool  # no variant uses the task of the section `task`
    form: tuple[str, ...]  # the sections of this file
    declared: tuple[DeclaredMetric, ...] = ()  # of a study with own trials
    revisions: tuple[Revision, ...] = ()  # that the study names
    revised: RevisedTrials = field(default_factory=dict)  # classes of their settings

    @property
    def factor_settings(self) -> dict[str, Setting]:
        own = {path: each for path, each in self.settings.items() if _top(path) in self.form}
        return {path: setting for path, setting in own.items() if path not in FIXED_ONLY}

    def tasks(self, compared: tuple[Level, ...]) -> dict[str, TaskEntry]:
        """Name → entry, of the known tasks of the study's variants.

        compared: the levels of `task.name`.
        """
        fixed = self.fixed.get("task", {}).get("name")
        chosen = compared if self.task_always_varies else (*compared, fixed)
        entries = self.named.get("task", {})
        known = {str(name): entries.get(str(name)) for name in chosen}
        return {name: entry for name, entry in known.items() if entry is not None}


def read_sections(
    findings: Findings, given: Mapping[str, Any], folders: tuple[Path, ...]
) -> Sections:
    """Validates the sections key by key; conflicts between settings show in the variants.

    folders: where modules with own code are searched.
    """
    check_form(findings, given)
    form: tuple[str, ...] = (TRIAL,) if is_own(given) else LOOP_SECTIONS
    is_command = has_command(given)
    named_sections = [name for name in form if name in NAME_KEYS and not is_command]
    revisions = read_revisions(findings, given, folders)
    revised: RevisedTrials = {}
    if revisions.named:
        own, revised = read_revised(findings, given, revisions, folders)
    else:
        own = read_own_code(findings, given, folders, named_sections)
        if is_command:
            own[TRIAL] = {COMMAND: CommandEntry(command_class(folders[0]))}
    named = {section: {**NAMED.get(section, {}), **own[section]} for section in own}
    broken = {section for section in own if _is_unknown(section, given, own[section])}
    broken |= {TRIAL} if revisions.is_broken else set()
    added, with_broken_parts = read_parts(findings, given, folders, form)
    broken |= with_broken_parts
    settings = _settings(given, form, named, broken, tuple(revised.values()))
    for setting in added:
        known = settings.get(setting.path)
        settings[setting.path] = either(known, setting) if known else setting
    if is_command:
        settings = any_settings(TRIAL, given) | settings
    if TRIAL in form:
        settings |= settings_in(RevisionKeys, TRIAL)
    fixed, valid = {}, set()
    for section in form:
        before = len(findings.found)
        fixed[section] = _read_section(findings, section, given, settings)
        is_valid = len(findings.found) == before and section not in broken
        if is_valid and (is_command or _is_named(section, fixed[section], given)):
            valid.add(section)
    task_varies = is_always_varied(given, "task.name")
    declared = read_metrics(findings, given) if is_own(given) else ()
    if is_command and not revisions.is_broken:
        own_paths = [p for p in settings if _top(p) == TRIAL and p != name_path(TRIAL)]
        homes = {name: each.home for name, each in revisions.checkouts.items()}
        check_command(findings, given, own_paths, declared, homes or {"": folders[0]})
    return Sections(
        fixed,
        frozenset(valid),
        settings,
        named,
        task_varies,
        form,
        declared,
        revisions.records,
        revised,
    )


def _is_unknown(section: str, given: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
    """Whether its settings are: the code is broken, or a name resembles no shipped one."""
    values = given.get(section)
    chosen = [level for _, level in varied(given, name_path(section))]
    if isinstance(values, Mapping) and NAME_KEYS[section] in values:
        chosen.append(values[NAME_KEYS[section]])
    known = (*NAMED.get(section, ()), *own)
    strange = [name for name in chosen if name not in known and closest(name, known) is None]
    return None in own.values() or bool(strange) or section not in given


def _read_section(
    findings: Findings, section: str, given: Mapping[str, Any], settings: Mapping[str, Setting]
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
    is_misspelt = any(means(key, ("name",), "name") for key in values)
    is_given = "name" in values or is_always_varied(given, f"{section}.name")
    if not is_given and not is_misspelt:
        findings.add((section,), "the name is missing", names(NAMED[section]), "add name: …")


def _is_named(section: str, read: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    if section not in NAME_KEYS:
        return True
    return NAME_KEYS[section] in read or is_always_varied(given, name_path(section))


def _settings(
    given: Mapping[str, Any],
    form: Iterable[str],
    named: Names,
    broken: set[str],
    revised: tuple[type[OwnTrial], ...],
) -> dict[str, Setting]:
    """Every setting that this file may have, given the names of its task and model, or trial.

    revised: the classes of a trial in each revision.
    """
    found = {
        path: setting for path, setting in settings_in(StudyFile, "").items() if path in HEADER_KEYS
    }
    for section in form:
        values, key = given.get(section), NAME_KEYS.get(section, "name")
        chosen = [level for _, level in varied(given, f"{section}.{key}")]
        if isinstance(values, Mapping) and not is_always_varied(given, f"{section}.{key}"):
            chosen.append(values.get(key))
        own = tuple(
            name
            for name in named.get(section, ())
            if name not in (*NAMED.get(section, ()), COMMAND)
        )
        kinds = revised if revised and section == TRIAL else classes(section, chosen, named)
        found |= section_settings(section, tuple(kinds), own)
        if section in broken:  # its settings are unknown
            found = any_settings(section, given) | found
    return found | settings_in(Resources, "resources") | settings_in(Keep, "keep")


def _top(path: str) -> str:
    return path.split(".")[0]
