"""Rounds of points that follow from scores, with a search whose every word can be foreseen."""

from collections.abc import Mapping

import pytest

from orchestrator.plan.make_plan import make_plan
from orchestrator.plan.records import Plan
from orchestrator.plan.tuning import TuningSoFar
from orchestrator.study.design.nuisance_values import Values
from orchestrator.study.records import Nuisance, Study
from orchestrator.tuning.suggested import SuggestedPoints
from tests.plan.studies import PRINTS
from tests.plan.tuned import TUNED
from tests.study.texts import parse

TEN = TUNED.replace("points: 3", "points: 10\n  method: optuna").replace("[0.01, 1]", "[0.001, 1]")


class Counting:
    """Suggests 0.01 for each point told, and 0.001 for each asked for; remembers what it heard."""

    heard: list[tuple[int, float | None]]

    def __init__(self, space: tuple[Nuisance, ...], direction: str, random: int, seed: int) -> None:
        self.space, self.heard = space, []

    def suggest(self, point: int) -> Values:
        value = round(0.01 * len(self.heard) + 0.001 * (point + 1), 6)
        return {nuisance.path: value for nuisance in self.space}

    def tell(self, point: int, score: float | None) -> None:
        self.heard.append((point, score))


def planned(
    study: Study, results: Mapping[str, str], scores: Mapping[str, float], search: type = Counting
) -> Plan:
    assert study.tune is not None
    suggesting = SuggestedPoints(study, study.tune, PRINTS, scores, results.__contains__, search)
    return make_plan(
        study, results, 2, None, prints=PRINTS, known=TuningSoFar(suggesting.points(), scores)
    )


def rounds(study: Study, lost: frozenset[str] = frozenset()) -> list[Plan]:
    """Plans until nothing is left to tune; trials in `lost` diverge."""
    results: dict[str, str] = {}
    scores: dict[str, float] = {}
    plans = [planned(study, results, scores)]
    while plans[-1].is_tuning:
        for trial in (trial for pack in plans[-1].packs for trial in pack.trials):
            results[trial.trial_id] = "diverged" if trial.trial_id in lost else "completed"
            if trial.trial_id not in lost:
                scores[trial.trial_id] = trial.variant.loop.training.learning_rate
        plans.append(planned(study, results, scores))
    return plans


def test_a_plan_knows_points_as_far_as_their_predecessors_have_scores() -> None:
    plans = rounds(parse(TEN))
    assert [sum(len(pack.trials) for pack in made.packs) for made in plans] == [24, 24, 12, 12]
    assert [made.to_come for made in plans] == [36, 12, 0, 0]
    assert [made.pending for made in plans] == [12, 12, 12, 0]
    assert plans[-1].tuning is not None
    points = {tuned: len(own) for tuned, own in plans[-1].tuning.points.items()}
    assert set(points.values()) == {10}  # the same budget for all variants
    assert len(points) == 3


@pytest.mark.slow
def test_each_round_is_suggested_from_the_scores_before_it() -> None:
    made = rounds(parse(TEN))[-1]
    assert made.tuning is not None
    for own in made.tuning.points.values():
        rates = [point.values["training.learning_rate"] for point in own]
        assert rates == [0.001, 0.002, 0.003, 0.004, 0.045, 0.046, 0.047, 0.048, 0.089, 0.09]


def test_variants_share_the_packs_of_a_round() -> None:
    """Four points, two seeds, of one structure: one pack, or one for each worker."""
    first = rounds(parse(TEN))[0]
    assert {len({trial.point for trial in pack.trials}) for pack in first.packs} == {4}


def test_points_are_told_by_their_mean_and_lost_ones_as_the_worst() -> None:
    study = parse(TEN)
    first = rounds(study)[0]
    gone = next(t.trial_id for t in first.trials if t.variant.label == "activation=relu")
    heard: dict[str, list[tuple[int, float | None]]] = {}

    class Listening(Counting):
        def tell(self, point: int, score: float | None) -> None:
            super().tell(point, score)
            heard[str(id(self))] = self.heard

    results = {t.trial_id: "completed" for t in first.trials} | {gone: "diverged"}
    scores = {t.trial_id: 0.5 + t.replicate / 10 for t in first.trials if t.trial_id != gone}
    planned(study, results, scores, Listening)
    whole = [(0, 0.55), (1, 0.55), (2, 0.55), (3, 0.55)]
    assert sorted(map(str, heard.values())) == sorted(
        map(str, [whole, whole, [(0, None), *whole[1:]]])
    )


@pytest.mark.slow
def test_more_points_begin_with_the_same_ones() -> None:
    six = rounds(parse(TEN.replace("points: 10", "points: 6")))[-1]
    ten = rounds(parse(TEN))[-1]
    assert {t.trial_id for t in six.trials if t.phase == "tuning"} < {
        t.trial_id for t in ten.trials if t.phase == "tuning"
    }


def test_a_variant_without_a_setting_to_tune_has_one_point() -> None:
    text = TEN.replace("[0.001, 1]}", "[0.001, 1], when: {model.activation: tanh}}")
    made = rounds(parse(text))[-1]
    assert made.tuning is not None
    assert sorted(map(len, made.tuning.points.values())) == [1, 1, 10]
    assert made.pending == 0
