"""One cell of the calibration: many simulated studies of one kind, judged as a report judges."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from benchmarks.calibrated.kinds import Floats, Kind
from orchestrator.plan_document import Compare
from orchestrator.reports.statistics.comparisons import signflip
from orchestrator.reports.statistics.comparisons.comparisons import Comparison, compare_pairs
from orchestrator.reports.statistics.comparisons.power import detectable, power
from orchestrator.reports.statistics.comparisons.resplits import corrected_half_width

SEED = 20261201
FLIPS = 2**11  # random sign patterns where a report draws 2¹⁶: the test is as exact, and faster
LARGE = 2.0  # times the difference that is found with 80 %: real differences, and the margin
_ROUNDING = 1e-9
_BASELINE = "baseline"


@dataclass(frozen=True)
class Cell:
    """What came out for m comparisons with n replicates; shares of studies."""

    m: int
    n: int
    studies: int  # without a difference; of each of the other three situations half as many
    family_error: float  # P(any better or worse), nothing differs
    coverage: float  # of the individual intervals, nothing differs
    all_cover: float  # all simultaneous intervals, nothing differs
    all_cover_half: float  # the same, half of the differences are real and large
    largest_covers: float  # the simultaneous interval of the largest difference
    false_equivalent: float  # P(any equivalent), all differences at the margin, on the tail's side
    power: float  # the one real of m is found
    printed: float  # what `orch plan` says of it
    corrected: float | None  # coverage of the corrected interval; None where nothing is re-split


def measure(kind: Kind, m: int, n: int, studies: int) -> Cell:
    """All numbers of a cell; the same call gives the same numbers."""
    sd = kind.sd(m)
    found = detectable(n, 1.0, m) or 0.0
    half, one = np.zeros(m), np.zeros(m)
    half[: (m + 1) // 2] = LARGE * found
    one[0] = found
    margin = LARGE * found * float(sd.max())
    with fewer_flips():
        nothing = _Studies.simulated(kind, n, np.zeros(m), studies, 0)
        some = _Studies.simulated(kind, n, half * sd, studies // 2, 1)
        beyond = np.full(m, kind.tail * margin)
        at_margin = _Studies.simulated(kind, n, beyond, studies // 2, 2, margin)
        single = _Studies.simulated(kind, n, one * sd, studies // 2, 3)
    return Cell(
        m, n, studies,
        family_error=float(nothing.decided().any(axis=1).mean()),
        coverage=float(nothing.alone_cover().mean()),
        all_cover=float(nothing.together_cover().all(axis=1).mean()),
        all_cover_half=float(some.together_cover().all(axis=1).mean()),
        largest_covers=float(nothing.largest_covers().mean()),
        false_equivalent=float(at_margin.said("equivalent").any(axis=1).mean()),
        power=float(single.said("better")[:, 0].mean()),
        printed=power(n, found, m),
        corrected=nothing.corrected_covers(kind.ratio) if kind.ratio is not None else None,
    )  # fmt: skip


@contextmanager
def fewer_flips() -> Iterator[None]:
    """Sign patterns of more than 16 replicates are FLIPS random ones."""
    before = signflip.DRAWS
    signflip.DRAWS = FLIPS
    signflip.sign_patterns.cache_clear()
    try:
        yield
    finally:
        signflip.DRAWS = before
        signflip.sign_patterns.cache_clear()


@dataclass(frozen=True)
class _Studies:
    """Judged studies: one tuple of comparisons each; truth: (m,) true differences."""

    rows: tuple[tuple[Comparison, ...], ...]
    truth: Floats

    @classmethod
    def simulated(
        cls,
        kind: Kind,
        n: int,
        truth: Floats,
        studies: int,
        situation: int,
        smallest: float | None = None,
    ) -> "_Studies":
        name = int.from_bytes(kind.name.encode(), "big")
        rng = np.random.default_rng([SEED, name, truth.size, n, situation])
        values = kind.draw(rng, studies, n, truth.size)
        values[:, :, 1:] += truth
        compare = Compare("test/result", "maximize", "points", {}, smallest)
        return cls(tuple(_judged(compare, each) for each in values), truth)

    def said(self, *verdicts: str) -> Floats:
        """(studies, m) of 0 and 1."""
        return np.array([[float(row.verdict in verdicts) for row in each] for each in self.rows])

    def decided(self) -> Floats:
        return self.said("better", "worse")

    def alone_cover(self) -> Floats:
        return self._within([[(row.ci_low, row.ci_high) for row in each] for each in self.rows])

    def together_cover(self) -> Floats:
        return self._within([[row.shown for row in each] for each in self.rows])

    def _within(self, ends: list[list[tuple[float | None, float | None]]]) -> Floats:
        """(studies, m): 1 where the interval holds the true difference; without ends, it does."""
        table = np.array(ends, dtype=float)  # None becomes NaN
        outside = (table[..., 0] > self.truth + _ROUNDING) | (
            table[..., 1] < self.truth - _ROUNDING
        )
        return np.asarray(1.0 - outside)

    def largest_covers(self) -> Floats:
        """(studies,): as `together_cover`, of the difference farthest from 0."""
        sizes = np.array([[abs(row.difference or 0.0) for row in each] for each in self.rows])
        place = sizes.argmax(axis=1)
        return np.asarray(self.together_cover()[np.arange(len(place)), place])

    def corrected_covers(self, ratio: float) -> float:
        every = [row for each in self.rows for row in each]
        mean = np.array([row.difference for row in every], dtype=float)
        sd = np.array([row.sd for row in every], dtype=float)
        half = corrected_half_width(every[0].n, sd, ratio)
        off = np.abs(mean - np.tile(self.truth, len(self.rows)))
        return float((off <= half + _ROUNDING).mean())


def _judged(compare: Compare, values: Floats) -> tuple[Comparison, ...]:
    """values: (n, 1 + m), the baseline first."""
    names = [_BASELINE, *(str(place) for place in range(1, values.shape[1]))]
    columns = [dict(enumerate(column)) for column in values.T.tolist()]
    pairs = [(name, _BASELINE) for name in names[1:]]
    rows, _ = compare_pairs(compare, pairs, dict(zip(names, columns, strict=True)), {})
    return rows
