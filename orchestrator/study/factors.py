"""The factors of a study: their levels, what `--only` keeps of them, what `exclude` takes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from orchestrator.study.describe import names, nearest, plain, shown
from orchestrator.study.document import Findings, Path
from orchestrator.study.file import Exclude
from orchestrator.study.overrides import Edits, Flag
from orchestrator.study.reading import cure, keys_below, read_group
from orchestrator.study.records import Level
from orchestrator.study.vocabulary import Leaf, leaves


@dataclass(frozen=True, slots=True)
class Factor:
    """A setting that varies."""

    leaf: Leaf
    levels: tuple[Level, ...]  # in canonical form

    def index_of(self, given: Any) -> int:
        """The place of a level, in whatever spelling; −1 if it is none."""
        try:
            return self.levels.index(self.leaf.read(given))
        except ValueError:  # pydantic's ValidationError is one too
            return -1


Factors = dict[str, Factor]


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of `exclude`."""

    index: int
    when: Mapping[str, Level]
    reason: str


def read_factors(findings: Findings, given: Any, settings: Mapping[str, Leaf]) -> Factors:
    """The levels of every factor in canonical form, those that are wrong left out."""
    if not isinstance(given, Mapping):
        allowed = "a mapping: dotted path of a setting → list of its levels"
        findings.add(("factors",), f"{shown(given)} is not a mapping", allowed)
        return {}
    if not given:
        example = "model.activation: [sigmoid, tanh]"
        findings.add(("factors",), "a study compares at least one factor", cure=f"add {example}")
    factors: Factors = {}
    for path, levels in given.items():
        if leaf := settings.get(path):
            read = _read_levels(findings, ("factors", path), levels, leaf)
            factors[path] = Factor(leaf, read)
        else:
            _unknown_factor(findings, path, levels, settings)
    return factors


def _read_levels(findings: Findings, path: Path, levels: Any, leaf: Leaf) -> tuple[Level, ...]:
    if not isinstance(levels, list):
        findings.add(path, f"{shown(levels)} is not a list of levels", cure="write [a, b, …]")
        return ()
    if not levels:
        findings.add(path, "the list of levels is empty", leaf.allowed)
    seen: dict[Level, int] = {}
    for index, given in enumerate(levels):
        try:
            level = leaf.read(given)
        except ValidationError:
            what = f"{shown(given)} is not allowed"
            findings.add((*path, index), what, leaf.allowed, cure(given, leaf))
            continue
        if level in seen:
            findings.add((*path, index), f"the level {shown(level)} stands here twice")
        seen.setdefault(level, index)
    return tuple(seen)


def _unknown_factor(
    findings: Findings, path: str, levels: Any, settings: Mapping[str, Leaf]
) -> None:
    below = keys_below((path,), settings)
    if below:
        nested = isinstance(levels, Mapping)
        what = "is a group of settings" + (", and factors are dotted paths" if nested else "")
        example = f"{path}.{next(iter(levels), below[0]) if nested else below[0]}"
        options = names(f"{path}.{name}" for name in below)
        findings.add(("factors", path), what, options, f"write {example}: […]", at_key=True)
        return
    group = path.rpartition(".")[0]
    siblings = keys_below((group,), settings) if group else []
    options = names(f"{group}.{name}" for name in siblings)
    options = options or f"paths into {names(keys_below((), settings))}"
    hint = _hint(path, settings)
    findings.add(("factors", path), "no setting has this path", options, hint, at_key=True)


def _hint(path: str, settings: Mapping[str, Leaf]) -> str:
    same_name = [known for known in settings if known.endswith(f".{path.rpartition('.')[2]}")]
    return f"did you mean {same_name[0]!r}?" if same_name else nearest(path, settings)


def keep_only(findings: Findings, flags: list[Flag], factors: Factors, edits: Edits) -> Factors:
    """The factors with the levels that `--only` names; without flags, all of them."""
    wanted: dict[str, set[int]] = {}
    for flag in flags:
        if flag.path not in factors:
            cure = nearest(flag.path, factors) or "fix a setting that is no factor with --set"
            findings.add_at(flag.place, f"{flag.path} is not a factor", names(factors), cure)
        elif (index := factors[flag.path].index_of(flag.value)) < 0:
            levels = factors[flag.path].levels
            what = f"{shown(flag.value)} is not a level of {flag.path}"
            findings.add_at(flag.place, what, levels_text(levels), nearest(flag.value, levels))
        else:
            wanted.setdefault(flag.path, set()).add(index)
    kept = {path: sorted(indices) for path, indices in wanted.items()}
    edits.kept.update({("factors", path): indices for path, indices in kept.items()})
    return factors | {path: _only(factors[path], indices) for path, indices in kept.items()}


def _only(factor: Factor, indices: list[int]) -> Factor:
    return Factor(factor.leaf, tuple(factor.levels[index] for index in indices))


def levels_text(levels: Sequence[Level]) -> str:
    return names(map(plain, levels))


def read_rules(findings: Findings, given: Any, factors: Factors) -> list[Rule]:
    """The entries of `exclude` that make sense."""
    if not isinstance(given, list):
        allowed = "a list of {when: {PATH: LEVEL, …}, reason: TEXT}"
        findings.add(("exclude",), f"{shown(given)} is not a list", allowed)
        return []
    rules = [_read_rule(findings, index, entry, factors) for index, entry in enumerate(given)]
    return [rule for rule in rules if rule is not None]


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


def read_point(
    findings: Findings, path: Path, given: Any, factors: Factors
) -> dict[str, Level] | None:
    """One level for each of some factors; None if anything is wrong with them."""
    if not isinstance(given, Mapping):
        findings.add(path, f"{shown(given)} is not a mapping", "factor → one of its levels")
        return None
    point: dict[str, Level] = {}
    for factor, level in given.items():
        here = (*path, factor)
        if factor not in factors:
            hint = nearest(factor, factors)
            findings.add(here, "is not a factor of this study", names(factors), hint, at_key=True)
        elif (index := factors[factor].index_of(level)) < 0:
            levels = factors[factor].levels
            what = f"{shown(level)} is not among the levels of this factor"
            findings.add(here, what, levels_text(levels), nearest(level, levels))
        else:
            point[factor] = factors[factor].levels[index]
    return point if len(point) == len(given) else None
