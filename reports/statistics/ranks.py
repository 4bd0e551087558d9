"""Ranks over several tasks, and whether they differ by more than chance."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from reports.statistics.intervals import LEVEL, Floats

LEAST_TASKS = 5


@dataclass(frozen=True)
class Ranks:
    """Mean rank of each contender, 1 the best; no test below five tasks or three contenders."""

    mean: tuple[float, ...]
    p: float | None  # Friedman
    critical_difference: float | None  # Nemenyi, 5 %


def ranks(scores: Floats) -> Ranks:
    """scores: (tasks, contenders), the higher the better.

    Answers: is any contender consistently ahead over tasks, and how far must mean ranks be apart?
    Assumes: tasks are independent of each other and a fair sample of those one cares about.
    Misleads: as a size of effects: a rank does not tell a hair from a mile. Two settings of one
        task (lengths of a sequence) are hardly independent. Friedman's p is rough for few tasks.
    Source: Friedman 1937; Nemenyi 1963; Demšar 2006.
    """
    each = _ranked(scores)
    tasks, contenders = scores.shape
    mean = tuple(float(rank) for rank in each.mean(axis=0))
    if tasks < LEAST_TASKS or contenders < 3:
        return Ranks(mean, None, None)
    return Ranks(mean, _friedman(each), critical_difference(tasks, contenders))


def _ranked(scores: Floats) -> Floats:
    """1 for the best of each task; equal ones share the mean of their ranks."""
    above = (scores[:, None, :] > scores[:, :, None]).sum(axis=2)
    equal = (scores[:, None, :] == scores[:, :, None]).sum(axis=2)
    return np.asarray(above + (equal + 1) / 2)


def _friedman(each: Floats) -> float:
    """p of Friedman's χ², corrected for ties."""
    tasks, contenders = each.shape
    between = tasks * ((each.mean(axis=0) - (contenders + 1) / 2) ** 2).sum()
    within = ((each - (contenders + 1) / 2) ** 2).sum() / (tasks * (contenders - 1))
    return float(chdtrc(contenders - 1, between / within)) if within else 1.0


def critical_difference(tasks: int, contenders: int) -> float:
    """How far mean ranks must be apart for Nemenyi's test to tell them apart."""
    from scipy.stats import studentized_range  # slow to import

    q = studentized_range.ppf(LEVEL, contenders, np.inf) / np.sqrt(2)
    return float(q * np.sqrt(contenders * (contenders + 1) / (6 * tasks)))
