"""The factors of a study: settings that vary, with their levels."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from orchestrator.plan_document import Level
from orchestrator.study.parsing.consequences import hides_factor, hides_level
from orchestrator.study.parsing.field_words import meant
from orchestrator.study.parsing.messages import names, nearest, plain, shown
from orchestrator.study.parsing.setting_paths import Setting
from orchestrator.study.parsing.validate import cure, keys_below
from orchestrator.study.parsing.yaml_text import Findings, KeyPath

Levels = Mapping[str, Level]  # by dotted path
CONDITIONAL = ("levels", "when")  # keys of a factor that exists with other levels only


@dataclass(frozen=True, slots=True)
class Factor:
    """A setting that varies."""

    setting: Setting
    levels: tuple[Level, ...]  # in canonical form; the design `paired` may repeat some
    when: Levels = field(default_factory=dict)  # levels of other factors that it needs

    def index_of(self, given: Any) -> int:
        """The index of a level, in any spelling; −1 if it is not one."""
        try:
            return self.levels.index(self.setting.read(given))
        except ValueError:  # pydantic's ValidationError is one too
            return -1

    def exists(self, levels: Levels) -> bool:
        """Whether a variant with these levels has a level of this factor."""
        return has_levels(levels, self.when)


Factors = Mapping[str, Factor]


def has_levels(levels: Levels, wanted: Levels) -> bool:
    """Whether a combination of levels has all the wanted ones."""
    return all(path in levels and levels[path] == level for path, level in wanted.items())


def read_factors(
    findings: Findings, given: Any, settings: Mapping[str, Setting], repeats: bool
) -> dict[str, Factor]:
    """The valid levels of every factor, in canonical form.

    repeats: whether a list may contain a level more than once.
    """
    if not isinstance(given, Mapping):
        allowed = "a mapping: dotted path of a setting → list of its levels"
        findings.add(("factors",), f"{shown(given)} is not a mapping", allowed)
        return {}
    if not given:
        example = "model.activation: [sigmoid, tanh]"
        findings.add(("factors",), "a study compares at least one factor", cure=f"add {example}")
    factors: dict[str, Factor] = {}
    for path, entry in given.items():
        if setting := settings.get(path):
            factors[path] = _read_factor(findings, path, entry, setting, factors, repeats)
        else:
            unknown_path(findings, ("factors", path), entry, settings)
    return factors


def _read_factor(
    findings: Findings, path: str, entry: Any, setting: Setting, above: Factors, repeats: bool
) -> Factor:
    place: KeyPath = ("factors", path)
    if not isinstance(entry, Mapping):
        return Factor(setting, _read_levels(findings, place, entry, setting, repeats))
    for key in entry:
        if key not in CONDITIONAL:
            hint = nearest(key, CONDITIONAL)
            what = "there is no such key"
            findings.add((*place, key), what, names(CONDITIONAL), hint, at_key=True)
    levels: tuple[Level, ...] = ()
    if "levels" in entry:
        levels = _read_levels(findings, (*place, "levels"), entry["levels"], setting, repeats)
    else:
        findings.add(place, "`levels` is missing", cure="write {levels: [a, b], when: {…}}")
    if "when" in entry:
        return Factor(setting, levels, _read_when(findings, (*place, "when"), entry["when"], above))
    findings.add(place, "`when` is missing", cure="add it, or write the levels as a list")
    return Factor(setting, levels)


def _read_when(findings: Findings, place: KeyPath, given: Any, above: Factors) -> Levels:
    """Levels of factors that are defined above: no factor can depend on itself."""
    if isinstance(given, Mapping) and not given:
        what = "without levels the factor always exists"
        findings.add(place, what, names(above), "write the levels as a list")
    return read_combination(findings, place, given, above, "is not a factor defined above") or {}


def _read_levels(
    findings: Findings, path: KeyPath, levels: Any, setting: Setting, repeats: bool
) -> tuple[Level, ...]:
    if not isinstance(levels, list):
        findings.add(path, f"{shown(levels)} is not a list of levels", cure="write [a, b, …]")
        return ()
    if not levels:
        findings.add(path, "the list of levels is empty", setting.allowed)
    seen: list[Level] = []
    for index, given in enumerate(levels):
        try:
            level = setting.read(given)
        except ValidationError:
            what = f"{shown(given)} is not allowed"
            findings.add((*path, index), what, setting.allowed, cure(given, setting))
            continue
        if level in seen and not repeats:
            findings.add((*path, index), f"the level {shown(level)} is listed twice")
        seen.append(level)
    return tuple(seen if repeats else dict.fromkeys(seen))


def unknown_path(
    findings: Findings, place: KeyPath, value: Any, settings: Mapping[str, Setting]
) -> None:
    """Reports a path that should vary but is not a setting; it is the last part of `place`."""
    path = str(place[-1])
    below = keys_below((path,), settings)
    if below:
        nested = isinstance(value, Mapping)
        what = "is a group of settings" + ("; factors are dotted paths" if nested else "")
        example = f"{path}.{next(iter(value), below[0]) if nested else below[0]}"
        options = names(f"{path}.{name}" for name in below)
        value_text = "[…]" if place[0] == "factors" else "…"
        findings.add(place, what, options, f"write {example}: {value_text}", at_key=True)
        return
    group = path.rpartition(".")[0]
    siblings = keys_below((group,), settings) if group else []
    options = names(f"{group}.{name}" for name in siblings)
    options = options or f"paths into {names(keys_below((), settings))}"
    hint = _hint(path, settings)
    findings.add(place, "no setting has this path", options, hint, at_key=True)


def _hint(path: str, settings: Mapping[str, Setting]) -> str:
    tail = path.rpartition(".")[2]
    same_name = [known for known in settings if known.endswith(f".{tail}")]
    same_name = same_name or [known for known in meant(tail) if known in settings]
    return f"did you mean {same_name[0]!r}?" if same_name else nearest(path, settings)


def read_combination(
    findings: Findings,
    path: KeyPath,
    given: Any,
    factors: Factors,
    stranger: str = "is not a factor of this study",
) -> dict[str, Level] | None:
    """One level for each of some factors; None if there is any problem.

    stranger: the message for a key that is not one of the factors.
    """
    if not isinstance(given, Mapping):
        findings.add(path, f"{shown(given)} is not a mapping", "factor → one of its levels")
        return None
    combination: dict[str, Level] = {}
    for factor, level in given.items():
        here = (*path, factor)
        if factor not in factors:
            if hides_factor(findings, factor, factors):
                continue
            findings.add(here, stranger, names(factors), nearest(factor, factors), at_key=True)
        elif (index := factors[factor].index_of(level)) < 0:
            if hides_level(findings, factor):
                continue
            levels = factors[factor].levels
            what = f"{shown(level)} is not among the levels of this factor"
            findings.add(here, what, levels_text(levels), nearest(level, levels))
        else:
            combination[factor] = factors[factor].levels[index]
    return combination if len(combination) == len(given) else None


def levels_text(levels: tuple[Level, ...]) -> str:
    return names(dict.fromkeys(map(plain, levels)))


def with_levels(factor: Factor, indices: list[int]) -> Factor:
    """Only these of its levels."""
    return replace(factor, levels=tuple(factor.levels[index] for index in indices))
