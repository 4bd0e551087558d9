"""What the tuning selected, and the spread over tuning studies."""

import numpy as np
import pytest

from orchestrator.reports.statistics.tuning.tuning import study_spread
from tests.reports.some import some


def test_means_and_both_spreads_are_those_of_numpy() -> None:
    values = {0: 1.0, 1: 5.0, 2: 2.0, 3: 6.0, 4: 3.0, 5: 9.0}
    even, odd = [1.0, 2.0, 3.0], [5.0, 6.0, 9.0]
    spread = some(study_spread(values, 2))
    assert spread.means == (float(np.mean(even)), float(np.mean(odd)))
    assert spread.between == pytest.approx(np.std([np.mean(even), np.mean(odd)], ddof=1))
    pooled = np.sqrt((np.var(even, ddof=1) + np.var(odd, ddof=1)) / 2)  # of equal sizes
    assert spread.within == pytest.approx(pooled)


def test_seeds_alone_would_make_as_much_as_is_said() -> None:
    """Tunings that all chose the same settings: the sd between is that of means of seeds."""
    rng = np.random.default_rng(3)
    made = [some(study_spread(dict(enumerate(rng.normal(size=12))), 3)) for _ in range(2000)]
    between = np.sqrt(np.mean([each.between**2 for each in made]))
    by_seeds = np.sqrt(np.mean([some(each.by_seeds) ** 2 for each in made]))
    assert between == pytest.approx(1 / np.sqrt(4), rel=0.05)
    assert by_seeds == pytest.approx(between, rel=0.05)
    assert some(study_spread({0: 1.0, 1: 2.0}, 2)).by_seeds is None


def test_it_does_not_hang_on_the_order_of_replicates() -> None:
    values = {r: float(x) for r, x in enumerate(np.random.default_rng(0).normal(size=12))}
    turned = dict(reversed(values.items()))
    one, other = (some(study_spread(each, 3)) for each in (values, turned))
    assert one.between == pytest.approx(other.between)


def test_one_tuning_study_has_no_spread() -> None:
    assert study_spread({0: 1.0, 1: 2.0}, 1) is None
    assert study_spread({0: 1.0, 2: 2.0}, 2) is None  # the other one has no result
    assert some(study_spread({0: 1.0, 1: 2.0}, 2)).within is None  # one replicate each


def test_tuning_studies_that_differ_stand_out_from_seeds() -> None:
    rng = np.random.default_rng(1)
    values = {r: 10.0 * (r % 4) + rng.normal() for r in range(40)}
    spread = some(study_spread(values, 4))
    assert spread.between == pytest.approx(np.std([0, 10, 20, 30], ddof=1), rel=0.1)
    assert spread.within == pytest.approx(1, rel=0.3)
