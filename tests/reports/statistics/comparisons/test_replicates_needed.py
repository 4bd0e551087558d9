"""How many replicates decide a comparison: against the pipeline itself, run on that many."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np
import pytest
from scipy import stats

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.comparisons import signflip
from orchestrator.reports.statistics.comparisons.comparisons import Comparison, comparisons
from orchestrator.reports.statistics.comparisons.power import MOST
from orchestrator.reports.statistics.comparisons.replicates_needed import (
    ReplicatesNeeded,
    Seen,
    critical_t,
    replicates_needed,
    share_decided,
    true_variance,
)
from orchestrator.reports.statistics.intervals import Floats
from tests.reports.sample import Sample, parse_plan, plan_document
from tests.reports.some import some

FLIPS = 2**12  # sign patterns above 16 replicates
REAL = [  # replicates, contrasts, real ones, simulated studies
    (6, 1, 1, 150), (6, 3, 2, 150), (6, 12, 6, 60), (6, 12, 12, 60), (10, 3, 2, 150),
]  # fmt: skip
NULL = [  # replicates, contrasts, real ones, share of studies with a proposal at most
    (6, 1, 0, 0.13), (6, 3, 0, 0.1), (6, 12, 0, 0.05), (6, 3, 1, 0.15), (6, 12, 1, 0.05),
    (10, 1, 0, 0.06), (10, 12, 0, 0.05), (10, 3, 1, 0.06),
]  # fmt: skip


@pytest.fixture
def few_flips(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """They give a p-value of .05 to ±.007, in a sixteenth of the time."""
    monkeypatch.setattr(signflip, "DRAWS", FLIPS)
    signflip.sign_patterns.cache_clear()
    yield
    signflip.sign_patterns.cache_clear()


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


@dataclass
class Tally:
    """What became of the proposals made in simulated studies."""

    undecided: int = 0  # studies with something undecided
    proposals: int = 0
    named: int = 0  # comparisons that the proposals say will be decided
    decided: int = 0  # of these

    @property
    def proposed(self) -> float:
        return self.proposals / self.undecided

    @property
    def kept(self) -> float:
        return self.decided / self.named


def simulate(truths: Sequence[Floats], n: int, smallest: float | None = None) -> Tally:
    """Studies of n replicates, run again with as many as is proposed. Spreads of differences: 1."""
    rng, tally = np.random.default_rng(1), Tally()
    for truth in truths:
        made = study(len(truth), smallest)
        table = np.append(0.0, truth) + rng.normal(0, 0.5**0.5, (MOST, len(truth) + 1))
        found = replicates_needed(compared(made, table[:n]), n, smallest)
        tally.undecided += found is not None
        if found is None or found.proposed is None:
            continue
        named = {v for v, needed in found.needed.items() if needed and needed <= found.proposed}
        later = compared(made, table[: found.proposed])
        tally.proposals += 1
        tally.named += len(named)
        tally.decided += sum(r.verdict != "undecided" for r in later if r.variant in named)
    return tally


def sized(contrasts: int, real: int, studies: int) -> list[Floats]:
    """Some contrasts real: by .4, .8 or 1.2 spreads in turn; the others 0."""
    sizes = [(0.4, 0.8, 1.2)[i % 3] for i in range(studies)]
    return [np.where(np.arange(contrasts) < real, size, 0.0) for size in sizes]


@pytest.mark.slow
@pytest.mark.usefixtures("few_flips")
@pytest.mark.parametrize(("n", "contrasts", "real", "studies"), REAL)
def test_what_a_proposal_names_is_decided_as_often_as_stated(
    n: int, contrasts: int, real: int, studies: int
) -> None:
    """All or half of the family real: at least 75 of 100 named comparisons are decided."""
    tally = simulate(sized(contrasts, real, studies), n)
    assert tally.proposals >= 5
    assert tally.kept >= 0.75


@pytest.mark.slow
@pytest.mark.usefixtures("few_flips")
@pytest.mark.parametrize(("n", "contrasts", "real", "most"), NULL)
def test_where_hardly_any_differs_a_proposal_is_rare(
    n: int, contrasts: int, real: int, most: float
) -> None:
    """None real, or one of several: what is named then is mostly not decided."""
    tally = simulate(sized(contrasts, real, 100 if contrasts < 12 else 60), n)
    assert tally.proposed <= most


@pytest.mark.slow
@pytest.mark.usefixtures("few_flips")
def test_equivalence_comes_as_often_as_said() -> None:
    tally = simulate([np.array([0.0])] * 60 + [np.array([0.15])] * 60, 10, smallest=0.6)
    assert tally.proposals >= 20
    assert tally.kept >= 0.75


def test_larger_differences_need_fewer_replicates() -> None:
    noise = np.random.default_rng(0).normal(0, 1, 8)
    noise = (noise - noise.mean()) / noise.std(ddof=1)
    needed = [next(iter(some(one(noise + shift)).needed.values())) for shift in (0.72, 0.76, 0.8)]
    assert needed == sorted(map(some, needed), reverse=True)
    assert len(set(needed)) == 3


def test_more_comparisons_and_fewer_replicates_decide_less() -> None:
    seen = Seen(8, 0.5, 1.0)
    share = share_decided(seen, 24, 1, None, inf)
    assert share_decided(seen, 24, 10, None, inf) < share
    assert share_decided(seen, 16, 1, None, inf) < share
    assert share_decided(seen, 24, 1, 0.1, inf) >= share  # a zone only adds a way to end


def test_shrinkage_makes_a_difference_less_likely_to_be_found() -> None:
    seen = Seen(8, 0.9, 1.0)
    shares = [share_decided(seen, 24, 1, None, variance) for variance in (inf, 0.3, 0.1, 0.0)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.8 > 0.5 > shares[3]
    alike = Seen(8, 0.0, 0.1)
    assert share_decided(alike, 24, 1, 0.2, 0.0) == share_decided(alike, 24, 1, 0.2, inf) > 0.9


def test_the_true_variance_is_what_exceeds_chance() -> None:
    rng, made = np.random.default_rng(3), study(40)
    truth = np.append(0.0, rng.normal(0, 0.5, 40))
    values = 0.5 + truth + rng.normal(0, 0.3, (12, 41))
    values[:, 0] = 0.5
    assert true_variance(compared(made, values)) == pytest.approx(truth.var(), rel=0.15)
    same = compared(study(1), 0.5 + np.column_stack([np.zeros(6), [1, -1, 1, -1, 2, -1.5]]))
    assert true_variance(same) == 0.0


@pytest.mark.parametrize("n", [20, 50, MOST])
@pytest.mark.slow
def test_one_contrast_of_many_replicates_is_decided_at_students_t(n: int) -> None:
    assert critical_t(n, 1) == pytest.approx(stats.t.ppf(0.975, n - 1), rel=0.06)
    assert critical_t(n, 30) > critical_t(n, 5) > critical_t(n, 1)


def test_fewer_than_six_replicates_decide_nothing() -> None:
    assert [critical_t(n, 2) < inf for n in (5, 6)] == [False, True]


def test_what_is_no_larger_than_chance_gets_no_number() -> None:
    found = some(one([0.3, -0.2, 0.25, -0.3, 0.1, -0.1]))
    assert (found.by_chance, found.proposed) == (True, None)
    assert not some(one([0.6, 0.2, 0.5, 0.3, -0.1, 0.4])).by_chance


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


@pytest.mark.slow
def test_the_proposal_decides_at_least_half() -> None:
    rng = np.random.default_rng(5)
    table = np.column_stack([np.zeros(8), rng.normal([0.8, 0.9, 1.0, 0.7], 1, (8, 4))])
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
