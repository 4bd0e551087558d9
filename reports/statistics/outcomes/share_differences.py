"""Two solved shares: the interval of their difference, and Fisher's exact test."""

from math import comb

from orchestrator.reports.statistics.outcomes.solved import wilson

Interval = tuple[float, float]


def paired_interval(both: int, first: int, second: int, neither: int) -> Interval:
    """95 % interval of the difference of two shares of the same pairs, first − second.

    both, first, second, neither: pairs in which both, only the first, only the second, none is 1.

    Answers: by how much does the share of all seeds that solve the task differ?
    Assumes: pairs are independent of each other.
    Misleads: as a test. It is no inversion of McNemar's: with few pairs it may hold 0 where p is
        at most .05, or not hold it where p is larger.
    Source: Newcombe 1998, Statistics in Medicine 17, 2635–2650, method 10: Wilson's intervals of
        both shares, joined with the correlation of the pairs, corrected for continuity where it is
        positive.
    """
    n = both + first + second + neither
    phi = _correlation(both, first, second, neither)
    return _joined((both + first, n), (both + second, n), phi)


def unpaired_interval(first: tuple[int, int], second: tuple[int, int]) -> Interval:
    """The same of two independent shares; first, second: k of n.

    Source: Newcombe 1998, Statistics in Medicine 17, 873–890, method 10.
    """
    return _joined(first, second, 0.0)


def _correlation(both: int, first: int, second: int, neither: int) -> float:
    """Phi of the four counts, shrunk by n/2 where it is positive; 0 where a margin is empty."""
    margins = (both + first) * (second + neither) * (both + second) * (first + neither)
    product = both * neither - first * second
    half = (both + first + second + neither) / 2
    corrected = max(product - half, 0.0) if product > 0 else float(product)
    return corrected / float(margins) ** 0.5 if margins else 0.0


def _joined(first: tuple[int, int], second: tuple[int, int], phi: float) -> Interval:
    (one, low_1, high_1), (two, low_2, high_2) = _share(*first), _share(*second)
    down = _distance(one - low_1, high_2 - two, phi)
    up = _distance(high_1 - one, two - low_2, phi)
    return one - two - down, one - two + up


def _share(k: int, n: int) -> tuple[float, float, float]:
    """k/n with Wilson's interval."""
    low, high = wilson(k, n)
    return k / n, float(low), float(high)


def _distance(a: float, b: float, phi: float) -> float:
    return float(max(a * a - 2 * phi * a * b + b * b, 0.0) ** 0.5)


def fisher_p(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Two-sided p of k of n against k of n.

    Answers: do two groups that share no replicates solve their task equally often?
    Assumes: trials are independent. Exact: given how many solved the task in all, each choice of
        those who did is as likely; counted are the outcomes that are no likelier than this one.
    Misleads: by caution: with few trials its error is well below 5 %.
    Source: Fisher 1935, Journal of the Royal Statistical Society 98.
    """
    (k, n), (other, m) = first, second
    solved = k + other
    possible = range(max(0, solved - m), min(n, solved) + 1)
    ways = [comb(n, i) * comb(m, solved - i) for i in possible]
    seen = comb(n, k) * comb(m, other)
    return sum(each for each in ways if each <= seen) / comb(n + m, solved)
