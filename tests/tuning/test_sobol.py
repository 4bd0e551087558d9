"""Quasi-random points."""

import numpy as np
from scipy.stats import qmc

from orchestrator.tuning.sobol import sobol_points, unit_points
from tests.plan.tuned import TUNED
from tests.study.texts import parse


def test_all_variants_meet_the_same_points_of_the_unit_cube() -> None:
    study = parse(TUNED)
    assert study.tune is not None
    points = sobol_points(study, study.tune)
    rates = {
        tuple(values["training.learning_rate"] for values in points[0, variant.variant_id])
        for variant in study.variants
    }
    assert len(rates) == 1
    momentum = {v.label: {len(p) for p in points[0, v.variant_id]} for v in study.variants}
    assert momentum == {"activation=sigmoid": {1}, "activation=tanh": {2}, "activation=relu": {1}}


def test_tuning_studies_and_study_seeds_draw_other_points() -> None:
    drawn = {str(unit_points(2, 4, seed, number)) for seed in (0, 1) for number in (0, 1)}
    assert len(drawn) == 4
    assert unit_points(2, 4, 0, 1) == unit_points(2, 4, 0, 1)


def test_more_points_begin_with_the_same_ones() -> None:
    assert unit_points(3, 11, 0, 0)[:5] == unit_points(3, 5, 0, 0)


def test_points_are_more_even_than_chance() -> None:
    ours = qmc.discrepancy(np.array(unit_points(2, 32, 0, 0)))
    chance = [qmc.discrepancy(np.random.default_rng(i).random((32, 2))) for i in range(20)]
    assert ours < min(chance)
    assert np.histogram(unit_points(1, 8, 0, 0), bins=8, range=(0, 1))[0].tolist() == [1] * 8
