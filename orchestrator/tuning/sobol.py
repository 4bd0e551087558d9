"""Quasi-random points: they cover the ranges evenly, even if there are few."""

from collections.abc import Sequence
from math import ceil, log2

from scipy.stats import qmc

from orchestrator.plan.records import Tuned
from orchestrator.seeds import seed_for
from orchestrator.study.design.nuisance_values import Values
from orchestrator.study.records import Study, Tune


def sobol_points(study: Study, tune: Tune) -> dict[Tuned, Sequence[Values]]:
    """All points of every variant in every tuning study.

    The points of the unit cube are the same for all variants, so that their tuning is paired: a
    setting has one coordinate, whichever of its ranges a variant has; if a variant lacks a setting,
    its coordinate is left out. A larger number of points begins with the
    same ones.
    """
    found: dict[Tuned, Sequence[Values]] = {}
    for tuning_study in range(tune.studies):
        cube = unit_points(len(tune.paths), tune.points, study.seed, tuning_study)
        for variant in study.variants:
            own = {nuisance.path: nuisance for nuisance in tune.of(variant)}
            values = [
                {path: own[path].at(x) for path, x in zip(tune.paths, point, strict=True)
                 if path in own}
                for point in cube
            ]  # fmt: skip
            found[tuning_study, variant.variant_id] = values
    return found


def unit_points(
    dimensions: int, count: int, study_seed: int, tuning_study: int
) -> list[list[float]]:
    """(count, dimensions), 0 ≤ x < 1: the beginning of a scrambled Sobol sequence.

    Source: Owen 1998, "Scrambling Sobol' and Niederreiter-Xing Points"; scipy.stats.qmc.
    """
    seed = seed_for("points", tuning_study, study_seed=study_seed)
    sequence = qmc.Sobol(dimensions, scramble=True, rng=seed)
    points = sequence.random_base2(ceil(log2(count)))  # other numbers cause a warning
    return [list(map(float, point)) for point in points[:count]]
