"""Designs: how the factors of a study are combined into variants."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import get_args

from orchestrator.plan_document import Level
from orchestrator.study.design.factors import Factor, Factors, Levels
from orchestrator.study.parsing.keys import DesignName
from orchestrator.study.parsing.messages import plain
from orchestrator.study.parsing.setting_paths import Setting

DESIGNS: tuple[str, ...] = get_args(DesignName)
VARIANTS = "variants"  # the design of a study that lists its variants by name


@dataclass(frozen=True, slots=True)
class Combination:
    """The levels and the label of one variant."""

    levels: Levels  # by path, in the order of the study's factors
    label: str


@dataclass(frozen=True, slots=True)
class Design:
    """Factors, and how they are combined into variants."""

    name: str = "factorial"
    factors: Factors = field(default_factory=dict)
    center: Levels = field(default_factory=dict)  # of one_at_a_time
    named: Mapping[str, Levels] = field(default_factory=dict)  # of variants: name → its settings

    @property
    def has_one_baseline(self) -> bool:
        """Whether all variants are compared with the same one."""
        return self.name != "factorial"

    def keeping(self, names: Collection[str]) -> "Design":
        """Only these of the variants that are listed by name."""
        named = {name: levels for name, levels in self.named.items() if name in names}
        settings = {path: factor.setting for path, factor in self.factors.items()}
        return replace(self, factors=factors_of(named, settings), named=named)

    def levels_of(self, path: str) -> tuple[Level, ...]:
        """The levels of a setting; none if it does not vary."""
        return self.factors[path].levels if path in self.factors else ()

    def combinations(self) -> Iterator[Combination]:
        """All variants, including those that `exclude` takes out."""
        if self.name == VARIANTS:
            return (Combination(levels, name) for name, levels in self.named.items())
        short = short_names(tuple(self.factors))
        return (Combination(levels, _label(levels, short)) for levels in self._levels())

    def _levels(self) -> Iterator[Levels]:
        if self.name == "one_at_a_time":
            return around(self.factors, self.center)
        return zipped(self.factors) if self.name == "paired" else crossed(self.factors)


def factors_of(named: Mapping[str, Levels], settings: Mapping[str, Setting]) -> Factors:
    """Every path that a variant sets, with the levels that the variants give it."""
    paths = dict.fromkeys(path for levels in named.values() for path in levels)
    return {path: Factor(settings[path], _levels_of(named, path)) for path in paths}


def _levels_of(named: Mapping[str, Levels], path: str) -> tuple[Level, ...]:
    return tuple(dict.fromkeys(levels[path] for levels in named.values() if path in levels))


def crossed(factors: Factors) -> Iterator[Levels]:
    """Every level with every other; the last factor changes first."""
    combinations: Iterator[Levels] = iter([{}] if factors else [])
    for path, factor in factors.items():
        combinations = _each(combinations, path, factor)
    return combinations


def _each(combinations: Iterable[Levels], path: str, factor: Factor) -> Iterator[Levels]:
    for levels in combinations:
        if factor.exists(levels):
            yield from ({**levels, path: level} for level in factor.levels)
        else:
            yield levels


def around(factors: Factors, center: Levels) -> Iterator[Levels]:
    """The center, then each other level of each factor with all else as in the center."""
    yield _existing(factors, center)
    for path, factor in factors.items():
        for level in factor.levels:
            if level != center[path]:
                yield _existing(factors, {**center, path: level})


def _existing(factors: Factors, levels: Levels) -> Levels:
    """Only the levels of factors that exist in this combination."""
    existing: dict[str, Level] = {}
    for path, factor in factors.items():
        if factor.exists(existing):
            existing[path] = levels[path]
    return existing


def zipped(factors: Factors) -> Iterator[Levels]:
    """The first levels of all factors, the second levels, and so on."""
    for levels in zip(*(factor.levels for factor in factors.values()), strict=True):
        yield dict(zip(factors, levels, strict=True))


def _label(levels: Levels, short: Mapping[str, str]) -> str:
    return " ".join(f"{short[path]}={plain(level)}" for path, level in levels.items())


def short_names(paths: tuple[str, ...]) -> dict[str, str]:
    """The shortest end of each path that no other path shares: model.init.scale → scale.

    task.name and model.name are just the task and the model.
    """
    every = tuple(path.removesuffix(".name") for path in paths)
    return {path: _shortest(short, every) for path, short in zip(paths, every, strict=True)}


def _shortest(path: str, every: tuple[str, ...]) -> str:
    return next(suffix for suffix in _suffixes(path) if _is_unique(suffix, every))


def _suffixes(path: str) -> Iterator[str]:
    parts = path.split(".")
    return (".".join(parts[start:]) for start in reversed(range(len(parts))))


def _is_unique(suffix: str, paths: tuple[str, ...]) -> bool:
    return sum(f".{path}".endswith(f".{suffix}") for path in paths) == 1
