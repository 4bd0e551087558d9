"""Designs: how the factors of a study are combined into variants."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from orchestrator.study.design.factors import Factor, Factors, Levels
from orchestrator.study.parsing.messages import plain
from orchestrator.study.parsing.setting_paths import Leaf
from orchestrator.study.records import Level

DesignName = Literal["factorial", "one_at_a_time", "paired"]
DESIGNS: tuple[str, ...] = get_args(DesignName)
VARIANTS = "variants"  # the design of a study that lists its variants by name


@dataclass(frozen=True, slots=True)
class Point:
    """What a design says of one variant."""

    levels: Levels  # of the factors that it sets, in the order of the study's
    label: str


@dataclass(frozen=True, slots=True)
class Design:
    """Factors, and what combines them."""

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
        leaves = {path: factor.leaf for path, factor in self.factors.items()}
        return replace(self, factors=factors_of(named, leaves), named=named)

    def points(self) -> Iterator[Point]:
        """The variants, with those that rules exclude."""
        if self.name == VARIANTS:
            return (Point(levels, name) for name, levels in self.named.items())
        short = short_names(tuple(self.factors))
        return (Point(levels, _label(levels, short)) for levels in self._combinations())

    def _combinations(self) -> Iterator[Levels]:
        if self.name == "one_at_a_time":
            return around(self.factors, self.center)
        return zipped(self.factors) if self.name == "paired" else crossed(self.factors)


def factors_of(named: Mapping[str, Levels], leaves: Mapping[str, Leaf]) -> Factors:
    """Every path that a variant sets, with the levels that stand in the variants."""
    paths = dict.fromkeys(path for levels in named.values() for path in levels)
    return {path: Factor(leaves[path], _levels_of(named, path)) for path in paths}


def _levels_of(named: Mapping[str, Levels], path: str) -> tuple[Level, ...]:
    return tuple(dict.fromkeys(levels[path] for levels in named.values() if path in levels))


def crossed(factors: Factors) -> Iterator[Levels]:
    """Every level with every other; the last factor changes first."""
    points: Iterator[Levels] = iter([{}] if factors else [])
    for path, factor in factors.items():
        points = _each(points, path, factor)
    return points


def _each(points: Iterable[Levels], path: str, factor: Factor) -> Iterator[Levels]:
    for point in points:
        if factor.exists(point):
            yield from ({**point, path: level} for level in factor.levels)
        else:
            yield point


def around(factors: Factors, center: Levels) -> Iterator[Levels]:
    """The center, then each other level of each factor with all else as in the center."""
    yield _moved(factors, center)
    for path, factor in factors.items():
        for level in factor.levels:
            if level != center[path]:
                yield _moved(factors, {**center, path: level})


def _moved(factors: Factors, levels: Levels) -> Levels:
    """Only the levels of factors that exist there."""
    point: dict[str, Level] = {}
    for path, factor in factors.items():
        if factor.exists(point):
            point[path] = levels[path]
    return point


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
