"""Examples that all variants get wrong, found by hand."""

import pytest

from orchestrator.reports.statistics.predictions.always_wrong import always_wrong
from tests.reports.statistics.predictions.said import predictions, said, task

BY_TRIAL = {
    ("a", 0): said([1, 1, 0, 0], [0, 1, 2, 0], [7, 8, 9, 10]),
    ("b", 0): said([1, 1, 0, 0], [0, 0, 1, 0], [7, 8, 9, 10]),
    ("a", 1): said([1, 0, 1, 1], [0, 0, 1, 0], [7, 9, 11, 12]),
    ("b", 1): said([1, 0, 1, 1], [2, 1, 1, 0], [7, 9, 11, 12]),
    ("a", 2): said([1], [0], [7]),  # b has failed
}


def test_those_of_shared_examples() -> None:
    found = always_wrong(predictions(BY_TRIAL), task("ab", 3))
    assert found is not None
    assert found.replicates == 2
    assert found.share == pytest.approx((2 / 4 + 2 / 4) / 2)
    assert found.alone == pytest.approx((2 / 4 + 3 / 4 + 2 / 4 + 3 / 4) / 4)
    assert found.distinct == 3
    first, second, third = found.shown
    assert (first.example, first.wrong, first.seen, first.target) == (7, 2, 2, 1)
    assert (first.answer, first.answer_share, first.position) == (0, 0.75, None)
    assert (second.example, second.wrong, second.seen, second.replicate) == (12, 1, 1, 1)
    assert (third.example, third.wrong, third.seen) == (9, 1, 2)


def test_generated_examples_are_of_one_replicate() -> None:
    found = always_wrong(predictions(BY_TRIAL), task("ab", 3, "generated"))
    assert found is not None
    assert [(each.example, each.replicate) for each in found.shown] == [
        (7, 0), (9, 0), (7, 1), (12, 1)
    ]  # fmt: skip
    assert {(each.wrong, each.seen) for each in found.shown} == {(1, 1)}


def test_none_where_no_replicate_has_all_variants() -> None:
    assert always_wrong(predictions({("a", 0): BY_TRIAL["a", 0]}), task("ab", 3)) is None
