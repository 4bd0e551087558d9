"""The factors of a study: settings that vary, with their levels."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from orchestrator.study.parsing.messages import names, nearest, plain, shown
from orchestrator.study.parsing.setting_paths import Leaf
from orchestrator.study.parsing.validate import cure, keys_below
from orchestrator.study.parsing.yaml_text import Findings, Path
from orchestrator.study.records import Level

Levels = Mapping[str, Level]  # by dotted path
CONDITIONAL = ("levels", "when")  # keys of a factor that exists with other levels only


@dataclass(frozen=True, slots=True)
class Factor:
    """A setting that varies."""

    leaf: Leaf
    levels: tuple[Level, ...]  # in canonical form; the design `paired` may repeat some
    when: Levels = field(default_factory=dict)  # levels of other factors without which it has none

    def index_of(self, given: Any) -> int:
        """The place of a level, in whatever spelling; −1 if it is none."""
        try:
            return self.levels.index(self.leaf.read(given))
        except ValueError:  # pydantic's ValidationError is one too
            return -1

    def exists(self, point: Levels) -> bool:
        """Whether a variant with these levels has one of this factor."""
        return all(path in point and point[path] == level for path, level in self.when.items())


Factors = Mapping[str, Factor]


def read_factors(
    findings: Findings, given: Any, settings: Mapping[str, Leaf], repeats: bool
) -> dict[str, Factor]:
    """The levels of every factor in canonical form, those that are wrong left out.

    repeats: whether a level may stand in a list more than once.
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
        if leaf := settings.get(path):
            factors[path] = _read_factor(findings, path, entry, leaf, factors, repeats)
        else:
            unknown_path(findings, ("factors", path), entry, settings)
    return factors


def _read_factor(
    findings: Findings, path: str, entry: Any, leaf: Leaf, above: Factors, repeats: bool
) -> Factor:
    place: Path = ("factors", path)
    if not isinstance(entry, Mapping):
        return Factor(leaf, _read_levels(findings, place, entry, leaf, repeats))
    for key in entry:
        if key not in CONDITIONAL:
            hint = nearest(key, CONDITIONAL)
            what = "there is no such key"
            findings.add((*place, key), what, names(CONDITIONAL), hint, at_key=True)
    levels: tuple[Level, ...] = ()
    if "levels" in entry:
        levels = _read_levels(findings, (*place, "levels"), entry["levels"], leaf, repeats)
    else:
        findings.add(place, "`levels` is missing", cure="write {levels: [a, b], when: {…}}")
    if "when" in entry:
        return Factor(leaf, levels, _read_when(findings, (*place, "when"), entry["when"], above))
    findings.add(place, "`when` is missing", cure="add it, or write the levels as a list")
    return Factor(leaf, levels)


def _read_when(findings: Findings, place: Path, given: Any, above: Factors) -> Levels:
    """Levels of factors that stand above, so that none can wait for itself."""
    if isinstance(given, Mapping) and not given:
        what = "without a level the factor always exists"
        findings.add(place, what, names(above), "write the levels as a list")
    return read_point(findings, place, given, above, "is no factor that stands above") or {}


def _read_levels(
    findings: Findings, path: Path, levels: Any, leaf: Leaf, repeats: bool
) -> tuple[Level, ...]:
    if not isinstance(levels, list):
        findings.add(path, f"{shown(levels)} is not a list of levels", cure="write [a, b, …]")
        return ()
    if not levels:
        findings.add(path, "the list of levels is empty", leaf.allowed)
    seen: list[Level] = []
    for index, given in enumerate(levels):
        try:
            level = leaf.read(given)
        except ValidationError:
            what = f"{shown(given)} is not allowed"
            findings.add((*path, index), what, leaf.allowed, cure(given, leaf))
            continue
        if level in seen and not repeats:
            findings.add((*path, index), f"the level {shown(level)} stands here twice")
        seen.append(level)
    return tuple(seen if repeats else dict.fromkeys(seen))


def unknown_path(findings: Findings, place: Path, value: Any, settings: Mapping[str, Leaf]) -> None:
    """Reports a path that varies, and is no setting; it is the last part of its place."""
    path = str(place[-1])
    below = keys_below((path,), settings)
    if below:
        nested = isinstance(value, Mapping)
        what = "is a group of settings" + (", and factors are dotted paths" if nested else "")
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


def _hint(path: str, settings: Mapping[str, Leaf]) -> str:
    same_name = [known for known in settings if known.endswith(f".{path.rpartition('.')[2]}")]
    return f"did you mean {same_name[0]!r}?" if same_name else nearest(path, settings)


def read_point(
    findings: Findings,
    path: Path,
    given: Any,
    factors: Factors,
    stranger: str = "is not a factor of this study",
) -> dict[str, Level] | None:
    """One level for each of some factors; None if anything is wrong with them.

    stranger: what is said of a key that is none of the factors.
    """
    if not isinstance(given, Mapping):
        findings.add(path, f"{shown(given)} is not a mapping", "factor → one of its levels")
        return None
    point: dict[str, Level] = {}
    for factor, level in given.items():
        here = (*path, factor)
        if factor not in factors:
            findings.add(here, stranger, names(factors), nearest(factor, factors), at_key=True)
        elif (index := factors[factor].index_of(level)) < 0:
            levels = factors[factor].levels
            what = f"{shown(level)} is not among the levels of this factor"
            findings.add(here, what, levels_text(levels), nearest(level, levels))
        else:
            point[factor] = factors[factor].levels[index]
    return point if len(point) == len(given) else None


def levels_text(levels: tuple[Level, ...]) -> str:
    return names(dict.fromkeys(map(plain, levels)))


def with_levels(factor: Factor, indices: list[int]) -> Factor:
    """Only these of its levels."""
    return replace(factor, levels=tuple(factor.levels[index] for index in indices))
