"""`trial.command`: its words, and that every setting has a place in them."""

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from orchestrator.models.settings.own_trial import REVISION
from orchestrator.study.parsing.messages import names, nearest, shown
from orchestrator.study.parsing.raw_factors import place_of
from orchestrator.study.parsing.yaml_text import Findings, KeyPath
from orchestrator.study.placeholders import PROVIDED, placeholders
from orchestrator.study.records import TRIAL, DeclaredMetric

COMMAND, FILES = "command", "files"
FIXED_ONLY = tuple(f"{TRIAL}.{key}" for key in (COMMAND, FILES, "timeout_minutes", "repository"))
"""The same for all variants; a script that differs is a setting, `[python, "{script}"]`."""
PLACE: KeyPath = (TRIAL, COMMAND)


def check_command(
    findings: Findings,
    given: Mapping[str, Any],
    settings: Iterable[str],
    metrics: Iterable[DeclaredMetric],
    homes: Mapping[str, Path],
) -> None:
    """Reports placeholders that mean nothing, settings without effect, and what is not there.

    settings: paths of all that the file sets, varies or tunes.
    homes: where the command runs, by revision; by an empty name that of the study file.
    """
    words = given[TRIAL].get(COMMAND)
    if not isinstance(words, list) or not words or findings.has(PLACE):
        return  # reported where it is read
    used_by_orch = (*FIXED_ONLY, f"{TRIAL}.{REVISION}")
    own = [path.removeprefix(f"{TRIAL}.") for path in settings if path not in used_by_orch]
    used, unknown = set[str](), set[str]()
    texts = {(*PLACE, index): str(word) for index, word in enumerate(words)}
    texts |= {("metrics", each.name, "file"): each.file for each in metrics if each.file}
    for place, text in texts.items():
        found = set(_checked(findings, place, text, own))
        used |= found
        unknown |= {name for name in found if name not in (*own, *PROVIDED)}
    for name in own if not unknown else ():  # which may be one of them, misspelt
        _check_used(findings, name, used)
    for revision, home in homes.items():
        where = f" in the revision {revision}" if revision else ""
        _check_there(findings, str(words[0]), home, where)
        _check_files(findings, given[TRIAL].get(FILES, []), home, where)
    _check_everywhere(findings, words, homes)


def _checked(findings: Findings, place: KeyPath, text: str, own: list[str]) -> Iterator[str]:
    try:
        found = placeholders(text)
    except ValueError as error:
        findings.add(place, f"{shown(text)}: {error}", cure="write {{ and }} for braces")
        return
    for name in found:
        yield name
        if name not in (*own, *PROVIDED):
            known = [*own, *PROVIDED]
            hint = nearest(name, known) or f"add {name}: … to trial"
            findings.add(place, f"there is no setting {{{name}}}", names(known), hint)


def _check_used(findings: Findings, name: str, used: set[str]) -> None:
    place = place_of(findings.document, [f"{TRIAL}.{name}"], "") or (TRIAL, *name.split("."))
    if name in PROVIDED:
        what = f"{name} is a name that orch itself gives a value"
        findings.add(place, what, cure="rename it", at_key=True)
    elif name not in used and "settings" not in used:
        what = "has no effect: the command has no such placeholder"
        cure = f'add "--{name}={{{name}}}" to the command, or "{{settings}}", a file with all'
        findings.add(place, what, cure=cure, at_key=True)


def _check_everywhere(findings: Findings, words: Iterable[Any], homes: Mapping[str, Path]) -> None:
    """A script that some revisions have, and others have not."""
    for index, word in enumerate(map(str, words)):
        lacking = [name for name, home in homes.items() if not (home / word).is_file()]
        if index and 0 < len(lacking) < len(homes):
            findings.add((*PLACE, index), f"there is no {word} in the revision {names(lacking)}")


def _check_there(findings: Findings, program: str, home: Path, where: str) -> None:
    if "{" in program or shutil.which(program) or os.access(home / program, os.X_OK):
        return
    is_file = (home / program).is_file()
    what = f"{program} is not executable" if is_file else f"there is no program {program}"
    cure = f"chmod +x {program}, or write its interpreter first" if is_file else ""
    allowed = "a program in PATH, or a file"
    findings.add((*PLACE, 0), f"{what}{where}", allowed, cure or _interpreter(program))


def _interpreter(program: str) -> str:
    return "write {python}: the Python of orch" if program.startswith("python") else ""


def _check_files(findings: Findings, given: Any, home: Path, where: str) -> None:
    for index, pattern in enumerate(given if isinstance(given, list) else []):
        if not isinstance(pattern, str):
            continue  # reported where it is read
        absolute = pattern.startswith(("/", "~"))
        if absolute or not any(path.is_file() for path in home.glob(pattern)):
            what = "is no path below the study's folder" if absolute else f"matches no file{where}"
            findings.add((TRIAL, FILES, index), f"{pattern} {what}", f"files in {home}")


def check_reading(findings: Findings, name: str, read: Mapping[str, Any], *, command: bool) -> None:
    """How a metric of a command is read; a function reports its metrics."""
    place: KeyPath = ("metrics", name)
    ways = [key for key in ("pattern", "file") if read.get(key) is not None]
    if not command:
        for key in (key for key in ("pattern", "file", "key", "scale") if key in read):
            what = "is for a command: a function reports its metrics"
            findings.add((*place, key), what, cure="remove it", at_key=True)
    elif len(ways) != 1:
        what = "has both a pattern and a file" if ways else "nothing says where it is read"
        allowed = "pattern, for the output; or file and key"
        findings.add(place, what, allowed, r"add pattern: 'accuracy: (\S+)'", at_key=True)
    elif (ways == ["file"]) != ("key" in read):
        what = "a file needs a key" if ways == ["file"] else "a pattern has no key"
        findings.add(place, what, "file and key, or pattern", at_key=True)
    elif ways == ["pattern"]:
        _check_pattern(findings, (*place, "pattern"), read["pattern"])
    elif Path(read["file"]).suffix not in SUFFIXES:
        findings.add((*place, "file"), f"{read['file']} has no known kind", names(SUFFIXES))


SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv")


def _check_pattern(findings: Findings, place: KeyPath, pattern: str) -> None:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        findings.add(place, f"is no regular expression: {error}")
        return
    if not groups:
        cure = r"put the number in parentheses: 'accuracy: (\S+)'"
        findings.add(place, f"{shown(pattern)} has no group", cure=cure)
