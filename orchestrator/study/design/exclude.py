"""`exclude`: combinations that a study leaves out, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.study.design.designs import VARIANTS, Design
from orchestrator.study.design.factors import Factors, Levels, has_levels, read_combination
from orchestrator.study.parsing.keys import Exclude
from orchestrator.study.parsing.messages import names, shown
from orchestrator.study.parsing.setting_paths import settings_in
from orchestrator.study.parsing.validate import read_group
from orchestrator.study.parsing.yaml_text import Findings, KeyPath


@dataclass(frozen=True, slots=True)
class ExcludeRule:
    """One entry of `exclude`."""

    index: int
    when: Levels
    reason: str

    def matches(self, levels: Levels) -> bool:
        """Whether a combination of levels has all levels of the rule."""
        return has_levels(levels, self.when)


def read_exclude(findings: Findings, given: Any, design: Design) -> list[ExcludeRule]:
    """The valid entries of `exclude`."""
    if not isinstance(given, list):
        allowed = "a list of {when: {PATH: LEVEL, …}, reason: TEXT}"
        findings.add(("exclude",), f"{shown(given)} is not a list", allowed)
        return []
    if given and design.name == VARIANTS:
        what = "variants listed by name cannot be excluded by levels"
        findings.add(("exclude",), what, cure="remove the variant and this rule", at_key=True)
        return []
    read = (_read_rule(findings, i, entry, design.factors) for i, entry in enumerate(given))
    rules = [rule for rule in read if rule is not None]
    return [rule for rule in rules if not _takes_center(findings, rule, design)]


def _read_rule(findings: Findings, index: int, entry: Any, factors: Factors) -> ExcludeRule | None:
    path: KeyPath = ("exclude", index)
    if not isinstance(entry, Mapping):
        findings.add(
            path, f"{shown(entry)} is not a mapping", "{when: {PATH: LEVEL}, reason: TEXT}"
        )
        return None
    keys = {f"exclude[{index}].{key}": setting for key, setting in settings_in(Exclude, "").items()}
    others = {key: value for key, value in entry.items() if key != "when"}
    reason = read_group(findings, path, others, keys).get("reason", "")
    if "reason" not in entry:
        findings.add(
            path, "a reason is missing", cure="add reason: why these combinations are left out"
        )
    if "when" not in entry:
        findings.add(path, "`when` is missing", cure="add when: {PATH: LEVEL}")
    elif not entry["when"]:
        findings.add((*path, "when"), "a rule without levels excludes everything", names(factors))
    elif (when := read_combination(findings, (*path, "when"), entry["when"], factors)) is not None:
        return ExcludeRule(index, when, reason)
    return None


def _takes_center(findings: Findings, rule: ExcludeRule, design: Design) -> bool:
    if not design.center or not rule.matches(design.center):
        return False
    what = "takes out the center of the design"
    findings.add(("exclude", rule.index), what, cure="name a level that the center does not have")
    return True
