"""What the finite test set alone leaves uncertain, apart from the seeds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from orchestrator.plan_document import Compare
from orchestrator.reports.statistics.outcomes.outcomes import Outcome
from orchestrator.reports.statistics.outcomes.solved import wilson

NoShare = Literal["other_split", "solved", "other_unit"]


@dataclass(frozen=True)
class Sampling:
    """Of one variant: how far its share may be off because the test set is no larger."""

    answers: int  # that a test metric is the mean of; the fewest of its trials
    half: float  # of the 95 % interval, in the metric's unit


def sampling(
    trials: pd.DataFrame, compare: Compare, results: Mapping[str, Outcome]
) -> dict[str, Sampling]:
    """variant id → Sampling; empty for metrics that are no share of right answers on test.

    trials: variant_id, `final.test/answers`.

    Answers: how well would the measured accuracy hold on another test set of this size?
    Assumes: answers are independent, and the accuracy is about the variant's mean.
    Misleads: taken for the test set's part of a paired difference d. That has the variance
        (disagreement - d²) / answers, with the share of answers on which the two variants differ
        in being right: it may be larger or smaller than that of one accuracy. Where each replicate
        draws its own test set, the spread over seeds includes it; where the test set is fixed, no
        replicate shows it, and `other_examples` has the interval that includes it. Words of one
        sentence are not independent: for tags it is a lower bound. Of a loss or a squared error
        it is not given.
    Source: Wilson 1927; McNemar 1947 and Dietterich 1998 on the difference of two classifiers.
    """
    if "final.test/answers" not in trials or no_share_of_answers(compare):
        return {}
    answers = trials.groupby("variant_id")["final.test/answers"].min().dropna()
    sizes = {str(variant): int(count) for variant, count in answers.items()}
    known = [(v, each.mean) for v, each in results.items() if v in sizes and each.mean is not None]
    return {
        variant: Sampling(sizes[variant], _half(mean, sizes[variant])) for variant, mean in known
    }


def no_share_of_answers(compare: Compare) -> NoShare | None:
    """Why a metric is no share of right answers on test; None where it is one."""
    split, name = compare.metric.split("/")
    if split != "test":
        return "other_split"
    if name == "solved":  # one answer per trial
        return "solved"
    return "other_unit" if compare.unit != "share" else None


def _half(mean: float, answers: int) -> float:
    low, high = wilson(min(max(mean, 0.0), 1.0) * answers, answers)
    return float(high - low) / 2
