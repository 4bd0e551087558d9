"""Words of the table that compares solved shares and times until solved."""

from collections.abc import Sequence

from orchestrator.reports.statistics.comparisons.solved_comparisons import SolvedComparison

Rows = Sequence[SolvedComparison]


def table_caption(baseline: str, found: Rows) -> str:
    unpaired = " Unpaired where a trial failed." if _unpaired(found) else ""
    return (
        f"Share of trials that solved the task, against {baseline}, and whether "
        "they solved it sooner (log-rank). Each p is adjusted over all comparisons of "
        f"this table.{unpaired}"
    )


def share_test(found: Rows) -> str:
    return "McNemar's exact test" + " (unpaired: Fisher's)" * _unpaired(found)


def log_rank_test(found: Rows) -> str:
    ordinary = " (unpaired: the ordinary one)" * _unpaired(found)
    return f"exact log-rank test of epochs until solved, by swaps within pairs{ordinary}"


def _unpaired(found: Rows) -> bool:
    return not all(row.paired for row in found)
