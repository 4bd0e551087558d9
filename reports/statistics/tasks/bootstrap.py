"""The mean of the middle half of all scores, and other shares of them, with bootstrap intervals."""

from collections.abc import Callable, Sequence

import numpy as np

from orchestrator.reports.statistics.intervals import LEVEL, Floats

DRAWS = 4000
SEED = 20210830  # of the bootstrap draws; stated on the page


def interquartile_mean(scores: Floats) -> Floats:
    """(…, n) → (…,): the mean without the lowest and the highest quarter, rounded down."""
    cut = scores.shape[-1] // 4
    middle = np.sort(scores, axis=-1)[..., cut : scores.shape[-1] - cut]
    return np.asarray(middle.mean(axis=-1))


def stratified(strata: Sequence[Floats], draws: int = DRAWS, seed: int = SEED) -> Floats:
    """(draws, all scores): every stratum drawn again from itself, with replacement."""
    generator = np.random.default_rng(seed)
    return np.hstack(
        [each[generator.integers(0, each.size, (draws, each.size))] for each in strata]
    )


def bootstrap(
    strata: Sequence[Floats],
    statistic: Callable[[Floats], Floats] = interquartile_mean,
    level: float = LEVEL,
) -> tuple[Floats, Floats, Floats]:
    """Value, low, high of a statistic of all scores; strata: the scores of each task.

    statistic: (draws, scores) → (draws, …).

    Answers: how good are typical trials over all tasks, and how much of that do seeds leave open?
    Assumes: the scores of different tasks mean the same; seeds are independent. The tasks are
        taken as they are: nothing is said of tasks that were not tried.
    Misleads: with few replicates, where a percentile interval is too narrow (of normal scores in
        one to five tasks it covers 87 to 93 % at n = 5 to 10, 93 to 95 % at n = 20). The
        interquartile mean does not see a failure in fewer than a quarter of all trials: look at
        the profile's left end.
    Source: Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical
        Precipice"; Efron 1979.
    """
    tail = (1 - level) / 2
    drawn = statistic(stratified(strata))
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    return statistic(np.concatenate(strata)[None])[0], low, high


def profile(thresholds: Floats) -> Callable[[Floats], Floats]:
    """A statistic: the share of scores above each threshold, (draws, thresholds)."""

    def shares(scores: Floats) -> Floats:
        return np.stack([(scores > each).mean(axis=-1) for each in thresholds], axis=-1)

    return shares
