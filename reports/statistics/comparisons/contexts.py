"""Where the compared levels part: their means in the context in which they differ most."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from orchestrator.plan_document import Level, PlanDocument, Variant
from orchestrator.reports.statistics.comparisons.comparisons import Comparison, Comparisons
from orchestrator.reports.statistics.outcomes.learning import Learning
from orchestrator.reports.statistics.outcomes.outcomes import Outcome

UNEVEN = 2.0  # times as far apart as elsewhere, from which on a context is worth naming

Results = Mapping[str, Outcome]  # by variant id


@dataclass(frozen=True)
class Cell:
    """One variant: a compared level in one setting of the other factors."""

    variant_id: str
    outcome: Outcome
    learning: Learning | None  # None where the task has no baseline
    row: Comparison | None  # with its baseline; None of a baseline, or where there is none

    @property
    def learns(self) -> bool:
        return self.learning is not None and bool(self.learning.learns)

    @property
    def learns_not(self) -> bool:
        """Shown not to: no seed did, and either all of the interval says so, or some diverged."""
        found = self.learning
        if found is None or found.learnt != 0:
            return False
        return found.learns is False or found.seeds > self.outcome.n


@dataclass(frozen=True)
class Group:
    """One compared level (or combination of levels) in all settings of a context."""

    levels: Mapping[str, Level]  # of the compared factors; of a variant with a name, none
    cells: tuple[Cell, ...]

    @property
    def is_baseline(self) -> bool:
        return all(cell.row is None for cell in self.cells)

    @property
    def means(self) -> list[float]:
        return [cell.outcome.mean for cell in self.cells if cell.outcome.mean is not None]

    @property
    def learns(self) -> bool:
        """In some setting."""
        return any(cell.learns for cell in self.cells)

    @property
    def learnt(self) -> int:
        """Seeds that learnt, in all settings together."""
        return sum((cell.learning.learnt or 0) if cell.learning else 0 for cell in self.cells)

    @property
    def seeds(self) -> int:
        return sum(cell.learning.seeds if cell.learning else 0 for cell in self.cells)

    @property
    def stays(self) -> bool:
        """At the task's baseline, in every setting."""
        return all(c.learning is not None and c.learning.place == "at" for c in self.cells)

    @property
    def learns_not(self) -> bool:
        """Shown not to learn, in any setting."""
        return all(cell.learns_not for cell in self.cells)


@dataclass(frozen=True)
class Context:
    """The compared levels at one level of another factor, or everywhere."""

    groups: tuple[Group, ...]  # the best mean first
    rest: tuple[str, ...]  # other factors that vary in it
    path: str | None = None  # None: everywhere
    level: Level = None
    elsewhere: float | None = None  # most that means lie apart at the factor's other levels
    levels: Mapping[str, Mapping[str, Level]] = field(default_factory=dict)  # by variant id

    @property
    def parts_learners(self) -> bool:
        """Whether some levels are shown to learn in it while others are not."""
        learners = sum(group.learns for group in self.groups)
        return 0 < learners < len(self.groups)


def parting_context(
    plan: PlanDocument, results: Results, compared: Comparisons, learnt: Mapping[str, Learning]
) -> Context | None:
    """None where nothing has a mean.

    Answers: in which setting of the other factors do the compared levels differ most, and what do
        they reach there? If at some level of another factor a part of them learns and a part does
        not, the one at which the fewest learn. Else the level at which means lie farthest apart
        (averaged over the settings that are left), if that is `UNEVEN` times as far as at the level
        where they lie closest, and some comparison there is decided. Else no context is named.
    Assumes: nothing; means are described. What is certain about them are the verdicts, and the
        intervals behind `learning`.
    Misleads: as a finding by itself: the largest of several spreads is partly luck. So no context
        is named without a decided comparison, or intervals, in it.
    Source: descriptive; simple effects, as of Winer 1971.
    """
    everywhere = _context(plan, plan.variants, results, compared, learnt)
    if not any(group.means for group in everywhere.groups):
        return None
    found = [
        _context(plan, _at(plan.variants, path, level), results, compared, learnt, path, level)
        for path in everywhere.rest
        for level in plan.factors[path]
    ]
    found = [each for each in found if len(each.groups) > 1]
    parted = [each for each in found if each.parts_learners]
    if parted:
        return min(parted, key=lambda each: (sum(g.learns for g in each.groups), -_spread(each)))
    return max(_uneven(found), key=lambda pair: pair[0], default=(0.0, everywhere))[1]


def _at(variants: Iterable[Variant], path: str, level: Level) -> list[Variant]:
    return [v for v in variants if path in v.levels and v.levels[path] == level]


def _context(
    plan: PlanDocument,
    variants: Sequence[Variant],
    results: Results,
    compared: Comparisons,
    learnt: Mapping[str, Learning],
    path: str | None = None,
    level: Level = None,
) -> Context:
    rows = {row.variant: row for row in compared.rows}
    inner = _compared_factors(plan)
    grouped: dict[tuple[tuple[str, Level], ...] | str, list[Variant]] = {}
    for variant in variants:
        own = tuple((p, level) for p, level in variant.levels.items() if p in inner)
        grouped.setdefault(own if inner else variant.variant_id, []).append(variant)
    groups = tuple(
        Group(
            dict(key) if not isinstance(key, str) else {},
            tuple(
                Cell(name, results[name], learnt.get(name), rows.get(name))
                for name in (v.variant_id for v in own)
            ),
        )
        for key, own in grouped.items()
    )
    sign = 1 if plan.compare.direction == "maximize" else -1
    ranked = sorted(groups, key=lambda g: -sign * np.mean(g.means) if g.means else np.inf)
    outer = [p for p in plan.factors if p not in inner and p != path] if inner else []
    rest = tuple(p for p in outer if len({v.levels.get(p, _NONE) for v in variants}) > 1)
    levels = {v.variant_id: v.levels for v in variants}
    return Context(tuple(ranked), rest, path, level, levels=levels)


_NONE = "–"


def _compared_factors(plan: PlanDocument) -> tuple[str, ...]:
    """Empty where factors are not crossed: there every variant is compared by its name."""
    return tuple(plan.compare.baseline) if plan.design == "factorial" else ()


def _uneven(found: Sequence[Context]) -> list[tuple[float, Context]]:
    """Of each factor the context in which levels lie farthest apart, if that is worth naming."""
    made = []
    for path in dict.fromkeys(each.path for each in found):
        own = [(_spread(each), each) for each in found if each.path == path]
        most, context = max(own, key=lambda pair: pair[0])
        others = [spread for spread, each in own if each is not context]
        if others and most >= UNEVEN * min(others) and _is_decided(context):
            farthest = max(_farthest(each) for _, each in own if each is not context)
            made.append((most - min(others), replace(context, elsewhere=farthest)))
    return made


def _is_decided(context: Context) -> bool:
    rows = (cell.row for group in context.groups for cell in group.cells)
    return any(row is not None and row.verdict in ("better", "worse") for row in rows)


def _spread(context: Context) -> float:
    """How far means lie apart, averaged over the settings of the other factors."""
    return _apart(context, lambda ranges: float(np.mean(ranges)))


def _farthest(context: Context) -> float:
    return _apart(context, max)


def _apart(context: Context, over: Callable[[list[float]], float]) -> float:
    by_setting: dict[tuple[Level, ...], list[float]] = {}
    for group in context.groups:
        for cell in group.cells:
            if cell.outcome.mean is not None:
                own = context.levels[cell.variant_id]
                setting = tuple(own.get(path, _NONE) for path in context.rest)
                by_setting.setdefault(setting, []).append(cell.outcome.mean)
    ranges = [max(means) - min(means) for means in by_setting.values() if len(means) > 1]
    return over(ranges) if ranges else 0.0
