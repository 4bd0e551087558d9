"""Intervals of differences for other seeds and other test examples, where all replicates share
one test set; and McNemar's test beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, stdtrit

from orchestrator.plan_document import Data, PlanDocument
from orchestrator.reports.data.answers import Answers, Key
from orchestrator.reports.statistics.comparisons.comparisons import Comparison
from orchestrator.reports.statistics.comparisons.resplits import shared_data
from orchestrator.reports.statistics.intervals import LEVEL, Floats
from orchestrator.reports.statistics.outcomes.bounds import within_range

Ints = NDArray[np.int64]
MOST_VALUES = 100_000_000  # differences of all comparisons; they take two seconds or so
Why = Literal[
    "no_test_mean",  # the metric is no mean over test examples
    "unknown",  # how replicates get their test examples, or the two have unlike tasks
    "generated",
    "resplit",
    "not_stored",
    "incomplete",  # a pair lacks answers: a trial failed, diverged, or is of an earlier version
    "no_spread",  # one replicate, one example, or differences that are all the same
    "too_many",
]


@dataclass(frozen=True)
class OtherExamples:
    """Of one comparison, in the metric's unit."""

    low: float  # 95 % interval of the difference, for other seeds and other test examples
    high: float
    share: float  # of its variance: what the test examples add to that of the replicates
    mcnemar_p: float | None  # None where answers are numbers, or words of sentences


@dataclass(frozen=True)
class OtherExamplesFound:
    """Both by variant id: a comparison is in one of them."""

    intervals: Mapping[str, OtherExamples]
    without: Mapping[str, Why]

    @property
    def mcnemar(self) -> bool:
        """Whether McNemar's test is known of any comparison."""
        return any(each.mcnemar_p is not None for each in self.intervals.values())


@dataclass(frozen=True)
class Crossed:
    """Of a mean over seeds × examples; arrays of the leading shape of the differences."""

    variance: Floats
    freedom: Floats
    share: Floats


def other_examples(
    plan: PlanDocument, rows: Sequence[Comparison], answers: Mapping[Key, Answers]
) -> OtherExamplesFound:
    """The intervals of paired comparisons whose replicates all have the same test examples.

    answers: of the compared metric, by variant id and replicate.

    Not of generated or re-split test examples: these are nested in replicates, whose spread
    includes them (and what re-splits share, `resplits` corrects).
    """
    by_id = {variant.variant_id: variant for variant in plan.variants}
    intervals: dict[str, OtherExamples] = {}
    without: dict[str, Why] = {}
    left = MOST_VALUES
    for row in rows:
        data = shared_data(plan, by_id[row.variant], by_id[row.baseline])
        made = _why_none(plan, data, answers) or _differences(plan, row, answers, left)
        left -= made.d.size if isinstance(made, _Differences) else 0
        found = _judged(plan, row, made) if isinstance(made, _Differences) else made
        if isinstance(found, OtherExamples):
            intervals[row.variant] = found
        else:
            without[row.variant] = found
    return OtherExamplesFound(intervals, without)


def crossed(d: Floats) -> Crossed:
    """Variance of the mean of d, for other rows and other columns, and its degrees of freedom.

    d: (…, R, N) variant − baseline in replicate r on test example e, R and N ≥ 2.

    Answers: how far may the mean difference be from that over *all* seeds and *all* test examples
        of this kind? Interval: mean ± t(freedom) · √variance.
    Assumes: seeds and test examples are drawn at random, independently of each other, and every
        network answers every example. Effects of seeds, of examples and of both together add up;
        the mean is about normal.
    Misleads: where test examples are not independent (several of one person or text): it is too
        narrow then. It speaks of other test examples only: the training examples are these. One
        comparison: it is not adjusted for the others of a family.
    Source: the two-way crossed design with both random: variance (MSr + MSe − MSε) / (R·N), with
        the mean squares of replicates, examples and residual; degrees of freedom of a quasi-F,
        Satterthwaite 1946; Clark 1973, J. Verbal Learning and Verbal Behavior 12; Searle, Casella
        & McCulloch 1992, § 4. Not below MSr or MSe, where the estimate of a part is negative.
    """
    r, n = d.shape[-2:]
    by_row, by_column = d.mean(axis=-1), d.mean(axis=-2)
    residual = (
        d - by_row[..., None] - by_column[..., None, :] + d.mean(axis=(-2, -1), keepdims=True)
    )
    seeds = n * by_row.var(axis=-1, ddof=1)
    examples = r * by_column.var(axis=-1, ddof=1)
    rest = np.einsum("...ij,...ij->...", residual, residual) / ((r - 1) * (n - 1))
    both = seeds + examples - rest
    largest = np.maximum(np.maximum(seeds, examples), both)
    spread = seeds**2 / (r - 1) + examples**2 / (n - 1) + rest**2 / ((r - 1) * (n - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = np.select(
            [both >= largest, seeds >= largest],
            [both**2 / spread, np.full_like(both, r - 1)],
            n - 1,
        )
        share = np.where(largest > 0, 1 - seeds / largest, 0.0)
    return Crossed(largest / (r * n), freedom, share)


def sentence_differences(d: Floats, words: Ints) -> Floats:
    """(R, sentences): differences of sentences whose mean over sentences is that over words.

    d: (R, answers) of words; words: how many of them each sentence has in turn.

    A mean over words is the ratio of two sums over sentences. Each sentence gets the mean of its
    replicate plus its residual from it, (sum of d − mean · words) / (words per sentence).
    Source: linearised variance of a ratio, Cochran 1977, Sampling Techniques, § 6.
    """
    sizes = words[words > 0]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    sums, means = np.add.reduceat(d, starts, axis=1), d.mean(axis=1, keepdims=True)
    return np.asarray(means + (sums - means * sizes) / sizes.mean())


def mcnemar(d: Floats) -> float:
    """Two-sided p of all replicates; d: (R, N) of −1, 0 and 1.

    Answers: is one network of a pair right more often than the other on other test examples?
    Assumes: independent test examples. It speaks of the two networks that each
        replicate has trained, not of other seeds. The replicates' p are combined as twice their
        median, which holds whatever their dependence: they share the test set.
    Misleads: taken for a test of the variants. Where seeds matter, the networks of two equally
        good variants do differ, and it finds that.
    Source: McNemar 1947, exact as in Dietterich 1998; Rüger 1978, Metrika 25.
    """
    won, lost = (d > 0).sum(axis=1), (d < 0).sum(axis=1)
    each = np.minimum(2 * bdtr(np.minimum(won, lost).astype(float), won + lost, 0.5), 1.0)
    return float(min(2 * np.median(each), 1.0))


@dataclass(frozen=True)
class _Differences:
    d: Floats  # (R, answers)
    words: Ints | None
    are_bits: bool


def _why_none(plan: PlanDocument, data: Data | None, answers: Mapping[Key, Answers]) -> Why | None:
    """Why no comparison of variants with these data has an interval; None where one may."""
    if plan.compare.metric.split("/")[0] != "test" or plan.compare.metric == "test/solved":
        return "no_test_mean"
    if data is None:
        return "unknown"
    if data.sampling != "fixed":
        return data.sampling
    return None if answers else "not_stored"


def _differences(
    plan: PlanDocument, row: Comparison, answers: Mapping[Key, Answers], left: int
) -> _Differences | Why:
    """Answer by answer; or why there are none. left: how many may be made."""
    pairs = [
        (answers[row.variant, r], answers[row.baseline, r])
        for r in range(plan.replicates)
        if (row.variant, r) in answers and (row.baseline, r) in answers
    ]
    if row.method != "paired" or row.diverged or len(pairs) != row.n or not _alike(pairs):
        return "incomplete"
    if len(pairs) * pairs[0][0].n > left:
        return "too_many"
    d = np.array([a.values - b.values for a, b in pairs], dtype=float)
    if np.isnan(d).any():  # an own metric may have no value on an example
        return "incomplete"
    return _Differences(d, pairs[0][0].words, all(one.is_bit for pair in pairs for one in pair))


def _alike(pairs: Sequence[tuple[Answers, Answers]]) -> bool:
    """Whether all have as many answers, of the same examples."""
    return len({(each.n, each.packed_words) for pair in pairs for each in pair}) == 1


def _judged(plan: PlanDocument, row: Comparison, found: _Differences) -> OtherExamples | Why:
    d = found.d if found.words is None else sentence_differences(found.d, found.words)
    if min(d.shape) < 2 or np.ptp(d) == 0 or row.difference is None:
        return "no_spread"
    about = crossed(d)
    half = float(stdtrit(about.freedom, 0.5 + LEVEL / 2) * np.sqrt(about.variance))
    return OtherExamples(
        *within_range(plan.compare, row.difference - half, row.difference + half),
        float(about.share),
        mcnemar(d) if found.are_bits and found.words is None else None,
    )
