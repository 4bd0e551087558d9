"""How many replicates would probably decide the comparisons that are still undecided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from orchestrator.reports.statistics.comparisons.comparisons import Comparison
from orchestrator.reports.statistics.comparisons.family import ALPHA
from orchestrator.reports.statistics.comparisons.power import MOST, POWER
from orchestrator.reports.statistics.intervals import Floats, t_half_width

DRAWS = 4000
SEED = 20240611  # of the draws; stated on the page


@dataclass(frozen=True)
class ReplicatesNeeded:
    """What more replicates would probably do for the undecided comparisons."""

    now: int  # replicates
    proposed: int | None  # that decide at least half of the undecided; None where that takes > MOST
    decided: int  # comparisons that are then probably decided
    undecided: int  # without those that are stuck
    stuck: int  # at a bound of the metric, where no number of replicates helps
    needed: Mapping[str, int | None]  # variant id → replicates; None: more than MOST, or unknown


def replicates_needed(
    rows: Sequence[Comparison], now: int, smallest: float | None
) -> ReplicatesNeeded | None:
    """None while nothing is undecided that replicates could decide.

    smallest: the smallest difference that matters; without one nothing can become equivalent.

    Answers: with how many replicates would each undecided comparison probably (80 %) get a verdict,
        better, worse or equivalent?
    Assumes: nothing is known of the true difference and spread but what these replicates say; those
        to come are like them. The p needed is that of all comparisons that are still undecided.
    Misleads: as a promise: about one in five stays undecided. Where most true differences are next
        to nothing, the small ones seen are mostly luck, and fewer are decided than said. And as a
        stopping rule: adding replicates again and again until something is decided finds
        differences by chance; decide once.
    Source: predictive power (Spiegelhalter et al. 1986) under the flat prior of the t-interval.
    """
    open_ = [row for row in rows if row.verdict == "undecided" and row.difference is not None]
    stuck = sum(row.stuck for row in open_)
    open_ = [row for row in open_ if not row.stuck]
    if not open_:
        return None
    needed = {row.variant: _needed(row, len(open_), smallest) for row in open_}
    proposed = _proposed(list(needed.values()))
    decided = sum(n is not None and proposed is not None and n <= proposed for n in needed.values())
    return ReplicatesNeeded(now, proposed, decided, len(open_), stuck, needed)


def _proposed(needed: Sequence[int | None]) -> int | None:
    """The replicates with which at least half are decided."""
    ordered = sorted(n if n is not None else MOST + 1 for n in needed)
    half = ordered[(len(ordered) - 1) // 2]
    return half if half <= MOST else None


def _needed(row: Comparison, contrasts: int, smallest: float | None) -> int | None:
    """Replicates that decide one comparison."""
    if row.sd is None or row.difference is None:
        return None
    sd = row.sd
    zone = smallest if not row.diverged else None
    most = max(MOST, row.n + 1)
    if share_decided(row.n, row.difference, sd, most, contrasts, zone) < POWER:
        return None  # of a large study nearly all
    lacking, enough = row.n, row.n + 1
    while share_decided(row.n, row.difference, sd, enough, contrasts, zone) < POWER:
        lacking, enough = enough, min(most, 2 * enough - row.n)
    return _bisected(row, sd, lacking, enough, contrasts, zone)


def has_spread(row: Comparison) -> bool:
    """Whether its spread is known: it has at least two pairs."""
    return row.method == "paired" and row.n >= 2


def _bisected(
    row: Comparison, sd: float, lacking: int, enough: int, contrasts: int, zone: float | None
) -> int:
    while enough - lacking > 1:
        middle = (lacking + enough) // 2
        share = share_decided(row.n, row.difference or 0.0, sd, middle, contrasts, zone)
        lacking, enough = (lacking, middle) if share >= POWER else (middle, enough)
    return enough


def share_decided(
    n: int, mean: float, sd: float, later: int, contrasts: int, smallest: float | None
) -> float:
    """P(decided with `later` replicates), given mean and sd of the n paired differences so far."""
    alpha = _reachable(later, contrasts)
    if not alpha:
        return 0.0
    means, sds = _futures(n, mean, sd, later)
    decided = (np.abs(means) >= t_half_width(later, sds, 1 - alpha)) & (means != 0)
    if smallest is not None:
        decided |= np.abs(means) + t_half_width(later, sds) <= smallest
    return float(decided.mean())


def _reachable(n: int, contrasts: int) -> float:
    """The largest p of one contrast that still decides it: Bonferroni's bound, in steps of 2/2ⁿ."""
    step = float(2.0 ** (1 - n))
    if step > ALPHA:
        return 0.0
    steps = ALPHA / max(contrasts, 1) // step
    return max(step, steps * step)


def _futures(n: int, mean: float, sd: float, later: int) -> tuple[Floats, Floats]:
    """(draws,) means and sds of all `later` differences: those seen, and more of the same kind."""
    more = later - n
    spread, centre, fresh, rest = _draws(n, more)
    sigma = sd * np.sqrt((n - 1) / spread)
    average = mean + sigma / np.sqrt(n) * centre + sigma / np.sqrt(more) * fresh
    squares = (n - 1) * sd**2 + more * n / later * (average - mean) ** 2 + sigma**2 * rest
    return (n * mean + more * average) / later, np.sqrt(squares / (later - 1))


@lru_cache(maxsize=128)
def _draws(n: int, more: int) -> tuple[Floats, ...]:
    """The same for every comparison of as many replicates: χ², two normals, χ² of those to come."""
    rng = np.random.default_rng(SEED)
    spread = rng.chisquare(n - 1, DRAWS)
    centre, fresh = rng.standard_normal(DRAWS), rng.standard_normal(DRAWS)
    rest = rng.chisquare(more - 1, DRAWS) if more > 1 else np.zeros(DRAWS)
    return spread, centre, fresh, rest
