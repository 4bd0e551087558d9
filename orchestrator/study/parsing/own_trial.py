"""`trial` and `metrics`: a study whose trials are a function or command of the user's own."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from orchestrator.models.catalogue import Metric
from orchestrator.models.own.importing import FORM
from orchestrator.study.parsing.keys import MetricKeys
from orchestrator.study.parsing.messages import names, shown
from orchestrator.study.parsing.own_command import COMMAND, check_reading
from orchestrator.study.parsing.raw_factors import varied
from orchestrator.study.parsing.setting_paths import name_path, settings_in
from orchestrator.study.parsing.validate import read_group
from orchestrator.study.parsing.yaml_text import Findings, KeyPath
from orchestrator.study.records import LOOP_SECTIONS, TRIAL, DeclaredMetric

METRICS = "metrics"
FORM_OF_NAME = "<split>/<name>, such as test/accuracy"
TAKEN = ("answers", "solved")
"""Names that orch itself gives to what its loop measures, with a meaning of their own."""
EXAMPLE = "test/accuracy: {direction: maximize, unit: share}"


def is_own(given: Mapping[str, Any]) -> bool:
    """Whether the trials of a file are the user's own, and not those of orch's loop."""
    return TRIAL in given


def has_command(given: Mapping[str, Any]) -> bool:
    trial = given.get(TRIAL)
    return isinstance(trial, Mapping) and COMMAND in trial


def check_form(findings: Findings, given: Mapping[str, Any]) -> None:
    """What belongs to orch's own loop has no meaning beside `trial`, and `metrics` none without."""
    if not is_own(given):
        if METRICS in given:
            what = "declares what a trial of your own reports; a task has its own metrics"
            findings.add((METRICS,), what, cure="remove it, or write `trial`", at_key=True)
        return
    for key in (key for key in (*LOOP_SECTIONS, "keep") if key in given):
        what = f"cannot be combined with `{TRIAL}`, which trains and measures by itself"
        findings.add((key,), what, cure=f"remove {key}, or {TRIAL} and {METRICS}", at_key=True)
    _check_named(findings, given)


def _check_named(findings: Findings, given: Mapping[str, Any]) -> None:
    trial = given[TRIAL]
    if not isinstance(trial, Mapping):
        return  # reported where its settings are read
    if COMMAND in trial and "function" in trial:
        what = "cannot be combined with `command`"
        findings.add((TRIAL, "function"), what, cure="remove one of the two", at_key=True)
    if COMMAND in trial:
        return
    named: list[tuple[KeyPath, Any]] = varied(given, name_path(TRIAL))
    if "function" in trial:
        named.append(((TRIAL, "function"), trial["function"]))
    for place, name in named:
        _check_name(findings, place, name)
    if not named:
        cure = f"add function: {FORM}, or command: [python, train.py, …]"
        findings.add((TRIAL,), "it names no function and no command", cure=cure, at_key=True)


def _check_name(findings: Findings, place: KeyPath, name: Any) -> None:
    if not isinstance(name, str) or ":" not in name:
        cure = "write my_training:train, for the function train in my_training.py"
        findings.add(place, f"{shown(name)} names no function", FORM, cure)


def read_metrics(findings: Findings, given: Mapping[str, Any]) -> tuple[DeclaredMetric, ...]:
    """The valid declarations, in the order of the file; reports the others."""
    declared = given.get(METRICS, {})
    if not isinstance(declared, Mapping) or not declared:
        if METRICS in given:
            what = "declares no metric" if declared in ({}, None) else f"{shown(declared)}"
            findings.add((METRICS,), what, "name → {direction, unit}", f"write {EXAMPLE}")
        return ()
    command = has_command(given)
    read = [_read(findings, name, entry, command=command) for name, entry in declared.items()]
    found = tuple(each for each in read if each is not None)
    for index, each in enumerate(found):
        _check_alike(findings, each, found[:index])
    return found


def _read(findings: Findings, name: Any, entry: Any, *, command: bool) -> DeclaredMetric | None:
    place: KeyPath = (METRICS, name)
    before = len(findings.found)
    split, _, rest = str(name).partition("/")
    for problem in _misnamed(split, rest):
        findings.add(place, problem, FORM_OF_NAME, at_key=True)
    if not isinstance(entry, Mapping):
        findings.add(place, f"{shown(entry)} is not a mapping", "{direction, unit}", EXAMPLE)
        return None
    keys = {f"metrics.{name}.{key}": each for key, each in settings_in(MetricKeys, "").items()}
    read = read_group(findings, place, entry, keys)
    for key, allowed in (("direction", "maximize, minimize"), ("unit", "share, nat, s, …")):
        if key not in entry:
            what = f"the {key} is missing: orch never guesses it from the name"
            findings.add(place, what, allowed, f"add {key}: …", at_key=True)
    check_reading(findings, str(name), entry, command=command)
    if len(findings.found) > before:
        return None
    metric = Metric(rest, read["direction"], read["unit"], read.get("meaning", ""))
    how = {key: read[key] for key in ("pattern", "file", "key", "scale") if key in read}
    return DeclaredMetric(split, metric, **how)


def _misnamed(split: str, name: str) -> Iterator[str]:
    if not re.fullmatch(r"[A-Za-z][\w-]*", split) or not re.fullmatch(r"[A-Za-z][\w@.-]*", name):
        yield "is not the name of a metric on a split of the data"
    elif name in TAKEN or name.startswith("baseline_"):
        yield f"{name!r} is a name with a meaning of its own in orch: choose another"


def _check_alike(
    findings: Findings, declared: DeclaredMetric, above: tuple[DeclaredMetric, ...]
) -> None:
    """A metric means the same on every split, so that a report can draw them in one figure."""
    one = declared.metric
    other = next((each for each in above if each.metric.name == one.name), None)
    if other is None or (one.direction, one.unit) == (other.metric.direction, other.metric.unit):
        return
    given = names(f"{each.name}: {each.metric.direction}, {each.metric.unit}"
                  for each in (other, declared))  # fmt: skip
    what = "has another direction or unit than the same metric on another split"
    findings.add((METRICS, declared.name), what, given, "give one of them another name", True)
