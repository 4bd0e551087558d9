"""Predictions by hand."""

from collections.abc import Iterable, Sequence

import pytest

from orchestrator.plan.duration import Speeds, Timing, pack_work, predict, work_of
from orchestrator.plan.records import Pack
from tests.training.packs import pack, variant

SHORT, LONG = pack([variant("short", epochs=2)]), pack([variant("long", epochs=8)])


def named(name: str, source: Pack) -> Pack:
    return Pack(name, source.trials, source.study, source.study_seed, source.code_digest)


def timing(source: Pack, wall_s: float, members: int = 2, device: str = "cpu") -> Timing:
    return Timing(pack_work(source, device), members, wall_s)


def known(timings: Iterable[Timing]) -> Speeds:
    return Speeds(lambda: timings, "cpu")


def predicted(packs: Sequence[Pack], speeds: Speeds, workers: int) -> tuple[float, int, int]:
    """Seconds, packs, packs whose structure was timed."""
    found = predict(packs, speeds, workers)
    assert found is not None
    return found.wall_s, found.packs, found.known


def test_nothing_like_it_no_prediction() -> None:
    assert predict([SHORT], known([]), 1) is None
    assert predict([SHORT], known([timing(LONG, 1.0)]), 1) is None
    assert predict([SHORT], known([timing(SHORT, 1.0, device="cuda")]), 1) is None


def test_earlier_packs_of_the_nearest_size_decide_by_their_median() -> None:
    near = [timing(SHORT, wall_s, members=3) for wall_s in (3.0, 6.0, 30.0)]
    far = [timing(SHORT, 1000.0, members=50)]
    assert predicted([SHORT], known(near + far), 1) == pytest.approx((4.0, 1, 1))


def test_packs_go_to_the_worker_that_is_free_first() -> None:
    packs = [named(name, SHORT) for name in "abc"]
    timings = [timing(SHORT, 10.0)]
    assert predicted(packs, known(timings), 1) == pytest.approx((30.0, 3, 3))
    assert predicted(packs, known(timings), 2) == pytest.approx((20.0, 3, 3))
    assert predicted(packs, known(timings), 9) == pytest.approx((10.0, 3, 3))


def test_unknown_structures_are_scaled_by_their_cost() -> None:
    """Four times as many epochs are four times the work."""
    both = [named("a", LONG), named("b", SHORT)]
    assert predicted(both, known([timing(SHORT, 10.0)]), 1) == pytest.approx((50.0, 2, 1))


def test_what_stacks_or_is_not_set_does_not_count_as_structure() -> None:
    one = {"model.depth": 2, "training.learning_rate": 0.1, "training.clip_norm": None}
    other = {"model.depth": 2, "training.learning_rate": 0.9, "model.init.scale": 2.0}
    assert work_of(one, "replication", "cpu") == work_of(other, "replication", "cpu")
    assert work_of(one, "replication", "cpu") != work_of(one, "tuning", "cpu")
