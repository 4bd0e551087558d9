"""What the gradient did where the compared levels part."""

from collections.abc import Sequence

from orchestrator.reports.analysis import Analysis
from orchestrator.reports.statistics.comparisons.contexts import Group
from orchestrator.reports.text.names import describe, level_name, short_names, times_text
from orchestrator.reports.text.phrases import sentence
from orchestrator.reports.variants import names_of


def gradient_reason(analysis: Analysis) -> str:
    """One sentence: the first hidden layer of sigmoid gets 600 to 2.6 million times less …"""
    found, context = analysis.unlike_gradients, analysis.context
    if found is None or context is None:
        return ""
    short = short_names(analysis.plan.factors)
    where = level_name(short[context.path], context.level) if context.path else ""
    worst, best = (_name(analysis, group) for group in (found.worst, found.best))
    return sentence(
        f"before training, {f'with {where} ' if where else ''}the first hidden layer of {worst} "
        f"gets {_ratio(found.of_worst)} gradient than the last ({best}: "
        f"{_ratio(found.of_best)})"
    )


def _name(analysis: Analysis, group: Group) -> str:
    if group.levels:
        return describe(group.levels, short_names(analysis.plan.factors))
    return names_of(analysis.plan)[group.cells[0].variant_id]


def _ratio(ends: Sequence[float]) -> str:
    """600 to 2.6 million times less; 3 times more."""
    low, high = ends
    if high <= 1:
        return f"{_range(1 / high, 1 / low)} times less"
    if low >= 1:
        return f"{_range(low, high)} times more"
    return f"{times_text(1 / low)} times less to {times_text(high)} times more"


def _range(low: float, high: float) -> str:
    return " to ".join(dict.fromkeys((times_text(low), times_text(high))))
