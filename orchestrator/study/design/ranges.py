"""The values that a nuisance setting may have: one range for all variants, or several by `when`."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from orchestrator.plan_document import Level
from orchestrator.study.design.factors import Factors, read_combination
from orchestrator.study.parsing.keys import NuisanceKeys
from orchestrator.study.parsing.messages import names, shown
from orchestrator.study.parsing.setting_paths import Setting, settings_in
from orchestrator.study.parsing.validate import cure, read_group
from orchestrator.study.parsing.yaml_text import Findings, KeyPath, dotted
from orchestrator.study.records import Kind, Nuisance

RANGES: tuple[Kind, ...] = ("uniform", "log_uniform", "int_uniform")
KINDS: tuple[Kind, ...] = (*RANGES, "choice")
SPEC = "{uniform: [LOW, HIGH]}, {log_uniform: …}, {int_uniform: …} or {choice: [A, B, …]}"


def read_ranges(
    findings: Findings, place: KeyPath, given: Any, setting: Setting, factors: Factors
) -> list[Nuisance]:
    """The ranges of one setting: a mapping is one, a list has one per group of variants."""
    if not isinstance(given, list):
        found = _read_spec(findings, place, given, setting, factors)
        return [] if found is None else [found]
    if not given:
        findings.add(place, "the list of ranges is empty", f"a list of {SPEC}, each with `when`")
    read = [
        _read_spec(findings, (*place, i), each, setting, factors) for i, each in enumerate(given)
    ]
    for index, each in enumerate(given):
        if isinstance(each, Mapping) and "when" not in each and len(given) > 1:
            what = "a range without `when` is for all variants, and the list has others"
            findings.add((*place, index), what, cure="add when: {FACTOR: LEVEL} to each range")
    return [each for each in read if each is not None]


def _read_spec(
    findings: Findings, place: KeyPath, spec: Any, setting: Setting, factors: Factors
) -> Nuisance | None:
    if not isinstance(spec, Mapping):
        findings.add(place, f"{shown(spec)} is not a range", SPEC)
        return None
    before = len(findings.found)
    text = dotted(place)
    keys = {f"{text}.{name}": key for name, key in settings_in(NuisanceKeys, "").items()}
    unknown = {key: value for key, value in spec.items() if key not in (*KINDS, "when")}
    read_group(findings, place, unknown, keys)
    when = _read_when(findings, (*place, "when"), spec, factors)
    kinds = [kind for kind in KINDS if kind in spec]
    if len(kinds) != 1 and len(findings.found) == before:
        what = f"has {names(kinds)}" if kinds else "has no range"
        findings.add(place, f"{what}; exactly one is required", SPEC, at_key=True)
    if len(findings.found) > before:
        return None
    return _read_kind(findings, (*place, kinds[0]), spec[kinds[0]], kinds[0], setting, when)


def _read_when(
    findings: Findings, place: KeyPath, spec: Mapping[str, Any], factors: Factors
) -> Mapping[str, Level]:
    if "when" not in spec:
        return {}
    if spec["when"] == {}:
        findings.add(
            place, "contains no factor", names(factors), "leave it out to tune all variants"
        )
    return read_combination(findings, place, spec["when"], factors) or {}


def _read_kind(
    findings: Findings,
    place: KeyPath,
    given: Any,
    kind: Kind,
    setting: Setting,
    when: Mapping[str, Level],
) -> Nuisance | None:
    if kind == "choice":
        levels = _read_levels(findings, place, given, setting)
        return Nuisance(setting.path, kind, levels=levels, when=when) if levels else None
    ends = _read_ends(findings, place, given, kind, setting)
    return Nuisance(setting.path, kind, *ends, when=when) if ends else None


def _read_levels(
    findings: Findings, place: KeyPath, given: Any, setting: Setting
) -> tuple[Level, ...] | None:
    if not isinstance(given, list) or len(given) < 2:
        what = f"{shown(given)} is not a choice"
        findings.add(place, what, "a list of at least two values", "write [A, B, …]")
        return None
    read = [_read_value(findings, (*place, i), each, setting) for i, each in enumerate(given)]
    levels = tuple(found[0] for found in read if found)
    for index, found in enumerate(read):
        if found and found[0] in levels[:index] and len(levels) == len(given):
            findings.add((*place, index), f"the value {shown(found[0])} is listed twice")
            return None
    return levels if len(levels) == len(given) else None


def _read_ends(
    findings: Findings, place: KeyPath, given: Any, kind: Kind, setting: Setting
) -> tuple[float, float] | None:
    if not isinstance(given, list) or len(given) != 2 or not all(map(_is_number, given)):
        findings.add(place, f"{shown(given)} is not a range", "two numbers: [LOW, HIGH]")
        return None
    if kind == "log_uniform" and min(given) <= 0:
        index = 0 if given[0] <= 0 else 1
        what = f"{shown(given[index])} has no logarithm"
        cure = "use a lower end above 0, or uniform"
        findings.add((*place, index), what, "numbers above 0", cure)
        return None
    read = [_read_value(findings, (*place, i), each, setting) for i, each in enumerate(given)]
    if not all(read):
        return None
    if given[0] >= given[1]:
        what = f"the range [{given[0]}, {given[1]}] is empty"
        findings.add(place, what, "LOW below HIGH", f"write [{given[1]}, {given[0]}]")
        return None
    return _fitting(findings, place, given, kind, setting)


def _fitting(
    findings: Findings, place: KeyPath, given: Sequence[Any], kind: Kind, setting: Setting
) -> tuple[float, float] | None:
    """The ends, if the setting allows the values between them."""
    low, high = given
    if kind == "int_uniform":
        if all(isinstance(end, int) for end in given):
            return low, high
        findings.add(place, "int_uniform draws whole numbers", cure="use uniform")
        return None
    try:
        setting.read(low + (high - low) * 0.618033)
    except ValidationError:
        what = f"{setting.path} allows {setting.allowed}, but {kind} draws fractional numbers"
        findings.add(place, what, cure=f"write int_uniform: [{low}, {high}]")
        return None
    return float(low), float(high)


def _read_value(
    findings: Findings, place: KeyPath, given: Any, setting: Setting
) -> tuple[Level] | None:
    """The value in the setting's type, in a tuple of one: null is a value too."""
    try:
        return (setting.read(given),)
    except ValidationError:
        what = f"{shown(given)} is not allowed for {setting.path}"
        findings.add(place, what, setting.allowed, cure(given, setting))
        return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
