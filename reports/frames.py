"""The numbers of an analysis as pandas tables: one row a variant, one row a comparison."""

from dataclasses import asdict
from typing import Any

import pandas as pd

from orchestrator.plan_document import Variant
from orchestrator.reports.analysis import Analysis

FACTOR = "factor."  # prefix of a column with the levels of a factor, as in trials.parquet


def results_frame(analysis: Analysis) -> pd.DataFrame:
    """One row a variant: its levels, what it reached, what was lost, and its verdict.

    Numbers are in the metric's unit; NaN where n is too small.
    """
    return pd.DataFrame([_result(analysis, variant) for variant in analysis.plan.variants])


def _result(analysis: Analysis, variant: Variant) -> dict[str, Any]:
    outcome = analysis.outcomes[variant.variant_id]
    numbers = {
        "n": outcome.n,
        "mean": outcome.mean,
        "ci_low": outcome.low,
        "ci_high": outcome.high,
        "sd": outcome.sd,
        "median": outcome.median,
    }
    verdicts = {row.variant: row.verdict for row in analysis.comparisons.rows}
    return {
        **_named(variant),
        "metric": analysis.plan.compare.metric,
        **numbers,
        **outcome.counts,
        **_solved(analysis, variant),
        "verdict": verdicts.get(variant.variant_id),
    }


def _solved(analysis: Analysis, variant: Variant) -> dict[str, int | None]:
    """A column in studies of a task that can be solved, else none."""
    found = analysis.solved.get(variant.variant_id)
    return {"solved": found.k if found else None} if analysis.solved else {}


def comparisons_frame(analysis: Analysis) -> pd.DataFrame:
    """One row a contrast; variants by their labels, as in `variant` of trials.parquet."""
    labels = {variant.variant_id: variant.label for variant in analysis.plan.variants}
    rows = [
        {**asdict(row), "variant": labels[row.variant], "baseline": labels[row.baseline]}
        for row in analysis.comparisons.rows
    ]
    return pd.DataFrame(rows)


def _named(variant: Variant) -> dict[str, Any]:
    levels = {f"{FACTOR}{path}": level for path, level in variant.levels.items()}
    return {"variant_id": variant.variant_id, "variant": variant.label, **levels}
