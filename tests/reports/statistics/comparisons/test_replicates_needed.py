"""How many replicates settle a comparison: against the pipeline itself, run on that many."""

from dataclasses import replace

import numpy as np
import pytest

from orchestrator.reports.data.read import parse_plan
from orchestrator.reports.statistics.comparisons.comparisons import comparisons
from orchestrator.reports.statistics.comparisons.power import MOST
from orchestrator.reports.statistics.comparisons.replicates_needed import settling, share_settled
from tests.reports.sample import Sample, plan_document


def study(contrasts, smallest=None):
    factors = {"model.activation": ["sigmoid", *(f"a{i}" for i in range(contrasts))]}
    document = plan_document(Sample(factors=factors, replicates=10))
    document["compare"]["smallest_difference"] = smallest
    return parse_plan(document)


def compared(made, table):
    """Rows of (replicates, variants) values, the baseline first."""
    values = {v.variant_id: dict(enumerate(table[:, i])) for i, v in enumerate(made.variants)}
    return comparisons(made, values).rows


def one(differences, smallest=None):
    table = 0.3 + np.column_stack([np.zeros(len(differences)), differences])  # at no bound
    return settling(compared(study(1, smallest), table), len(differences), smallest)


@pytest.mark.slow
@pytest.mark.parametrize(("contrasts", "n", "smallest"), [(1, 8, None), (4, 5, None), (1, 10, 0.3)])
def test_with_that_many_replicates_about_as_many_are_settled_as_said(contrasts, n, smallest):
    """True differences as large as the spread; every undecided one goes on to what it needs."""
    rng, made, settled = np.random.default_rng(1), study(contrasts, smallest), []
    for _ in range(160 // contrasts):
        truth = np.append(0.0, rng.normal(0, 1, contrasts))
        table = truth + rng.normal(0, np.sqrt(0.5), (MOST, contrasts + 1))
        found = settling(compared(made, table[:n]), n, smallest)
        for variant, needed in (found.needed if found else {}).items():
            later = compared(made, table[:needed]) if needed else ()
            settled += [row.verdict != "undecided" for row in later if row.variant == variant]
    assert len(settled) >= 25
    assert 0.65 <= np.mean(settled) <= 0.92


def test_larger_differences_need_fewer_replicates():
    noise = np.random.default_rng(0).normal(0, 1, 8)
    noise = (noise - noise.mean()) / noise.std(ddof=1)
    needed = [next(iter(one(noise + shift).needed.values())) for shift in (0.5, 0.6, 0.75)]
    assert needed == sorted(needed, reverse=True)
    assert len(set(needed)) == 3


def test_more_comparisons_and_fewer_replicates_settle_less():
    share = share_settled(8, 0.5, 1.0, 24, 1, None)
    assert share_settled(8, 0.5, 1.0, 24, 10, None) < share
    assert share_settled(8, 0.5, 1.0, 16, 1, None) < share
    assert share_settled(8, 0.5, 1.0, 24, 1, 0.1) >= share  # a zone only adds a way to end


def test_few_replicates_without_any_spread_need_six():
    found = one([0.5, 0.5, 0.5])
    assert (found.proposed, found.settled, found.undecided) == (6, 1, 1)


def test_no_difference_at_all_is_never_settled_without_a_zone():
    assert one([0.0] * 5).proposed is None
    assert one([0.0] * 5, smallest=0.1).proposed == 6


def test_one_replicate_has_no_spread():
    found = one([0.5])
    assert (found.proposed, list(found.needed.values())) == (None, [None])


def test_nothing_is_proposed_when_nothing_is_open():
    assert one(np.linspace(0.9, 1.1, 8)) is None


def test_the_proposal_settles_at_least_half():
    rng = np.random.default_rng(5)
    table = np.column_stack([np.zeros(8), rng.normal([0.3, 0.5, 0.7, 0.0], 1, (8, 4))])
    found = settling(compared(study(4), table), 8, None)
    likely = [n for n in found.needed.values() if n is not None and n <= found.proposed]
    assert found.settled == len(likely) >= found.undecided / 2


def test_diverged_trials_close_the_way_to_equivalence():
    differences = np.random.default_rng(2).normal(0, 0.05, 8)
    table = np.column_stack([np.zeros(8), differences])
    (row,) = compared(study(1, 0.03), table)
    needed = [
        next(iter(settling([replace(row, diverged=n)], 8, 0.03).needed.values())) for n in (0, 1)
    ]
    assert needed[1] is None or needed[1] > needed[0]
