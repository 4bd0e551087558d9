"""`exclude`: combinations that a study leaves out, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.study.design.designs import VARIANTS, Design
from orchestrator.study.design.factors import Factors, Levels, read_point
from orchestrator.study.parsing.keys import Exclude
from orchestrator.study.parsing.messages import names, shown
from orchestrator.study.parsing.setting_paths import leaves
from orchestrator.study.parsing.validate import read_group
from orchestrator.study.parsing.yaml_text import Findings, Path


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of `exclude`."""

    index: int
    when: Levels
    reason: str

    def matches(self, point: Levels) -> bool:
        """Whether the point has all levels of the rule."""
        return all(path in point and point[path] == level for path, level in self.when.items())


def read_rules(findings: Findings, given: Any, design: Design) -> list[Rule]:
    """The entries of `exclude` that make sense."""
    if not isinstance(given, list):
        allowed = "a list of {when: {PATH: LEVEL, …}, reason: TEXT}"
        findings.add(("exclude",), f"{shown(given)} is not a list", allowed)
        return []
    if given and design.name == VARIANTS:
        what = "variants that are listed by name are not excluded by their levels"
        findings.add(("exclude",), what, cure="remove the variant, and this", at_key=True)
        return []
    read = (_read_rule(findings, i, entry, design.factors) for i, entry in enumerate(given))
    rules = [rule for rule in read if rule is not None]
    return [rule for rule in rules if not _takes_center(findings, rule, design)]


def _read_rule(findings: Findings, index: int, entry: Any, factors: Factors) -> Rule | None:
    path: Path = ("exclude", index)
    if not isinstance(entry, Mapping):
        findings.add(
            path, f"{shown(entry)} is not a mapping", "{when: {PATH: LEVEL}, reason: TEXT}"
        )
        return None
    keys = {f"exclude[{index}].{key}": leaf for key, leaf in leaves(Exclude, "").items()}
    others = {key: value for key, value in entry.items() if key != "when"}
    reason = read_group(findings, path, others, keys).get("reason", "")
    if "reason" not in entry:
        findings.add(path, "a reason is missing", cure="add reason: why these are left out")
    if "when" not in entry:
        findings.add(path, "`when` is missing", cure="add when: {PATH: LEVEL}")
    elif not entry["when"]:
        findings.add((*path, "when"), "without a level it excludes everything", names(factors))
    elif (when := read_point(findings, (*path, "when"), entry["when"], factors)) is not None:
        return Rule(index, when, reason)
    return None


def _takes_center(findings: Findings, rule: Rule, design: Design) -> bool:
    if not design.center or not rule.matches(design.center):
        return False
    what = "takes out the center, around which everything varies"
    findings.add(("exclude", rule.index), what, cure="name a level that is not the center's")
    return True
