"""Every number of docs/statistics.md, computed from the data that the page prints."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from orchestrator.plan_document import Compare
from orchestrator.reports.statistics.comparisons.adjustment import holm
from orchestrator.reports.statistics.comparisons.comparisons import cut
from orchestrator.reports.statistics.comparisons.other_examples import crossed
from orchestrator.reports.statistics.comparisons.signflip import max_t_p, signflip_p
from orchestrator.reports.statistics.comparisons.signflip_intervals import (
    Ends,
    Present,
    signflip_intervals,
    simultaneous_intervals,
)
from orchestrator.reports.statistics.factorial.anova import anova
from orchestrator.reports.statistics.factorial.marginal_means import marginal_means
from orchestrator.reports.statistics.intervals import Floats, t_half_width
from orchestrator.reports.statistics.outcomes.kaplan_meier import kaplan_meier, median
from orchestrator.reports.statistics.outcomes.log_rank import log_rank_scores
from orchestrator.reports.statistics.outcomes.share_differences import paired_interval
from orchestrator.reports.statistics.outcomes.solved import wilson
from orchestrator.reports.statistics.predictions.class_accuracy import class_accuracy
from orchestrator.reports.statistics.tasks.bootstrap import DRAWS, interquartile_mean
from orchestrator.reports.statistics.tasks.ranks import critical_difference
from tests.reports.some import some

PAGE = (Path(__file__).parents[3] / "docs" / "statistics.md").read_text()
TANH = np.array([91.0, 93, 92, 95, 90, 93])
RELU = np.array([88.0, 92, 91, 94, 87, 91])
SIGMOID = np.array([88.0, 90, 91, 92, 88, 89])
PERCENT = Compare("test/accuracy", "maximize", "%", {}, None)
TABLE = np.array([[[90.0, 91, 89], [60, 64, 59]], [[92, 93, 91], [90, 92, 88]]])


Inverts = Callable[[Floats, Present, float], Ends]
Pairs = list[tuple[float, float]]


def said(*texts: str) -> None:
    for text in texts:
        assert text in PAGE, text


def listed(values: Floats) -> str:
    return ", ".join(f"{value:.0f}" for value in values)


def test_accuracy_by_class() -> None:
    right, counts = np.array([[8.0], [9], [10]]), np.full((3, 1), 10.0)
    shares = right / counts
    alike = 0.9 * 0.1 / (shares.var(ddof=1) / 3)
    kept = (stats.norm.ppf(0.975) / stats.t.ppf(0.975, 2)) ** 2
    found = class_accuracy(right, counts)
    ends = [f"{end:.2f}".lstrip("0") for end in (found.low[0], found.high[0])]
    said(f"is {alike:.0f}. As it", f"= {kept:.3f} and is".replace("0.", "."))
    said(f"and is {alike * kept:.1f}.", " to ".join(ends) + " (Korn & Graubard 1998)")


def test_mean_and_interval() -> None:
    half = float(t_half_width(6, TANH.std(ddof=1)))
    mean = TANH.mean()
    said(f"{listed(TANH)} %", f"mean is {mean:.2f}", f"deviation {TANH.std(ddof=1):.2f} points")
    said(f"t(5) = {stats.t.ppf(0.975, 5):.3f}", f"{mean:.2f} ± {half:.2f}")
    said(f"from {mean - half:.2f} to {mean + half:.2f}")


def test_solved() -> None:
    low, high = wilson(5, 6)
    said(f"5 of 6 trials solve one, **Wilson's interval** for the share over all seeds is "
         f"{100 * low:.0f} to {100 * high:.0f} %")  # fmt: skip


def test_time_until_solved() -> None:
    times = np.array([2.0, 4, 4, 7, 5, 10])
    curve = kaplan_meier(times, np.array([True, True, True, True, False, False]))
    for time, left in zip((2, 4, 7), curve.left, strict=True):
        assert time in curve.times
        said(f"= {left:.3f}".replace("0.", "."))
    said(f"by epoch {median(curve).value:.0f},\nthe **median**")


def test_solved_compared() -> None:
    lstm, rnn = np.array([1.0] * 7 + [0]), np.array([0.0] * 6 + [1, 0])
    p = float(signflip_p((lstm - rnn)[:, None])[0])
    assert p == pytest.approx(stats.binomtest(6, 6).pvalue)
    said(f"p = 2/2⁶ = {p:.3f}".replace("= 0.", "= ."), "With five such seeds p is .062")
    low, high = paired_interval(1, 6, 0, 1)
    said(f"difference of {100 * (lstm - rnn).mean():.1f} points")
    said(f"paired shares, {100 * low:.1f} to {100 * high:.1f} points")
    low, high = paired_interval(1, 5, 0, 2)
    p = stats.binomtest(5, 5).pvalue
    said(f"{100 * low:.1f} to {100 * high:.1f} points beside p = {p:.3f}".replace("= 0.", "= ."))
    p = stats.fisher_exact([[7, 1], [1, 6]]).pvalue
    said(f"7 of 8 against 1 of 7: p = {p:.3f}".replace("= 0.", "= ."))


def test_log_rank() -> None:
    times = np.array([3.0, 4, 4, 5, 6, 7, 9, 10, *[10] * 6, 8, 10])
    reached = np.array([True] * 7 + [False] * 7 + [True, False])
    scores = log_rank_scores(times, reached)
    p = float(signflip_p((scores[:8] - scores[8:])[:, None])[0])
    said(f"and else never: p is {p:.3f}".replace("is 0.", "is ."))


def test_test_set() -> None:
    low, high = wilson(0.9 * 360, 360)
    said(f"**±{50 * (high - low):.1f} points**")


def test_other_examples() -> None:
    d = np.array([[1.0, 0, 1, 0], [1, 0, 0, 0], [1, 0, 1, -1]])
    residual = d - d.mean(axis=1)[:, None] - d.mean(axis=0) + d.mean()
    squares = (
        4 * d.mean(axis=1).var(ddof=1), 3 * d.mean(axis=0).var(ddof=1), (residual**2).sum() / 6
    )  # fmt: skip
    found = crossed(d)
    shown = [f"{each:.3f}".removeprefix("0") for each in (*squares, sum(squares[:2]) - squares[2])]
    said("MSr = {} (replicates), MSe = {} (examples) and MSε = {} (the rest)".format(*shown))
    said(f"= {shown[3]} / 12", f"{shown[1]} / 12", f"make {100 * float(found.share):.0f} % of the")
    for row in d:
        said(f"| {listed(row)} | {row.mean():.2f} |".replace("0.", ".").replace("-", "−"))
    means = ", ".join(f"{mean:.2f}" for mean in d.mean(axis=0))
    said(f"| {means} | {d.mean():.2f} |".replace("0.", ".").replace("-", "−"))
    half = stats.t.ppf(0.975, found.freedom) * np.sqrt(found.variance)
    by_seed = float(t_half_width(3, d.mean(axis=1).std(ddof=1)))
    said(f"t({found.freedom:.0f}) · √({shown[1]}/12) = .33 ± {half:.2f};".replace("0.", "."))
    said(f"over seeds alone it would be .33 ± {by_seed:.2f}".replace("0.", "."))


def test_comparison() -> None:
    d = TANH - SIGMOID
    said(listed(SIGMOID), f"differences are {listed(d)} points", f"| difference | {d.mean():.2f} |")
    (alone,) = inverted(d[:, None])
    said(f"| interval | {alone[0]:.2f} to {alone[1]:.2f} |")
    said(f"| p | {float(signflip_p(d[:, None])[0]):.3f} |".replace("0.", "."))
    said(f"| P(better) | {(d > 0).mean():.2f} |", f"| d_z | {d.mean() / d.std(ddof=1):.2f} |")
    low, high = wilson(6, 6)
    said(f"for it is {low:.2f} to {high:.2f}".replace(" 0.", " ."))
    welch = stats.ttest_ind(TANH, SIGMOID, equal_var=False).confidence_interval()
    said(f"Welch's interval would be {welch.low:.2f} to {welch.high:.2f}".replace(" 0.", " ."))
    said(f"2/32 = {2 / 32:.3f}".replace("0.", "."))


def inverted(differences: Floats, function: Inverts = signflip_intervals) -> Pairs:
    return function(differences, np.ones(differences.shape, dtype=bool), 0.05).pairs()


def test_one_far_difference() -> None:
    d = np.array([0.1, 0.12, 0.11, 0.1, 0.13, 5.0])
    low, high = stats.ttest_1samp(d, 0.0).confidence_interval()
    said(f"−{-low:.2f} to {high:.2f} and holds 0")
    ((low, high),) = inverted(d[:, None])
    said(f"gives {low:.2f} to {high:.2f}".replace(" 0.", " ."))


def test_two_comparisons() -> None:
    d = np.column_stack([TANH - SIGMOID, RELU - SIGMOID])
    said(f"`relu` reach {listed(RELU)} %")
    alone, adjusted = signflip_p(d), max_t_p(d)
    assert alone == pytest.approx(adjusted)
    said(f"p is {alone[0]:.3f} for `tanh` and {alone[1]:.3f} for `relu`".replace("0.", "."))
    (low, high), (least, most) = inverted(d, simultaneous_intervals)
    said(f"For `tanh` it is −{-low:.2f} to {high:.2f}".replace("−0.", "−."))
    said(f"for `relu` −{-least:.2f} to {most:.2f}", f"at 0: 0 to {cut(1.0, low, high)[1]:.2f}")


def test_failures_that_no_seed_showed() -> None:
    said(f"0 of 10 failures leave room for up to {100 * wilson(0, 10)[1]:.0f} % of all seeds")


def test_holm() -> None:
    assert holm(np.array([0.01, 0.03, 0.04])) == pytest.approx([0.03, 0.06, 0.06])
    said(".030 (3 · .010), .060 (2 · .030) and .060")


def test_analysis_of_variance() -> None:
    found = some(anova(TABLE))
    said(f"around their mean is {found.total:.1f}")
    names = ["activation", "depth", "activation × depth", "replicate"]
    for name, term in zip(names, found.terms, strict=False):
        p = "< .001" if some(term.p) < 0.001 else f"{term.p:.3f}".removeprefix("0")
        said(f"| {name} | {term.df}, {term.df_error} | {term.ss:.1f} | {percent(term.eta2)} | "
             f"{percent(term.omega2)} | {term.f:.1f} | {p} |")  # fmt: skip
    *_, replicate, rest = found.terms
    said(f"| residual | {rest.df} | {rest.ss:.1f} | {percent(rest.eta2)} | – | – | – |")
    effects = ", ".join(f"{x:.1f}" for x in TABLE.mean(axis=0)[1] - TABLE.mean(axis=0)[0])
    said(f"is {' and '.join(effects.rsplit(', ', 1))} points in the three".replace("-", "−"))
    said(f"together {percent(some(rest.eta2) + some(replicate.eta2))} here")
    labels = [f"{name}, depth {depth}" for name in ("sigmoid", "tanh") for depth in (1, 4)]
    for row, label in zip(TABLE.reshape(4, 3), labels, strict=True):
        said(f"| {label} | {' | '.join(f'{value:.0f}' for value in row)} |")
    sigmoid, tanh = some(marginal_means(TABLE, (0, 1), PERCENT)).mean
    said(f"`sigmoid` (−{sigmoid[0] - sigmoid[1]:.1f} points)", f"`tanh` (−{tanh[0] - tanh[1]:.1f})")
    (effect,) = np.diff(some(marginal_means(TABLE, (1,), PERCENT)).mean)
    said(f"**main effect**, −{-effect:.1f} points")


def percent(known: float | None) -> str:
    share = some(known)
    return f"{100 * share:.0f} %" if share >= 0.0995 else f"{100 * share:.1f} %"


def test_several_tasks() -> None:
    assert pytest.approx(0.8) == (0.82 - 0.1) / 0.9
    scores = np.array([0.1, 0.5, 0.6, 0.7, 0.8, 0.8, 0.9, 1.0])
    said(f"of .1, .5, .6, .7, .8, .8, .9, 1.0 it is {interquartile_mean(scores):.3f}"
         .replace("is 0.", "is ."))  # fmt: skip
    said(f"{DRAWS:,} times", f"14 tasks it is {critical_difference(14, 4):.2f}")
    assert stats.gmean([0.2, 0.8]) == pytest.approx(0.4)
