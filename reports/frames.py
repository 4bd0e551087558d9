"""The numbers of an analysis as pandas tables: one row per variant, one row per comparison."""

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
    """One row per contrast; variants by their labels, as in `variant` of trials.parquet."""
    labels = {variant.variant_id: variant.label for variant in analysis.plan.variants}
    rows = [
        asdict(row)
        | {"variant": labels[row.variant], "baseline": labels[row.baseline]}
        | _companions(analysis, row.variant)
        for row in analysis.comparisons.rows
    ]
    return pd.DataFrame(rows)


def _companions(analysis: Analysis, variant: str) -> dict[str, Any]:
    """What is shown beside a verdict: intervals for other data, and tests that assume less."""
    found = analysis.other_examples.intervals.get(variant)
    shape = analysis.shapes.get(variant)
    low, high = analysis.resplits.get(variant, (None, None))
    return {
        "examples_low": found.low if found else None,
        "examples_high": found.high if found else None,
        "mcnemar_p": found.mcnemar_p if found else None,
        "resplit_low": low,
        "resplit_high": high,
        "median": shape.median if shape else None,
        "median_low": shape.low if shape else None,
        "median_high": shape.high if shape else None,
        "sign_p": shape.p if shape else None,
    }


def _named(variant: Variant) -> dict[str, Any]:
    levels = {f"{FACTOR}{path}": level for path, level in variant.levels.items()}
    return {"variant_id": variant.variant_id, "variant": variant.label, **levels}
