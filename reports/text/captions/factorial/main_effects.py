"""Words of the figure of the main effects."""

from collections.abc import Sequence

from orchestrator.plan_document import Compare
from orchestrator.reports.statistics.factorial.marginal_means import Means
from orchestrator.reports.text.names import (
    final_title,
    mean_interval_name,
    size_text,
)
from orchestrator.reports.text.phrases import range_text


def title(compare: Compare, factor: str, span: float) -> str:
    """factor: the one whose level means are furthest apart; span: by how much."""
    size = size_text(span, compare.unit)
    return (
        f"{final_title(compare.metric)} by level, averaged over the other factors: "
        f"{factor} moves it most, by {size}"
    )


def caption(compare: Compare, every: Sequence[Means]) -> str:
    return (
        f"Marker: mean over replicates (n = {sizes(every)}) of the average over all combinations "
        f"of the other factors; bar: its {mean_interval_name(compare.metric)}. Where factors "
        f"interact, no single variant need behave like the average.{left_out(every)}"
    )


def sizes(every: Sequence[Means]) -> str:
    return range_text(means.n for means in every)


def left_out(every: Sequence[Means]) -> str:
    worst = max(every, key=lambda means: means.left_out)
    if not worst.left_out:
        return ""
    total = worst.left_out + worst.contexts
    return (
        f" Combinations in which some level lacks a value are left out of its average: up to "
        f"{worst.left_out} of {total}."
    )
