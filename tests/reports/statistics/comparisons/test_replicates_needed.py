"""How many replicates decide a comparison: against the pipeline itself, run on that many."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.comparisons.comparisons import Comparison, comparisons
from orchestrator.reports.statistics.comparisons.power import MOST
from orchestrator.reports.statistics.comparisons.replicates_needed import (
    ReplicatesNeeded,
    replicates_needed,
    share_decided,
)
from orchestrator.reports.statistics.intervals import Floats
from tests.reports.sample import Sample, parse_plan, plan_document
from tests.reports.some import some


def study(contrasts: int, smallest: float | None = None) -> PlanDocument:
    factors = {"model.activation": ["sigmoid", *(f"a{i}" for i in range(contrasts))]}
    document = plan_document(Sample(factors=factors, replicates=10))
    document["compare"]["smallest_difference"] = smallest
    return parse_plan(document)


def compared(made: PlanDocument, table: Floats) -> tuple[Comparison, ...]:
    """Rows of (replicates, variants) values, the baseline first."""
    values = {v.variant_id: dict(enumerate(table[:, i])) for i, v in enumerate(made.variants)}
    return comparisons(made, values).rows


def one(
    differences: Sequence[float] | Floats, smallest: float | None = None
) -> ReplicatesNeeded | None:
    table = 0.3 + np.column_stack([np.zeros(len(differences)), differences])  # at no bound
    return replicates_needed(compared(study(1, smallest), table), len(differences), smallest)


@pytest.mark.slow
@pytest.mark.parametrize(("contrasts", "n", "smallest"), [(1, 8, None), (4, 5, None), (1, 10, 0.3)])
def test_with_that_many_replicates_about_as_many_are_decided_as_said(
    contrasts: int, n: int, smallest: float | None
) -> None:
    """True differences as large as the spread; every undecided one goes on to what it needs."""
    rng, made, decided = np.random.default_rng(1), study(contrasts, smallest), []
    for _ in range(160 // contrasts):
        truth = np.append(0.0, rng.normal(0, 1, contrasts))
        table = truth + rng.normal(0, np.sqrt(0.5), (MOST, contrasts + 1))
        found = replicates_needed(compared(made, table[:n]), n, smallest)
        for variant, needed in (found.needed if found else {}).items():
            later = compared(made, table[:needed]) if needed else ()
            decided += [row.verdict != "undecided" for row in later if row.variant == variant]
    assert len(decided) >= 25
    assert 0.65 <= np.mean(decided) <= 0.92


def test_larger_differences_need_fewer_replicates() -> None:
    noise = np.random.default_rng(0).normal(0, 1, 8)
    noise = (noise - noise.mean()) / noise.std(ddof=1)
    needed = [next(iter(some(one(noise + shift)).needed.values())) for shift in (0.5, 0.6, 0.75)]
    assert needed == sorted(map(some, needed), reverse=True)
    assert len(set(needed)) == 3


def test_more_comparisons_and_fewer_replicates_decide_less() -> None:
    share = share_decided(8, 0.5, 1.0, 24, 1, None)
    assert share_decided(8, 0.5, 1.0, 24, 10, None) < share
    assert share_decided(8, 0.5, 1.0, 16, 1, None) < share
    assert share_decided(8, 0.5, 1.0, 24, 1, 0.1) >= share  # a zone only adds a way to end


def test_few_replicates_without_any_spread_need_six() -> None:
    found = some(one([0.5, 0.5, 0.5]))
    assert (found.proposed, found.decided, found.undecided) == (6, 1, 1)


def test_no_difference_at_all_is_never_decided_without_a_zone() -> None:
    assert some(one([0.0] * 5)).proposed is None
    assert some(one([0.0] * 5, smallest=0.1)).proposed == 6


def test_one_replicate_has_no_spread() -> None:
    found = some(one([0.5]))
    assert (found.proposed, list(found.needed.values())) == (None, [None])


def test_nothing_is_proposed_when_nothing_is_open() -> None:
    assert one(np.linspace(0.9, 1.1, 8)) is None


def test_the_proposal_decides_at_least_half() -> None:
    rng = np.random.default_rng(5)
    table = np.column_stack([np.zeros(8), rng.normal([0.3, 0.5, 0.7, 0.0], 1, (8, 4))])
    found = some(replicates_needed(compared(study(4), table), 8, None))
    proposed = some(found.proposed)
    likely = [n for n in found.needed.values() if n is not None and n <= proposed]
    assert found.decided == len(likely) >= found.undecided / 2


def test_diverged_trials_close_the_way_to_equivalence() -> None:
    differences = np.random.default_rng(2).normal(0, 0.05, 8)
    table = np.column_stack([np.zeros(8), differences])
    (row,) = compared(study(1, 0.03), table)
    needed = [
        next(iter(some(replicates_needed([replace(row, diverged=n)], 8, 0.03)).needed.values()))
        for n in (0, 1)
    ]
    assert needed[1] is None or needed[1] > some(needed[0])
