"""How many replicates would probably decide the comparisons that are still undecided."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf, isinf

import numpy as np
from scipy.special import nctdtrit

from orchestrator.reports.statistics.comparisons.comparisons import Comparison
from orchestrator.reports.statistics.comparisons.power import MOST, POWER, detectable
from orchestrator.reports.statistics.intervals import Floats

DRAWS = 2000
SEED = 20240611  # of the draws; stated on the page
_KNOTS = (12, 16, 24, 40, 64, MOST)  # replicates of which critical values are simulated; below all


@dataclass(frozen=True)
class ReplicatesNeeded:
    """What more replicates would probably do for the undecided comparisons."""

    now: int  # replicates
    proposed: int | None  # that decide at least half of the undecided; None where that takes > MOST
    decided: int  # comparisons that are then probably decided
    undecided: int  # without those that are stuck, or still improving
    stuck: int  # at a bound of the metric, where no number of replicates helps
    by_chance: bool  # the undecided differences are together no larger than their spread explains
    needed: Mapping[str, int | None]  # variant id → replicates; None: more than MOST, or unknown
    improving: int = 0  # undecided comparisons of a variant that more epochs would change


def replicates_needed(
    rows: Sequence[Comparison],
    now: int,
    smallest: float | None,
    improving: Collection[str] = (),
) -> ReplicatesNeeded | None:
    """None while nothing is undecided that replicates, or epochs, could decide.

    smallest: the smallest difference that matters; without one nothing can become equivalent.
    improving: ids of variants that were still improving when training ended; for their comparisons
    no number is given, as more epochs come first.

    Answers: with how many replicates would each undecided comparison probably (80 %) get a verdict,
        better, worse or equivalent?
    Assumes: the true differences of the undecided comparisons are about normal around 0, with a
        variance τ² that their squares exceed chance by; what is seen is shrunk accordingly, as the
        largest are partly luck. Where they do not exceed it, no difference is expected to show.
        Spreads are as uncertain as so many replicates leave them. For equivalence nothing is
        shrunk. The t that decides is that of max-T over all paired comparisons of the study.
    Misleads: where most comparisons do not differ at all: then a number is rarely proposed,
        and most of what it names stays undecided. And as a stopping
        rule: adding replicates again and again until something is decided finds differences by
        chance; decide once.
    Source: predictive power (Spiegelhalter et al. 1986); empirical Bayes by moments (Efron & Morris
        1973). Checked by simulation in tests/.../test_replicates_needed.py.
    """
    open_ = [row for row in rows if row.verdict == "undecided" and row.difference is not None]
    stuck = sum(row.stuck for row in open_)
    open_ = [row for row in open_ if not row.stuck]
    rising = [row for row in open_ if row.variant in improving or row.baseline in improving]
    open_ = [row for row in open_ if row not in rising]
    if not open_:
        return ReplicatesNeeded(now, None, 0, 0, stuck, False, {}, len(rising)) if rising else None
    family = sum(row.method == "paired" for row in rows)
    known = [row for row in open_ if has_spread(row)]
    variance = true_variance(known)
    needed = {row.variant: _needed(row, family, smallest, variance) for row in open_}
    proposed = _proposed(list(needed.values()))
    decided = sum(n is not None and proposed is not None and n <= proposed for n in needed.values())
    by_chance = bool(known) and variance == 0
    return ReplicatesNeeded(
        now, proposed, decided, len(open_), stuck, by_chance, needed, len(rising)
    )


def true_variance(rows: Sequence[Comparison]) -> float:
    """τ²: by how much squared differences exceed what spread and n explain, on average; at least 0.

    Of the undecided ones alone: those that are decided say nothing of how small the others are.
    """
    beyond = [(row.difference or 0.0) ** 2 - (row.sd or 0.0) ** 2 / row.n for row in rows]
    return max(0.0, float(np.mean(beyond))) if beyond else 0.0


def _proposed(needed: Sequence[int | None]) -> int | None:
    """The replicates with which at least half are decided."""
    ordered = sorted(n if n is not None else MOST + 1 for n in needed)
    half = ordered[(len(ordered) - 1) // 2]
    return half if half <= MOST else None


def _needed(row: Comparison, contrasts: int, smallest: float | None, variance: float) -> int | None:
    """Replicates that decide one comparison."""
    if row.sd is None or row.difference is None:
        return None
    seen = Seen(row.n, row.difference, row.sd)
    zone = smallest if not row.diverged else None

    def enough_at(later: int) -> bool:
        return share_decided(seen, later, contrasts, zone, variance) >= POWER

    most = max(MOST, row.n + 1)
    if not enough_at(most):
        return None  # of a large study nearly all
    lacking, enough = row.n, row.n + 1
    while not enough_at(enough):
        lacking, enough = enough, min(most, 2 * enough - row.n)
    while enough - lacking > 1:
        middle = (lacking + enough) // 2
        lacking, enough = (lacking, middle) if enough_at(middle) else (middle, enough)
    return enough


def has_spread(row: Comparison) -> bool:
    """Whether its spread is known: it has at least two pairs."""
    return row.method == "paired" and row.n >= 2


@dataclass(frozen=True)
class Seen:
    """What the replicates so far say of one comparison."""

    n: int
    mean: float  # of paired differences
    sd: float


def share_decided(
    seen: Seen, later: int, contrasts: int, smallest: float | None, variance: float
) -> float:
    """P(decided with `later` replicates), given what is seen so far.

    The larger of P(better or worse), with the true difference shrunk, and P(equivalent), with it
    as seen: shrinking would make that likelier. variance: of true differences; 0: none is real.
    """
    if not variance and smallest is None:
        return 0.0
    critical = critical_t(later, contrasts)
    if isinf(critical):
        return 0.0
    shares = [0.0]
    if variance:
        means, errors = _futures(seen, later, variance)
        shares.append(float(((np.abs(means) >= critical * errors) & (means != 0)).mean()))
    if smallest is not None:
        means, errors = _futures(seen, later, inf)
        shares.append(float((np.abs(means) + critical * errors <= smallest).mean()))
    return max(shares)


def critical_t(n: int, contrasts: int) -> float:
    """|t| from which on one contrast of n replicates is decided; inf where none can be.

    Below 13 replicates simulated for each number, above interpolated in 1/n. Intervals that hold
    for the family at once are about as wide.
    """
    n = min(n, MOST)
    if n <= _KNOTS[0]:
        return _critical_t(n, contrasts)
    high = next(i for i, knot in enumerate(_KNOTS) if knot >= n)
    ends = _KNOTS[high], _KNOTS[high - 1]  # 1/n grows
    values = [_critical_t(end, contrasts) for end in ends]
    return float(np.interp(1 / n, [1 / end for end in ends], values))


@lru_cache(maxsize=512)
def _critical_t(n: int, contrasts: int) -> float:
    """The t that a t-test would have to use to find a contrast as often as max-T does.

    That is at the difference which max-T finds with a chance of 80 %: t is above its lower quintile
    as often. (With few replicates max-T has no single critical value.)
    """
    effect = detectable(n, 1.0, contrasts)
    return inf if effect is None else float(nctdtrit(n - 1, effect * n**0.5, 1 - POWER))


def _futures(seen: Seen, later: int, variance: float) -> tuple[Floats, Floats]:
    """(draws,) means and their standard errors of all `later` differences.

    Those seen, and more of the same kind. variance: of true differences; inf: a flat prior.
    """
    n, more = seen.n, later - seen.n
    spread, centre, fresh, rest = _draws(n, more)
    sigma = seen.sd * np.sqrt((n - 1) / spread)
    weight = _weights(variance, sigma**2 / n)
    truth = weight * seen.mean + np.sqrt(weight) * sigma / np.sqrt(n) * centre
    average = truth + sigma / np.sqrt(more) * fresh
    shift = more * n / later * (average - seen.mean) ** 2
    squares = (n - 1) * seen.sd**2 + shift + sigma**2 * rest
    return (n * seen.mean + more * average) / later, np.sqrt(squares / (later - 1) / later)


def _weights(variance: float, of_mean: Floats) -> Floats:
    """How much of a difference seen is believed: τ² / (τ² + σ²/n)."""
    if isinf(variance):
        return np.ones_like(of_mean)
    return variance / (variance + of_mean)


@lru_cache(maxsize=128)
def _draws(n: int, more: int) -> tuple[Floats, ...]:
    """The same for every comparison of as many replicates: χ², two normals, χ² of those to come."""
    rng = np.random.default_rng(SEED)
    spread = rng.chisquare(n - 1, DRAWS)
    centre, fresh = rng.standard_normal(DRAWS), rng.standard_normal(DRAWS)
    rest = rng.chisquare(more - 1, DRAWS) if more > 1 else np.zeros(DRAWS)
    return spread, centre, fresh, rest
