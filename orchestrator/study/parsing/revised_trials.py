"""The settings of a trial in each revision: a function may have other parameters in each."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestrator.models.own.entries import own_entry
from orchestrator.models.own.errors import OwnCodeError
from orchestrator.models.settings.own import Checkout, OwnCode
from orchestrator.models.settings.own_trial import OwnCommand, OwnTrial, command_class
from orchestrator.study.parsing.custom_code import names_of_own
from orchestrator.study.parsing.own_command import COMMAND
from orchestrator.study.parsing.own_trial import has_command
from orchestrator.study.parsing.revisions import Revisions
from orchestrator.study.parsing.yaml_text import Findings
from orchestrator.study.records import TRIAL

RevisedTrials = Mapping[tuple[str, str], type[OwnTrial]]
"""(name of the function, or nothing for a command; revision) → class of its settings."""


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """As the entry of a function, which its name has."""

    settings: type[OwnCommand]


def read_revised(
    findings: Findings,
    given: Mapping[str, Any],
    revisions: Revisions,
    folders: tuple[Path, ...],
) -> tuple[dict[str, dict[str, Any]], RevisedTrials]:
    """As `read_own_code`, of the section `trial` in the first revision, and in each.

    Reports functions that a revision does not have.
    """
    if has_command(given):
        commands: dict[tuple[str, str], type[OwnTrial]] = {
            ("", name): command_class(each.home, each) for name, each in revisions.checkouts.items()
        }
        plain = command_class(folders[0])
        return {TRIAL: {COMMAND: CommandEntry(plain)}}, commands
    found: dict[str, Any] = {}
    kinds: dict[tuple[str, str], type[OwnTrial]] = {}
    for _, place, name in names_of_own(given, (TRIAL,)):
        if name in found:
            continue
        before = len(findings.found)
        entry: Any = None
        for revision, each in revisions.checkouts.items():
            here = tuple(dict.fromkeys((each.home, *_below(each, folders[1:]), *each.installed)))
            try:
                entry = own_entry(TRIAL, OwnCode(name, here, each))
                kinds[name, revision] = entry.settings
            except OwnCodeError as error:
                what = f"{error.what} (in the revision {revision})"
                findings.add(place, what, error.allowed, error.cure)
        found[name] = entry if len(findings.found) == before else None
    return {TRIAL: found}, kinds


def _below(checkout: Checkout, folders: tuple[Path, ...]) -> list[Path]:
    """The same folders of the repository in the checkout, of those that are in it."""
    root = checkout.repository
    return [checkout.root / f.relative_to(root) for f in folders if f.is_relative_to(root)]
