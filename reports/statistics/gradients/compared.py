"""The gradient that a study compares, as a final value of each of its trials."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from orchestrator.gradient_metrics import GRADIENT_METRICS, is_gradient
from orchestrator.plan_document import PlanDocument
from orchestrator.reports.data.read import Tables, read_tables, read_trials
from orchestrator.reports.statistics.gradients.decay_comparisons import main_groups
from orchestrator.reports.statistics.gradients.fits import fits

FIRST_PROBE = 0  # epoch: before training


def read_study(folder: Path, unstored: int = 0) -> Tables:
    """`read_tables`; where the study compares a gradient, its trials have `with_gradient`'s column.

    unstored and errors: as there.
    """
    tables = read_tables(folder, unstored)
    return replace(tables, trials=with_gradient(tables.plan, tables.trials, tables.gradients))


def read_study_trials(folder: Path) -> tuple[PlanDocument, pd.DataFrame]:
    """`read_trials`, with the same column."""
    plan, trials = read_trials(folder)
    return (plan, read_study(folder).trials) if is_gradient(plan.compare.metric) else (plan, trials)


def with_gradient(
    plan: PlanDocument, trials: pd.DataFrame, gradients: pd.DataFrame
) -> pd.DataFrame:
    """trials with `final.gradient/<name>` if that is the compared metric, else as they are.

    trials: variant_id, replicate; one row per planned trial. gradients: as `fits.fits` takes them.

    Answers: by which factor had the gradient changed, as a natural logarithm, when training began?
        Logarithms, as factors multiply: a difference of two is that of a ratio, and a mean over
        replicates is a geometric one.
    Assumes: the first probe, at epoch 0, of the initial draws. It does not depend on what training
        does later, so that a trial that diverged afterwards has a value, too.
    Misleads: as the gradient of the whole training, for the trend may reverse within epochs; and
        as a measure of skill. NaN is a trial without a probe, with fewer than two places to
        compare, or whose gradient is exactly zero at an end; as its gradient may have vanished
        entirely, the others are no fair sample.
    Source: `fits.fits`; through depth all hidden layers, through time the last forward layer.
    """
    metric = GRADIENT_METRICS.get(plan.compare.metric)
    if metric is None:
        return trials
    first = gradients["epoch"] == FIRST_PROBE
    rows = gradients[first & (gradients["axis"] == metric.axis)]
    found = fits(rows[rows["quantity"] == metric.quantity])
    found = found[found["site_group"] == found["variant_id"].map(main_groups(found))]
    ratios = found.set_index(["variant_id", "replicate"])[metric.number].astype(float)
    logs = pd.Series(np.log(ratios.where(ratios > 0)), name=f"final.{plan.compare.metric}")
    return trials.join(logs, on=["variant_id", "replicate"])
