"""Simulated results of studies whose true differences are 0, of eight kinds."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rng = np.random.Generator
Draw = Callable[[Rng, int, int, int], Floats]

POOL, TRAIN, TEST = 300, 200, 50  # examples; the shipped study on digits: 1,797, 1,197, 300
_FEATURES = 4  # that each learner sees
_APART = 0.3  # distance of a class mean from 0 in each feature, in standard deviations
_NOISE = 0.05  # standard deviation of a network that does not fail; a failure costs 1


@dataclass(frozen=True)
class Kind:
    """draw: (rng, studies, n, m) → values (studies, n, 1 + m), the baseline first.

    The expected value of every column is the same. holds: whether the differences are symmetric
    and replicates independent, as the procedure assumes. tail: the side of rare large differences,
    on which a difference at the margin is most easily missed. normal: whether the differences are,
    as printed power assumes.
    """

    name: str
    null: str
    draw: Draw
    holds: bool
    tail: int = 1
    normal: bool = False
    ratio: float | None = None  # n_test / n_train of data that every replicate splits anew

    def sd(self, m: int) -> Floats:
        """(m,) standard deviations of the differences within a study, by simulation."""
        values = self.draw(np.random.default_rng(m), 500, 10, m)
        d = values[:, :, 1:] - values[:, :, :1]
        return np.asarray(np.sqrt(d.var(axis=1, ddof=1).mean(axis=0)))


def normal(rng: Rng, studies: int, n: int, m: int) -> Floats:
    return rng.normal(size=(studies, n, 1 + m))


def skewed(rng: Rng, studies: int, n: int, m: int) -> Floats:
    values = rng.exponential(size=(studies, n, 1 + m)) - 1
    values[:, :, 0] = 0
    return values


def equally_skewed(rng: Rng, studies: int, n: int, m: int) -> Floats:
    return rng.exponential(size=(studies, n, 1 + m))


def tied(rng: Rng, studies: int, n: int, m: int) -> Floats:
    return np.asarray(np.round(normal(rng, studies, n, m)))


def unequal(rng: Rng, studies: int, n: int, m: int) -> Floats:
    return np.asarray(normal(rng, studies, n, m) * np.array([1.0, *np.geomspace(0.2, 5, m)]))


def lottery(rng: Rng, studies: int, n: int, m: int, share: float) -> Floats:
    values = _NOISE * normal(rng, studies, n, m)
    values[:, :, 1:] += share - (rng.random((studies, n, m)) < share)
    return values


def rarely(rng: Rng, studies: int, n: int, m: int) -> Floats:
    return lottery(rng, studies, n, m, 0.05)


def often(rng: Rng, studies: int, n: int, m: int) -> Floats:
    return lottery(rng, studies, n, m, 0.3)


def resplit(rng: Rng, studies: int, n: int, m: int) -> Floats:
    """Test accuracies of 1 + m nearest-mean classifiers, trained on splits of one pool per study.

    Each sees four features of its own, and all features have the same distribution: over pools
    the classifiers are exchangeable.
    """
    return np.array([_one_pool(rng, n, 1 + m) for _ in range(studies)])


def _one_pool(rng: Rng, n: int, learners: int) -> Floats:
    """(n, learners)."""
    labels = np.repeat([1.0, -1.0], POOL // 2)
    pool = rng.normal(size=(POOL, learners, _FEATURES)) + _APART * labels[:, None, None]
    order = np.argsort(rng.random((n, POOL)), axis=1)
    train, test = order[:, :TRAIN], order[:, TRAIN : TRAIN + TEST]
    first, second = (_means(pool, train, labels, label) for label in (1.0, -1.0))
    weights = first - second
    offset = ((first + second) * weights).sum(axis=2) / 2  # (n, learners)
    scores = np.einsum("ntlf,nlf->ntl", pool[test], weights) - offset[:, None]
    right = np.sign(scores) == labels[test][:, :, None]
    return np.asarray(right.mean(axis=1))


def _means(pool: Floats, train: NDArray[np.int64], labels: Floats, label: float) -> Floats:
    """(n, learners, features) of the training examples with this label."""
    chosen = np.zeros((len(train), POOL))
    np.put_along_axis(chosen, train, 1.0, axis=1)
    chosen *= labels == label
    chosen /= chosen.sum(axis=1, keepdims=True)
    return np.asarray(np.tensordot(chosen, pool, axes=1))


KINDS = (
    Kind(
        "normal", "All results are normal with the same mean and spread.", normal, True, normal=True
    ),
    Kind(
        "tied",
        "The same, each result rounded to a multiple of its standard deviation: of the differences "
        "a quarter are 0.",
        tied,
        True,
    ),
    Kind(
        "unequal",
        "Normal with the same mean; the baseline's standard deviation is 1, those of the variants "
        "lie between 0.2 and 5.",
        unequal,
        True,
        normal=True,
    ),
    Kind(
        "equally skewed",
        "All results are exponential with the same mean: each is skewed, no difference is.",
        equally_skewed,
        True,
    ),
    Kind(
        "skewed",
        "Means are equal, shapes are not: the baseline is always at its mean, the variants are "
        "exponential.",
        skewed,
        False,
    ),
    Kind(
        "lottery, 30 %",
        "Means are equal, shapes are not: the baseline is steady, the variants fail in 30 % of "
        "seeds, which costs 1, and are better by .3 in the others; all have normal noise of "
        f"standard deviation {_NOISE:g}.".replace("0.", "."),
        often,
        False,
        tail=-1,
    ),
    Kind(
        "lottery, 5 %",
        "The same with failures in 5 % of seeds, and variants better by .05 in the others.",
        rarely,
        False,
        tail=-1,
    ),
    Kind(
        "re-split",
        f"Each replicate splits the same {POOL} examples anew into {TRAIN} for training and {TEST} "
        "for test (the rest is left); equally good classifiers, so that over *other* examples the "
        "means are equal.",
        resplit,
        False,
        ratio=TEST / TRAIN,
    ),
)
