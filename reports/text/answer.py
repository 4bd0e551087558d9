"""The answer to the study's question: which levels reach what, and where they part."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from orchestrator.plan_document import Level, PlanDocument
from orchestrator.reports.analysis import Analysis
from orchestrator.reports.statistics.comparisons.comparisons import VERDICTS
from orchestrator.reports.statistics.comparisons.contexts import Cell, Context, Group
from orchestrator.reports.text.names import (
    count_text,
    describe,
    effect_text,
    level_name,
    level_text,
    measured_text,
    metric_text,
    range_of_values,
    ratio_of,
    short_names,
    size_text,
)
from orchestrator.reports.text.phrases import beside, joined, sentence, verdict_interval
from orchestrator.reports.text.task_baseline import chance_text
from orchestrator.reports.variants import names_of

MOST_GROUPS = 4  # levels that one clause names; of more it says how many


@dataclass(frozen=True)
class _Words:
    """What the clauses of one answer share."""

    plan: PlanDocument
    context: Context
    short: Mapping[str, str]  # of factors
    names: Mapping[str, str]  # of variants

    def name(self, group: Group) -> str:
        if group.levels:
            return describe(group.levels, self.short)
        return self.names[group.cells[0].variant_id]

    def values(self, means: Sequence[float]) -> str:
        return range_of_values(means, self.plan.compare.unit)

    def reaches(self, group: Group, more: str = "") -> str:
        """ "tanh (93.7–94.2 %)"; of a group without a mean the name alone."""
        inside = "; ".join(text for text in (self.values(group.means), more) if text)
        return f"{self.name(group)} ({inside})" if inside else self.name(group)

    def listed(self, groups: Sequence[Group], more: Callable[[Group], str] | None = None) -> str:
        said = [self.reaches(g, more(g) if more else "") for g in groups[:MOST_GROUPS]]
        rest = len(groups) - MOST_GROUPS
        return joined([*said, *([f"{rest} more"] if rest > 0 else [])])


def answer(analysis: Analysis) -> str:
    """One sentence or two, ending with a full stop; nothing where nothing has a mean.

    Answers: the study's question, as far as levels of the compared factors answer it.
    Assumes: "learns", "does not learn" and "stays at" have intervals behind them (`learning`),
        "better", "worse" and "equivalent" the verdicts; values are means over replicates.
    Misleads: read alone. It speaks of the context in which levels part most.
    Source: `contexts.parting_context`, `strongest.strongest`.
    """
    plan, context = analysis.plan, analysis.context
    if context is None:
        return ""
    words = _Words(plan, context, short_names(plan.factors), names_of(plan))
    said = _who_learns(words) if context.parts_learners else _verdicts(words)
    named = f"{_where(words)}{said}"
    metric = f"{metric_text(plan.compare.metric)}{ratio_of(plan.compare.metric)}"
    parts = [f"In {metric}, {named}", *_moves_most(analysis, words)]
    return " ".join(sentence(part) for part in parts)


def _where(words: _Words) -> str:
    context = words.context
    if context.path is None:
        return ""
    return f"with {level_name(words.short[context.path], context.level)} "


# --- learning ---------------------------------------------------------------------------------


def _who_learns(words: _Words) -> str:
    """only tanh (94 %) and relu (85 %) learn; sigmoid stays at chance (10 %)."""
    groups = words.context.groups
    learners = [group for group in groups if group.learns]
    others = [group for group in groups if not group.learns]
    only = "only " if all(group.learns_not for group in others) else ""
    settings = {words.name(group): _learning_settings(words, group) for group in learners}
    shared = set(settings.values()).pop() if len(set(settings.values())) == 1 else ""
    said = [_learner(words, g, "" if shared else settings[words.name(g)]) for g in learners]
    rest = [f"{len(said) - MOST_GROUPS} more"] if len(said) > MOST_GROUPS else []
    listed = joined([*said[:MOST_GROUPS], *rest])
    verb = "learn" if len(learners) > 1 else "learns"
    clauses = [f"{only}{listed} {verb}{f', {shared}' if shared else ''}", *_idle(words, others)]
    return "; ".join(clauses)


def _learner(words: _Words, group: Group, settings: str) -> str:
    """tanh (93.7–94.2 % from scale 1 on): the settings in which it learns."""
    means = [c.outcome.mean for c in group.cells if c.learns and c.outcome.mean is not None]
    return f"{words.name(group)} ({words.values(means)}{f' {settings}' if settings else ''})"


def _idle(words: _Words, groups: Sequence[Group]) -> Iterator[str]:
    """What is shown of those that are not shown to learn."""
    some = [group for group in groups if group.learnt]
    at = [g for g in groups if g.stays and g not in some]
    never = [g for g in groups if g.learns_not and g not in some and g not in at]
    open_ = [g for g in groups if g not in some and g not in at and g not in never]
    chance = chance_text(words.plan)
    for found, one, many in (
        (at, f"stays at {chance}", f"stay at {chance}"),
        (never, "does not learn", "do not learn"),
        (open_, "is not shown to learn", "are not shown to learn"),
    ):
        if found:
            means = words.values([mean for group in found for mean in group.means])
            inside = f" ({means})" if means else ""
            yield f"{joined([*map(words.name, found)])} {one if len(found) == 1 else many}{inside}"
    for group in some:
        trials = count_text(group.seeds, "trial")
        of = (
            f"each of its {trials}"
            if group.learnt == group.seeds
            else f"{group.learnt} of its {trials}"
        )
        yield f"{words.name(group)} ({words.values(group.means)}) learns in {of}"


def _lost(group: Group) -> str:
    lost = sum(cell.outcome.counts.get("diverged", 0) for cell in group.cells)
    return f"{lost} diverged" if lost else ""


def _learning_settings(words: _Words, group: Group) -> str:
    """from scale 1 on; at scale 1; in 2 of 3 settings; nothing where it learns in all of them."""
    cells, rest = group.cells, words.context.rest
    learning = [cell for cell in cells if cell.learns]
    if len(learning) == len(cells):
        return ""
    if len(rest) != 1:
        return f"in {len(learning)} of {len(cells)} settings"
    return _range_of_levels(words, rest[0], cells, learning)


def _range_of_levels(
    words: _Words, path: str, cells: Sequence[Cell], chosen: Sequence[Cell]
) -> str:
    """cells: one for each level of the factor, in the study's order."""
    own = words.context.levels
    name = words.short[path]
    levels = [own[cell.variant_id].get(path) for cell in chosen]
    others = [cell for cell in cells if cell not in chosen]
    known = all(cell.learns_not for cell in others)
    ordered = [own[cell.variant_id].get(path) for cell in cells]
    if known and len(chosen) > 1 and _are_numbers(ordered):
        if chosen[0] is cells[-len(chosen)]:
            return f"from {level_name(name, levels[0])} on"
        if chosen[-1] is cells[len(chosen) - 1]:
            return f"up to {level_name(name, levels[-1])}"
    if _are_numbers(levels):
        return f"at {name} {joined([level_text(level) for level in levels])}"
    return f"at {joined([level_name(name, level) for level in levels])}"


def _are_numbers(levels: Sequence[Level]) -> bool:
    numbers = [x for x in levels if isinstance(x, int | float) and not isinstance(x, bool)]
    return len(numbers) == len(levels) and numbers == sorted(numbers)


# --- verdicts ---------------------------------------------------------------------------------

_SAID = {
    "equivalent": ("is equivalent to", "are equivalent to"),
    "no effect": ("has no effect beside", "have no effect beside"),
}


def _verdicts(words: _Words) -> str:
    """tanh (97 %) is better than relu (96 %); sigmoid (95 %) is worse."""
    base = [group for group in words.context.groups if group.is_baseline]
    compared = [group for group in words.context.groups if not group.is_baseline]
    if not base or not compared:
        return f"{words.listed(words.context.groups)} {_reach(words.context.groups)}"
    several = [group for group in compared if len(_words_of(group)) > 1]
    said: list[str] = []
    for word in VERDICTS:
        against = words.name(base[0]) if said else words.reaches(base[0])
        said += _clause(words, word, _with(compared, word), against)
    said += _mixed(words, several, words.name(base[0]) if said else words.reaches(base[0]))
    if not said:
        return f"{words.listed(words.context.groups)} {_reach(words.context.groups)}"
    if len(compared) == 1 and len(compared[0].cells) == 1:
        said = [f"{said[0]}{_difference(words.plan, compared[0].cells[0])}"]
    return "; ".join([*said, *_elsewhere(words)])


def _reach(groups: Sequence[Group]) -> str:
    return "are reached" if len(groups) > 1 else "is reached"


def _words_of(group: Group) -> list[str]:
    rows = [c.row for c in group.cells if c.row is not None and c.row.difference is not None]
    return [word for word in VERDICTS if any(row.verdict == word for row in rows)]


def _with(groups: Sequence[Group], word: str) -> list[Group]:
    return [group for group in groups if _words_of(group) == [word]]


def _clause(words: _Words, word: str, groups: Sequence[Group], against: str) -> Iterator[str]:
    if not groups:
        return
    listed = words.listed(groups, _lost)
    if word == "undecided":
        differs = "differs" if len(groups) == 1 else "differ"
        yield f"it is undecided whether {listed} {differs} from {against}"
        return
    many, metric = len(groups) > 1, words.plan.compare.metric
    said = _SAID[word][many] if word in _SAID else beside(word, metric, many=many)
    yield f"{listed} {said} {against}"


def _mixed(words: _Words, groups: Sequence[Group], against: str) -> Iterator[str]:
    """compared with sigmoid (86–92 %), softplus (91–94 %) is better at scale 1 and 2."""
    said = [
        f"{words.reaches(group, _lost(group))} is {_by_verdict(words, group)}"
        for group in groups[:MOST_GROUPS]
    ]
    if said:
        yield f"compared with {against}, {joined(said)}"


def _by_verdict(words: _Words, group: Group) -> str:
    """better at scale 1 and 2, undecided at 0.5; of several other factors: better in 2 of 9 …"""
    judged = [(c, c.row) for c in group.cells if c.row is not None and c.row.difference is not None]
    found = {word: [cell for cell, row in judged if row.verdict == word] for word in VERDICTS}
    rest = words.context.rest
    if len(rest) != 1:
        told = ", ".join(f"{word} in {len(cells)}" for word, cells in found.items() if cells)
        return f"{told} of {len(judged)} settings"
    name, levels = words.short[rest[0]], words.context.levels
    named = {
        word: joined([level_text(levels[cell.variant_id].get(rest[0])) for cell in cells])
        for word, cells in found.items()
        if cells
    }
    first = next(iter(named))
    return ", ".join(
        f"{word} at {f'{name} ' if word == first else ''}{text}" for word, text in named.items()
    )


def _difference(plan: PlanDocument, cell: Cell) -> str:
    """Of the only comparison: ", by +5.0 points [+4.1, +5.9]"."""
    if cell.row is None or cell.row.difference is None:
        return ""
    unit = plan.compare.unit
    size = effect_text(cell.row.difference, unit)
    return f": {size} {verdict_interval(cell.row, unit)}"


def _elsewhere(words: _Words) -> Iterator[str]:
    context, unit = words.context, words.plan.compare.unit
    if context.elsewhere is not None and context.path is not None:
        yield (
            f"at other levels of {words.short[context.path]} means are at most "
            f"{size_text(context.elsewhere, unit)} apart"
        )


# --- factors ----------------------------------------------------------------------------------


def _moves_most(analysis: Analysis, words: _Words) -> Iterator[str]:
    """The strongest factor, where the study compares another one."""
    found, plan = analysis.strongest, analysis.plan
    if found is None or not found.is_beyond_chance or found.path in plan.compare.baseline:
        return
    unit, name = plan.compare.unit, words.short[found.path]
    yield (
        f"of all factors {name} moves it most, by "
        f"{size_text(found.span, unit)} on average: "
        f"{level_name(name, found.best)} {measured_text(found.best_mean, unit)}, "
        f"{level_name(name, found.worst)} {measured_text(found.worst_mean, unit)}"
    )
