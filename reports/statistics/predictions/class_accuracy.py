"""The share of right answers by class, with intervals over seeds."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtrit

from orchestrator.reports.data.predictions import Predictions
from orchestrator.reports.statistics.intervals import LEVEL, Floats
from orchestrator.reports.statistics.predictions.tasks import TaskVariants


@dataclass(frozen=True)
class ClassAccuracy:
    """Of one variant and its task's classes; all (classes,), NaN where there is no answer.

    answers: of all replicates. replicates: in which the class occurs.
    """

    answers: Floats
    replicates: Floats
    mean: Floats
    low: Floats
    high: Floats


def class_accuracies(said: Predictions, task: TaskVariants) -> Mapping[str, ClassAccuracy]:
    """By variant id."""
    size = len(task.classes)
    found = {}
    for variant in task.variants:
        own = [each for (name, _), each in said.by_trial.items() if name == variant]
        counts = [np.bincount(each.target, minlength=size) for each in own]
        right = [np.bincount(e.target[e.target == e.answer], minlength=size) for e in own]
        found[variant] = class_accuracy(np.array(right, float), np.array(counts, float))
    return found


def class_accuracy(right: Floats, counts: Floats) -> ClassAccuracy:
    """right, counts: (replicates, classes) answers.

    Answers: how large is the share of right answers of a class, in the mean over seeds?
    Assumes: replicates are independent; answers of one replicate need not be. Wilson's interval
        of as many independent answers as have the spread that the replicates' shares have, at
        most those there are, with Student's t for the normal quantile.
    Misleads: where a class is right in nearly all seeds and fails in rare ones: seeds that never
        failed do not show that none will. Where all replicates have the same test examples, it is
        for other seeds on these. Each is for its class alone.
    Source: effective sample size of clusters, Korn & Graubard 1998, Survey Methodology 24; with
        Wilson 1927, as Dean & Pagano 2015, J. Survey Statistics and Methodology 3, recommend.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(counts > 0, right / counts, np.nan)
        replicates, answers = (counts > 0).sum(0).astype(float), counts.sum(0)
        mean = np.nansum(shares, axis=0) / np.where(replicates > 0, replicates, np.nan)
        spread = np.nansum((shares - mean) ** 2, axis=0) / (replicates - 1) / replicates
        alike = np.where(spread > 0, mean * (1 - mean) / spread, answers)
        z = ndtri(0.5 + LEVEL / 2)
        t = stdtrit(np.maximum(replicates - 1, 1), 0.5 + LEVEL / 2)
        n = np.minimum(alike, answers) * (z / t) ** 2
        centre = (mean + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z * np.sqrt(mean * (1 - mean) / n + (z / (2 * n)) ** 2) / (1 + z**2 / n)
    known = replicates > 1
    low = np.where(known, np.clip(centre - half, 0, 1), np.nan)
    high = np.where(known, np.clip(centre + half, 0, 1), np.nan)
    return ClassAccuracy(answers, replicates, mean, low, high)
