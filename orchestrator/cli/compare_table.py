"""`orch compare` for people: the differences in design, and a table of the variants of both."""

import sys
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchestrator.reports.statistics.comparisons.two_studies import Difference, Match, TwoStudies
from orchestrator.reports.statistics.outcomes.outcomes import Outcome
from orchestrator.reports.text.names import (
    difference_text,
    metric_text,
    p_text,
    short_names,
    unit_words,
    value_text,
)
from orchestrator.reports.text.phrases import verdict_interval
from orchestrator.reports.text.warnings import unstored_text
from orchestrator.study.parsing.messages import plain
from orchestrator.words import plural

MOST_DIFFERENCES = 30
MOST_ROWS = 100  # variants shown; --json has all
MOST_NAMES = 5


def show(found: TwoStudies) -> None:
    """Prints it on stdout."""
    width = None if sys.stdout.isatty() else 400  # in a file or a pipe nothing is cut off
    console = Console(soft_wrap=True, highlight=False, width=width)
    console.print(Text(f"A: {found.a}   B: {found.b}"))
    _show_design(found, console)
    if found.matches:
        console.print(_table(found))
    for line in _notes(found):
        console.print(Text(line))


def _show_design(found: TwoStudies, console: Console) -> None:
    if not found.differences:
        console.print(Text("The designs are the same."))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("differs", "A", "B"):
        table.add_column(name, overflow="fold")
    for each in found.differences[:MOST_DIFFERENCES]:
        table.add_row(*map(Text, _cells(each)))
    console.print(table)
    hidden = len(found.differences) - MOST_DIFFERENCES
    if hidden > 0:
        console.print(Text(f"… and {hidden:,} more differences (--json lists all)"))
    console.print()


def _cells(each: Difference) -> tuple[str, str, str]:
    """Digests by their first digits, as git does."""
    cut = 8 if each.what.startswith(("data ", "code ")) else None
    return each.what, plain(each.a)[:cut], plain(each.b)[:cut]


def _table(found: TwoStudies) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    levels = found.matches[0].levels
    for name in short_names(tuple(levels)).values():
        table.add_column(name)
    unit = unit_words(found.unit)
    for name in ("A", "B", f"B − A ({unit})", "95 % interval", "n", "p adjusted"):
        table.add_column(name, justify="right")
    table.add_column("B is")
    for match in found.matches[:MOST_ROWS]:
        table.add_row(*(Text(text) for text in _row(match, found.unit)))
    return table


def _row(match: Match, unit: str) -> Iterator[str]:
    row = match.comparison
    yield from (plain(level) for level in match.levels.values())
    yield from (_mean(side, unit) for side in (match.a, match.b))
    yield difference_text(row.difference, unit)
    yield verdict_interval(row, unit)
    yield str(row.n) if row.method != "none" else "–"
    yield p_text(row.p_adjusted)
    yield row.verdict


def _mean(side: Outcome, unit: str) -> str:
    lost = sum(side.counts.values()) - side.n
    return f"{value_text(side.mean, unit)}{f' ({lost} lost)' if lost else ''}"


def _notes(found: TwoStudies) -> Iterator[str]:
    hidden = len(found.matches) - MOST_ROWS
    if hidden > 0:
        yield f"… and {hidden:,} more variants (--json lists all)"
    variants = plural(len(found.matches), "variant")
    if not found.matches:
        yield "No variant is in both studies: none has the same levels of the factors of either."
    else:
        how = "paired by replicate" if found.paired else "unpaired (Welch), as the seeds differ"
        yield f"{metric_text(found.metric)} of {variants} in both, {how}; p: {found.adjustment}"
    same = sum(match.same_trials for match in found.matches)
    if same:
        yield f"{plural(same, 'trial')} of A and B are one and the same"
    for name, only in (("A", found.only_a), ("B", found.only_b)):
        if only:
            yield f"only in {name}: {_named(only)}"
    for name, unstored in (("A", found.unstored_a), ("B", found.unstored_b)):
        if unstored:
            yield f"{name}: {unstored_text(unstored)}"


def _named(labels: tuple[str, ...]) -> str:
    rest = len(labels) - MOST_NAMES
    return "; ".join(labels[:MOST_NAMES]) + (f" and {rest:,} more" if rest > 0 else "")
