"""Factors × base settings → variants; combinations that contradict themselves are reported."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from pydantic import ValidationError

from models.settings import Settings
from orchestrator.study.base import Base
from orchestrator.study.describe import names, plain
from orchestrator.study.document import Findings, Path, put
from orchestrator.study.factors import Factors, Rule
from orchestrator.study.records import Exclusion, Level, TrialSettings, Variant
from orchestrator.study.vocabulary import SECTIONS, classes

Levels = tuple[Level, ...]
Clash = tuple[Path, str]  # where in the settings, and what does not go together


@dataclass
class _Section:
    """Builds the settings of one section, once for each combination of its own factors."""

    name: str
    base: Mapping[str, Any]
    factors: Sequence[tuple[int, Path]]  # place in the study's factors, path inside the section
    built: dict[Levels, Settings | list[Clash]] = field(default_factory=dict)
    seen: dict[str, Levels] = field(default_factory=dict)  # settings as JSON → their levels

    def build(self, levels: Levels) -> Settings | list[Clash]:
        own = tuple(levels[index] for index, _ in self.factors)
        if own not in self.built:
            self.built[own] = self._build(own)
        return self.built[own]

    def _build(self, own: Levels) -> Settings | list[Clash]:
        values = deepcopy(dict(self.base))
        for (_, path), level in zip(self.factors, own, strict=True):
            put(values, path, level)
        (kind,) = classes(self.name, [values.get("name")])
        try:
            settings = kind.model_validate(values)
        except ValidationError as error:
            return [_clash(self.name, entry) for entry in error.errors()]
        same = self.seen.setdefault(settings.model_dump_json(), own)
        return settings if same == own else [((self.name,), self._same(same, own))]

    def _same(self, one: Levels, other: Levels) -> str:
        """Two combinations that mean the same would be one variant under two names."""
        paths = [".".join(map(str, (self.name, *path))) for _, path in self.factors]
        apart = [both for both in zip(paths, one, other, strict=True) if both[1] != both[2]]
        texts = [names(f"{both[0]}={plain(both[i])}" for both in apart) for i in (1, 2)]
        return f"{' and '.join(texts)} resolve to the same settings"


def _clash(section: str, entry: Mapping[str, Any]) -> Clash:
    text = str(entry["msg"]).removeprefix("Value error, ")
    if entry["type"] == "extra_forbidden":
        text = f"the {section} of this variant has no such setting"
    return (section, *entry["loc"]), text


def expand(
    findings: Findings, base: Base, factors: Factors, rules: Sequence[Rule]
) -> tuple[tuple[Variant, ...], tuple[Exclusion, ...]]:
    """Every combination that no rule excludes, and what each rule took out."""
    sections = [_section(name, base, factors) for name in SECTIONS if name in base.sound]
    paths = tuple(factors)
    taken: dict[int, list[str]] = {rule.index: [] for rule in rules}
    clashes: dict[Clash, list[str]] = {}
    found: list[tuple[Levels, str, TrialSettings]] = []
    matches = [_matcher(rule, paths) for rule in rules]
    for levels, label in _combinations(factors):
        excluding = next(
            (r for r, match in zip(rules, matches, strict=True) if match(levels)), None
        )
        if excluding is not None:
            taken[excluding.index].append(label)
            continue
        settings = {section.name: section.build(levels) for section in sections}
        for clash in [c for built in settings.values() if isinstance(built, list) for c in built]:
            clashes.setdefault(clash, []).append(label)
        if not clashes and len(settings) == len(SECTIONS):
            found.append((levels, label, TrialSettings(**settings)))  # type: ignore[arg-type]
    _report(findings, clashes, factors)
    exclusions = [Exclusion(rule.when, rule.reason, tuple(taken[rule.index])) for rule in rules]
    return tuple(_variants(paths, found)), tuple(exclusions)


def _section(name: str, base: Base, factors: Factors) -> _Section:
    own = [
        (index, tuple(path.split(".")[1:]))
        for index, path in enumerate(factors)
        if path.startswith(f"{name}.")
    ]
    return _Section(name, base.sections[name], own)


def _matcher(rule: Rule, paths: tuple[str, ...]) -> Callable[[Levels], bool]:
    wanted = [(paths.index(path), level) for path, level in rule.when.items()]
    return lambda levels: all(levels[index] == level for index, level in wanted)


def _combinations(factors: Factors) -> Iterator[tuple[Levels, str]]:
    """Levels in the order of the factors, and the label made of them."""
    short = short_names(tuple(factors))
    texts = [
        [f"{short[path]}={plain(level)}" for level in factor.levels]
        for path, factor in factors.items()
    ]
    for levels, parts in zip(
        product(*(factor.levels for factor in factors.values())), product(*texts), strict=True
    ):
        yield levels, " ".join(parts)


def short_names(paths: tuple[str, ...]) -> dict[str, str]:
    """The shortest end of each path that no other path shares: model.init.scale → scale."""
    return {path: next(s for s in _suffixes(path) if _is_unique(s, paths)) for path in paths}


def _suffixes(path: str) -> Iterator[str]:
    parts = path.split(".")
    return (".".join(parts[start:]) for start in reversed(range(len(parts))))


def _is_unique(suffix: str, paths: tuple[str, ...]) -> bool:
    return sum(f".{path}".endswith(f".{suffix}") for path in paths) == 1


def _variants(
    paths: tuple[str, ...], found: list[tuple[Levels, str, TrialSettings]]
) -> Iterator[Variant]:
    by_path = [dict(zip(paths, levels, strict=True)) for levels, _, _ in found]
    for levels, name, (_, label, settings) in zip(by_path, _ids(by_path), found, strict=True):
        yield Variant(name, label, levels, settings)


def _ids(combinations: list[dict[str, Level]]) -> list[str]:
    """8 hex digits each, more only where two variants of the study would share them."""
    digests = [
        hashlib.sha256(json.dumps(levels, sort_keys=True).encode()).hexdigest()
        for levels in combinations
    ]
    digits = 8
    while len({digest[:digits] for digest in digests}) < len(digests):
        digits += 4
    return [digest[:digits] for digest in digests]


def _report(findings: Findings, clashes: Mapping[Clash, list[str]], factors: Factors) -> None:
    for (path, what), labels in clashes.items():
        own = [name for name in factors if name.startswith(f"{path[0]}.")]
        exact = ".".join(map(str, path))
        if not own:
            findings.add(path, what)
            continue
        others = f" and {len(labels) - 1} more" if len(labels) > 1 else ""
        text = f"{exact}: {what} (in the variant {labels[0]}{others})"
        factor = exact if exact in factors else own[-1]
        place = ("factors", factor) if len(path) == 1 or exact in factors else path
        findings.add_at(findings.document.place(place), text)
