"""Confusion matrices are those of scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from orchestrator.reports.statistics.predictions.confusion import MOST_CLASSES, confusions
from tests.reports.statistics.predictions.said import Ints, predictions, said, task

BASELINES = {"a": "a", "b": "a"}


def drawn(classes: int, seed: int = 0) -> dict[tuple[str, int], tuple[Ints, Ints]]:
    random = np.random.default_rng(seed)
    return {
        (variant, replicate): (random.integers(0, classes, 300), random.integers(0, classes, 300))
        for variant in "ab"
        for replicate in range(3)
    }


def test_shares_are_means_of_those_of_scikit_learn() -> None:
    pairs = drawn(4)
    found = confusions(
        predictions({key: said(*pair) for key, pair in pairs.items()}), task("ab", 4), BASELINES
    )
    for variant, own in found.by_variant.items():
        each = [pairs[variant, replicate] for replicate in range(3)]
        shares = [confusion_matrix(*pair, normalize="true") for pair in each]
        assert own.shares == pytest.approx(np.mean(shares, axis=0))
        assert own.counts.tolist() == sum(confusion_matrix(*pair) for pair in each).tolist()
    difference = found.by_variant["b"].shares - found.by_variant["a"].shares
    assert set(found.differences) == {"b"}
    assert found.differences["b"] == pytest.approx(difference)


def test_a_class_that_a_replicate_lacks_is_left_out_of_its_mean() -> None:
    by_trial = {("a", 0): said([0, 0, 1], [0, 1, 1]), ("a", 1): said([0, 0], [0, 0])}
    (own,) = confusions(predictions(by_trial), task("a", 3), {}).by_variant.values()
    assert own.shares[0].tolist() == [0.75, 0.25, 0]
    assert own.shares[1].tolist() == [0, 1, 0]
    assert np.isnan(own.shares[2]).all()


def test_of_many_classes_those_with_most_errors_are_shown() -> None:
    targets = np.repeat(np.arange(100), 3)
    answers = targets.copy()
    answers[targets >= 90] = 99 - (targets[targets >= 90] - 90)  # 90 ↔ 99, 91 ↔ 98 …
    found = confusions(predictions({("a", 0): said(targets, answers)}), task("a", 100), {})
    assert len(found.classes) == MOST_CLASSES
    assert set(range(90, 100)) <= set(found.classes)
    (own,) = found.by_variant.values()
    place = found.classes.index(90)
    assert own.shares[place, found.classes.index(99)] == 1
    assert own.shares[place, place] == 0
