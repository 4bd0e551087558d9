"""Ranks over several tasks, and whether they differ by more than chance."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from orchestrator.reports.statistics.intervals import LEVEL, Floats

LEAST_TASKS = 5
ALPHA = 0.05


@dataclass(frozen=True)
class Ranks:
    """Mean rank of each contender, 1 the best; no test below five tasks or three contenders."""

    mean: tuple[float, ...]
    p: float | None  # Friedman
    critical_difference: float | None  # Nemenyi, 5 %

    @property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """Contenders, by index, that are not distinguished; none where nothing is tested."""
        if self.p is None or self.critical_difference is None:
            return ()
        every = float("inf")  # where Friedman finds no difference, no pair is tested
        return not_told_apart(self.mean, self.critical_difference if self.p <= ALPHA else every)


def ranks(scores: Floats) -> Ranks:
    """scores: (tasks, contenders), the higher the better.

    Answers: is any contender consistently ahead over tasks, and how far must mean ranks be apart?
    Assumes: tasks are independent of each other and a fair sample of those one cares about.
    Misleads: as a size of effects: a rank hides how large a difference is. Two settings of one
        task (lengths of a sequence) are hardly independent. Friedman's p is rough for few tasks.
    Source: Friedman 1937; Nemenyi 1963; Demšar 2006.
    """
    each = _ranked(scores)
    tasks, contenders = scores.shape
    mean = tuple(float(rank) for rank in each.mean(axis=0))
    if tasks < LEAST_TASKS or contenders < 3:
        return Ranks(mean, None, None)
    return Ranks(mean, _friedman(each), critical_difference(tasks, contenders))


def not_told_apart(mean: tuple[float, ...], difference: float) -> tuple[tuple[int, ...], ...]:
    """The largest groups within which no two mean ranks are further apart; the best first.

    Answers: which contenders may be equally good, as far as these tasks show?
    Assumes: one critical difference for all pairs, as Nemenyi's test has.
    Misleads: where groups overlap: the one in the middle differs from neither side, though
        the sides are from each other. It cannot belong to both; the tasks are too few to say.
    Source: the bars of Demšar 2006, figure 1.
    """
    order = sorted(range(len(mean)), key=lambda each: mean[each])
    found: list[tuple[int, ...]] = []
    for place, first in enumerate(order):
        group = tuple(each for each in order[place:] if mean[each] - mean[first] <= difference)
        if len(group) > 1 and not any(set(group) <= set(wider) for wider in found):
            found.append(group)
    return tuple(found)


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
    """How far mean ranks must be apart for Nemenyi's test to separate them."""
    from scipy.stats import studentized_range  # slow to import

    q = studentized_range.ppf(LEVEL, contenders, np.inf) / np.sqrt(2)
    return float(q * np.sqrt(contenders * (contenders + 1) / (6 * tasks)))
