"""Each statistic of the report in one sentence, with its source."""

from orchestrator.gradient_metrics import GRADIENT_METRICS, is_gradient
from orchestrator.reports.analysis import Analysis
from orchestrator.reports.statistics.comparisons.power import POWER
from orchestrator.reports.statistics.comparisons.replicates_needed import DRAWS as FUTURES
from orchestrator.reports.statistics.comparisons.replicates_needed import SEED as FUTURES_SEED
from orchestrator.reports.statistics.comparisons.signflip import DRAWS, EXACT_UP_TO, SEED
from orchestrator.reports.statistics.outcomes.improving import STILL, TAIL
from orchestrator.reports.statistics.tasks.bootstrap import DRAWS as BOOTSTRAP_DRAWS
from orchestrator.reports.statistics.tasks.bootstrap import SEED as BOOTSTRAP_SEED
from orchestrator.reports.statistics.tuning.tuning_audit import (
    COARSE,
    EDGE,
    MOST_INFEASIBLE,
)
from orchestrator.reports.text.names import metric_text, zone_text

_REPLICATES_NEEDED = (
    f"The number with which an undecided comparison gets a verdict in {POWER:.0%} of "
    f"{FUTURES:,} draws of further replicates, from what these say of spread and true difference, "
    "at the t that step-down max-T over all comparisons takes. Differences are shrunk, as the "
    "largest are partly luck: by a normal prior around 0 whose variance is what the squares of "
    f"the undecided ones exceed chance by; seed {FUTURES_SEED}. In simulated studies in which half "
    "of the variants or more differ, at least 75 of 100 comparisons named so are decided then; "
    "where hardly any differs a number is rarely given, and fewer than half are. Decide on a "
    "number once: adding replicates until something is decided finds differences by chance "
    "(predictive power, Spiegelhalter et al. 1986; empirical Bayes, Efron & Morris 1973)."
)
_OTHER_DATA = (
    "Replicates that split the same examples anew share most of their training examples and some "
    "of their test examples, so they are not independent: of two learners that are equally good "
    "over all data of this kind, one is better on these examples, and enough replicates find it. "
    'The interval "other data" is mean ± t(n − 1) · sd · √(1/n + n_test/n_train) (Nadeau & Bengio '
    "2003). More replicates hardly narrow it; other data would."
)
_OTHER_EXAMPLES = (
    "Where all replicates have the same test examples, no replicate shows what other ones would "
    'change. The interval "other examples" takes the differences answer by answer, seeds × '
    "examples, both as random: mean ± t · √((MSr + MSe − MSε) / (R · N)), with the mean squares of "
    "R replicates, N examples and the residual, and Satterthwaite's degrees of freedom (Clark "
    "1973; Searle, Casella & McCulloch 1992). Of words whole sentences are the examples (ratio of "
    "two sums, Cochran 1977)."
)
_MCNEMAR = (
    "Of right and wrong answers: exact in each replicate, from the examples that one network of "
    "the pair has right and the other wrong (McNemar 1947); the replicates' p are combined as "
    "twice their median (Rüger 1978). It speaks of the networks that were trained, not of other "
    "seeds."
)
_SHAPES = (
    "A comparison is flagged where a gap parts the results of one variant, and not of the other, "
    "into two groups, or where the differences are more skewed than 99 % of normal samples of this "
    "n; not where all replicates agree in sign, or none differ by more than what matters. Given is "
    "the exact sign test and the median difference with the interval between two order statistics "
    "(Conover 1999), which assume no shape."
)
_SOLVED_COMPARED = (
    "Of pairs that share a seed, McNemar's exact test (McNemar 1947), which is the sign-flip test "
    "of the differences of answers (solved 1, not 0), and the exact log-rank test of the epochs "
    "until solved: outcomes are swapped within pairs, which flips the signs of the differences of "
    "log-rank scores (Peto & Peto 1972). Each of the two is adjusted over all comparisons by "
    "step-down max-T. Where a trial failed: Fisher's exact test (Fisher 1935) and the ordinary "
    "log-rank test (Mantel 1966), by Holm. Intervals of the difference of shares by Newcombe 1998, "
    "each for its comparison alone; one may hold 0 where p is at most .05, or the reverse."
)
_DIVERGED_OWN = (
    "What a diverged trial is worth, nothing says, so in a comparison it counts as the worst final "
    "value of the two variants. Both are treated alike, which keeps the test exact. The size of "
    "such a difference depends on this convention, so it is never called equivalent. Means and "
    "intervals by variant are of completed trials."
)
_DIVERGED = (
    "A diverged network can be replaced by the answer of the task's baseline, so in a comparison "
    "it counts as the task's baseline or, where that is worse (or not known), as the worst final "
    "value of the two variants. Both are treated alike, which keeps the test exact. The size of "
    "such a difference depends on this convention, so it is never called equivalent. Means and "
    "intervals by variant are of completed trials."
)


def methods(analysis: Analysis) -> tuple[tuple[str, str], ...]:
    """(term, sentence) pairs; only those that this report uses."""
    found = [
        ("Replicate", f"{_shared(analysis)} Replicates are the only thing counted as n: epochs, "
         "batches and examples never are."),
        ("95 % t-interval", "Mean ± t(n − 1) · sd / √n: the range in which the mean over all seeds "
         "is believed to lie (Student 1908). It ends where the metric does, at 0 and 100 % of a "
         "share. The mean of a metric that is 0 or 1 in each trial, solved, has Wilson's interval "
         "instead (Wilson 1927)."),
    ]  # fmt: skip
    found += [*_gradient(analysis), *_final_epochs(analysis)]
    if analysis.comparisons.rows:
        found += [*_testing(analysis), ("Verdict", _verdict(analysis))]
    if analysis.resplits:
        found += [("Other data", _OTHER_DATA)]
    if analysis.other_examples.intervals:
        found += [("Other examples", _OTHER_EXAMPLES)]
    if analysis.other_examples.mcnemar:
        found += [("McNemar's test", _MCNEMAR)]
    if analysis.shapes:
        found += [("Unlike shapes", _SHAPES)]
    if analysis.replicates_needed:
        found += [("Replicates needed", _REPLICATES_NEEDED)]
    if any(row.diverged for row in analysis.comparisons.rows):
        found += [("Diverged trials", _DIVERGED_OWN if analysis.plan.is_own else _DIVERGED)]
    if any(p.factor for p in analysis.profiles):
        found += [("Factor per layer", "exp(−slope) of a straight line through log ‖∂C/∂z‖ by "
                   "hidden layer, fitted to each replicate; geometric mean and t-interval over "
                   "replicates (Glorot & Bengio 2010; Schoenholz et al. 2017).")]  # fmt: skip
    if any(p.factor for p in analysis.time_profiles):
        found += [("Factor per step", "exp(slope) of a straight line through log ‖∂L/∂h‖ by steps "
                   "before the loss, from the first on, fitted to each replicate; geometric mean "
                   "and t-interval over replicates. The half-life is ln ½ / ln factor (Pascanu et "
                   "al. 2013).")]  # fmt: skip
    found += [*_tuned(analysis), *_over_tasks(analysis), *_anova(analysis)]
    if analysis.solved:
        found += [("Solved", "k of n trials that completed or diverged reached the task's "
                   "threshold; interval of the share over all seeds by Wilson 1927.")]  # fmt: skip
    if any(each.solved for each in analysis.time_to_solve.values()):
        found += [("Time until solved", "Kaplan & Meier 1958, from the first epoch at which a "
                   "trial reaches the threshold; band from Greenwood's variance on the log(−log) "
                   "scale; interval of the median where that band crosses one half (Brookmeyer & "
                   "Crowley 1982).")]  # fmt: skip
    if analysis.solved_comparisons:
        found += [("Solved, compared", _SOLVED_COMPARED)]
    return tuple(found)


def _shared(analysis: Analysis) -> str:
    """What all variants of a replicate have in common."""
    if analysis.plan.is_own:
        return (
            "One seed, which the trials of all variants are given; what they draw from it, and so "
            "what they share, is in the trial's own code."
        )
    return (
        "One seed; all variants of a replicate share the data split, the batch orders and the "
        "initial draws."
    )


def _gradient(analysis: Analysis) -> list[tuple[str, str]]:
    metric = analysis.plan.compare.metric
    if not is_gradient(metric):
        return []
    of = GRADIENT_METRICS[metric]
    return [
        ("Gradient compared", f"{of.meaning[0].upper()}{of.meaning[1:]} (epoch 0), of each trial, "
         "also of one that diverged later. Means, intervals, tests and p are of its natural "
         "logarithm, as factors multiply, and are written as factors: a mean over replicates is a "
         "geometric mean, ÷4 is a fourth, and a difference is a ratio of two such factors."),
    ]  # fmt: skip


def _final_epochs(analysis: Analysis) -> list[tuple[str, str]]:
    found = analysis.final_epochs
    if found is None:
        return []
    of = {
        "last": "the epoch in which its training ended (training.select: last)",
        "best": "the epoch with the lowest validation loss (training.select: best)",
    }
    epochs = f"epochs {found.least:.0f} to {found.most:.0f}, median {found.median:g}"
    chosen = " or of ".join(of[str(each)] for each in found.selected)
    text = f"The result of a trial, and each of its answers, is of {chosen}: {epochs}."
    return [("Epoch of the results", text)]


def _tuned(analysis: Analysis) -> list[tuple[str, str]]:
    if analysis.tuning is None:
        return []
    tune = analysis.tuning.tune
    search = {
        "sobol": "the beginning of a scrambled Sobol sequence (scipy), the same for all variants",
        "optuna": "suggested for each variant by Ray Tune's OptunaSearch (TPE), four at a time",
    }[tune.method]
    return [
        ("Tuning", f"Points are {search}. The point with the fewest lost trials and then the best "
         f"mean {metric_text(tune.select)} is selected; its settings are trained anew with the "
         "replicates' seeds. The score that won is optimistic and used for nothing else "
         "(Bouthillier et al. 2021)."),
        ("Audit of the tuning", "A variant fails if a selected value lies within "
         f"{EDGE:.0%} of an end of its range, on the scale it was drawn on (of three or more "
         f"numeric levels: the first or last); if on a logarithmic range the nearest value tried "
         f"is more than a factor of {COARSE:g} from the selected one, which then is not called at "
         f"the boundary; if more than {MOST_INFEASIBLE:.0%} of its tuning "
         f"trials diverged or failed; or if the last {TAIL:.0%} of the epochs brought more than "
         f"{STILL:.0%} of the whole gain in {metric_text(tune.select)} at a selected point. These "
         "limits are conventions, after Godbole et al. 2023; passing them proves nothing."),
    ]  # fmt: skip


def _over_tasks(analysis: Analysis) -> list[tuple[str, str]]:
    if analysis.across_tasks is None:
        return []
    tested = analysis.across_tasks.ranks.p is not None
    return [
        ("Across tasks", "Scores are (value − 0 of the task) / (1 of the task − 0 of the task); a "
         "diverged trial scores 0. The interquartile mean is that of the middle half of all "
         f"scores; interval by {BOOTSTRAP_DRAWS:,} bootstrap draws within each task, seed "
         f"{BOOTSTRAP_SEED} (Agarwal et al. 2021). The tasks are taken as they are: nothing is "
         "said of others."
         + " Ranks: Friedman 1937, Nemenyi 1963, as in Demšar 2006." * tested),
    ]  # fmt: skip


def _anova(analysis: Analysis) -> list[tuple[str, str]]:
    if analysis.factorial is None:
        return []
    return [
        ("Analysis of variance", "Least squares with every factor and interaction, replicates as "
         "blocks; sums of squares of type II (Fisher 1925; Yates 1934). η² is the share of the "
         "total sum of squares, ω² the same less what chance alone would give. The replicate's "
         "share is what a seed does to all variants alike; the residual is the rest of the seed. F "
         + _yardstick(analysis.factorial.anova.balanced)),
        ("Main effects, interactions", "Means over all combinations of the other factors, made for "
         "each replicate; mean and t-interval over replicates (Searle, Speed & Milliken 1980)."),
    ]  # fmt: skip


def _yardstick(balanced: bool) -> str:
    if balanced:
        return (
            "compares each source with its interaction with the replicate, as in repeated "
            "measures, and p has the degrees of freedom of Greenhouse & Geisser 1959."
        )
    return "compares each source with the residual, as values are missing."


def _testing(analysis: Analysis) -> list[tuple[str, str]]:
    n = analysis.plan.replicates
    how = (
        "all sign patterns are enumerated"
        if n <= EXACT_UP_TO
        else f"{DRAWS:,} random sign patterns, seed {SEED}"
    )
    return [
        ("Difference", "Variant − baseline of the same replicate, averaged; d_z is that mean over "
         "the standard deviation of the differences. P(better) is the share of replicates in "
         "which the variant wins, ties counted half; .75 is a common threshold for a difference "
         "worth having (Bouthillier et al. 2021). If trials failed or are missing, Welch's "
         "test for unpaired samples (Welch 1947), Cohen's d, and P(better) over all pairs."),
        ("p", "Two-sided sign-flip test of the paired differences (Fisher 1935). What it tests is "
         f"symmetry: that a difference is as likely as its opposite; {how}."),
        ("p adjusted", _adjustment(analysis)),
        ("Intervals", "All mean differences that the sign-flip test does not reject (Hartigan "
         "1969). The interval beside a verdict is simultaneous: all of them hold together with "
         "95 %, so it may be read for the largest difference, too. Where a later step of the test "
         "rejects 0 and the simultaneous interval would not, it ends at 0, open: (0.0, +5.8]. "
         "The column \"alone\" has the 95 % interval of one comparison without the others. "
         "Below 6 pairs it is Student's. "
         "P(better) has Wilson's interval (Wilson 1927)."),
    ]  # fmt: skip


def _adjustment(analysis: Analysis) -> str:
    unpaired = any(row.method == "unpaired" for row in analysis.comparisons.rows)
    return (
        "Step-down max-T over the same sign flips, applied to all comparisons at once (Westfall & "
        "Young 1993; with sign flips, Nichols & Holmes 2002): the chance of any false verdict in "
        "this table is at most 5 %."
        + (" Unpaired comparisons get their share of the 5 % by Holm (1979)." if unpaired else "")
    )


def _verdict(analysis: Analysis) -> str:
    if not any(row.verdict == "no effect" for row in analysis.comparisons.rows):
        return _decision(analysis)
    same = "; they trained the same networks" * (not analysis.plan.is_own)
    return (
        f"{_decision(analysis)} No effect: every loss and metric of all splits is equal to the "
        f"last bit in every replicate of the two variants{same}."
    )


def _decision(analysis: Analysis) -> str:
    compare = analysis.plan.compare
    decided = "better or worse: p adjusted ≤ .05"
    if is_gradient(compare.metric):
        decided += ", where better is more of the gradient left, and worse is less"
    if compare.smallest_difference is None:
        return (
            f"{decided}; else undecided. No smallest difference that matters was declared, so "
            "nothing can be called equivalent."
        )
    zone = zone_text(compare.smallest_difference, compare.unit)
    return (
        f"equivalent: the simultaneous interval lies inside {zone}, "
        "the smallest difference declared to matter, also when "
        "it is corrected for skew (two one-sided tests at 2.5 % each over the whole family: "
        f"Schuirmann 1987; Hall 1992); else {decided}; else undecided. Undecided means that these "
        "replicates cannot tell, not that there is no difference. Equivalent speaks of means: "
        "rare failures that no replicate has shown are not excluded, so each sentence says how "
        "many seeds may differ by more (Wilson's interval)."
    )
