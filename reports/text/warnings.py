"""Every warning of a report: what changes how it must be read."""

from collections.abc import Iterator, Mapping
from math import isinf

from orchestrator.gradient_metrics import is_gradient
from orchestrator.plan_document import PlanDocument
from orchestrator.reports.analysis import Analysis
from orchestrator.reports.statistics.comparisons.family import DESCRIPTIVE_BELOW
from orchestrator.reports.statistics.comparisons.signflip import smallest_p
from orchestrator.reports.statistics.outcomes.bounds import best_possible, bounds
from orchestrator.reports.statistics.tuning.tuning_audit import COARSE
from orchestrator.reports.text.improving import improving_warning
from orchestrator.reports.text.names import (
    count_text,
    difference_text,
    difference_unit,
    listed,
    measured_text,
    metric_text,
    value_text,
)
from orchestrator.reports.text.sections.task_examples import MANY_REPEATED, title
from orchestrator.reports.text.task_baseline import baseline_warnings
from orchestrator.reports.variants import names_of

Names = Mapping[str, str]  # variant id → name


def warnings(analysis: Analysis) -> tuple[str, ...]:
    """The most important first; the page's first screen shows the beginning of the list."""
    names = names_of(analysis.plan)
    return (
        *_incomplete(analysis, names),
        *_no_gradient(analysis, names),
        *improving_warning(analysis, names),
        *_failed_audit(analysis, names),
        *_at_bound(analysis),
        *_few_replicates(analysis),
        *_unlike_shapes(analysis, names),
        *baseline_warnings(analysis, names),
        *_little_room(analysis, names),
        *_without_baseline(analysis),
        *_unpaired(analysis),
        *_unequal_budgets(analysis, names),
        *_repeated(analysis),
        *_underflow(analysis, names),
        *_unstored(analysis),
        *_uncommitted(analysis.plan),
    )


def _repeated(analysis: Analysis) -> Iterator[str]:
    """Test inputs that training has, too: a network may know their answers by heart."""
    known = [(each, each.in_training or 0.0) for each in analysis.samples]
    many = [
        f"{title(each, analysis.samples)}: {100 * share:.3g} %"
        for each, share in known
        if share >= MANY_REPEATED
    ]
    if many:
        yield (
            f"Test inputs that also occur in training ({listed(many, 'task')}): what is measured "
            "there may be memory. Where a task has few different inputs, as short sequences of 0 "
            "and 1, no split avoids it."
        )


_DIVERGED = (
    "Mean and interval of such a variant speak of its surviving replicates only; its comparisons "
    "count each as the task's baseline or, if that is worse, the worst value of the two variants "
    "compared."
)
_DIVERGED_OWN = (
    "Mean and interval of such a variant speak of its surviving replicates only; its comparisons "
    "count each as the worst value of the two variants compared."
)
_DIVERGED_LATER = "The gradient that is compared was measured before training, also of these."


def _incomplete(analysis: Analysis, names: Names) -> Iterator[str]:
    counts, total = analysis.evidence.counts, analysis.evidence.trials
    if counts["missing"]:
        yield (
            f"Unfinished: {counts['missing']:,} of {count_text(total, 'trial')} have not been "
            "trained. Numbers and verdicts will change; run the study again to complete it."
        )
    if counts["failed"]:
        where = _where(analysis, names, "failed")
        yield f"{count_text(counts['failed'], 'trial')} failed and left no result{where}."
    if counts["diverged"]:
        where = _where(analysis, names, "diverged")
        of_gradient = is_gradient(analysis.plan.compare.metric)
        of_metric = _DIVERGED_OWN if analysis.plan.is_own else _DIVERGED
        yield (
            f"{count_text(counts['diverged'], 'trial')} diverged{where}. "
            f"{_DIVERGED_LATER if of_gradient else of_metric}"
        )


def _no_gradient(analysis: Analysis, names: Names) -> Iterator[str]:
    """Trials without the gradient that the study compares."""
    if not is_gradient(analysis.plan.compare.metric):
        return
    results = analysis.outcomes
    ended = {v: sum(o.counts[s] for s in ("completed", "diverged")) for v, o in results.items()}
    said = [
        f"{names[v]}: {ended[v] - outcome.n} of {ended[v]}"
        for v, outcome in results.items()
        if outcome.n < ended[v]
    ]
    if said:
        yield (
            f"No {metric_text(analysis.plan.compare.metric)} in some trials ({listed(said)}): it "
            "was not probed, there are fewer than two places to compare, or the gradient is "
            "exactly zero at an end. Means, intervals and verdicts are of the others."
        )


def _where(analysis: Analysis, names: Names, status: str) -> str:
    """ " (relu, depth 8: 9 of 10; …)", the variants that lost most."""
    results = analysis.outcomes
    hit = [v for v in analysis.plan.variants if results[v.variant_id].counts[status]]
    hit.sort(key=lambda v: -results[v.variant_id].counts[status])
    said = [
        f"{names[v.variant_id]}: {results[v.variant_id].counts[status]} of {len(v.trials)}"
        for v in hit
        if v.levels
    ]
    return f" ({listed(said, 'variant')})" if said else ""


def _failed_audit(analysis: Analysis, names: Names) -> Iterator[str]:
    audits = analysis.tuning_audit
    if not any(audit.fails for audit in audits):
        return
    edges = [
        f"{names[a.variant_id]}: {p} ({end} end)" for a in audits for p, end in a.boundary.items()
    ]
    lost = [
        f"{names[a.variant_id]}: {a.infeasible} of {a.trials}" for a in audits if a.many_infeasible
    ]
    improving = [names[a.variant_id] for a in audits if a.improving]
    coarse = [
        f"{names[a.variant_id]}: {p}, {_apart(factor)}"
        for a in audits for p, factor in a.coarse.items()
    ]  # fmt: skip
    kinds = (
        (
            coarse,
            "too few points for this range: the best one's nearest neighbour is more than a "
            f"factor of {COARSE:g} away; try more points, or a range for each variant",
        ),
        (edges, "the best point lies at the boundary of its range; widen it"),
        (lost, "more than a quarter of the tuning trials diverged or failed; narrow the range"),
        (improving, "the validation metric still improved in the last epochs; train longer"),
    )
    said = [f"{why} ({listed(which)})" for which, why in kinds if which]
    yield (
        "The tuning fails its audit, so a verdict may say more of the tuning than of the variants: "
        f"{'; '.join(said)}. See Audit of the tuning."
    )


def _apart(factor: float) -> str:
    return "no other value" if isinf(factor) else f"×{factor:.2g}"


def _at_bound(analysis: Analysis) -> Iterator[str]:
    """Comparisons in which both variants have the best, or the worst, value in every replicate."""
    compare, rows = analysis.plan.compare, analysis.comparisons.rows
    for end in bounds(compare):
        at = sum(row.stuck and row.bound == end for row in rows)
        best = end == best_possible(compare)
        kind, name = ("Ceiling", "best") if best else ("Floor", "worst")
        cure = "a harder task or less training" if best else "an easier task or more training"
        if at:
            yield (
                f"{kind}: in {at} of {count_text(len(rows), 'comparison')} every replicate of both "
                f"variants has the {name} {metric_text(compare.metric)} there is, "
                f"{measured_text(end, compare.unit)}. No difference can show there, however many "
                f"replicates are run; with {cure} one could."
            )


def _few_replicates(analysis: Analysis) -> Iterator[str]:
    n = analysis.plan.replicates
    if analysis.comparisons.rows and n < DESCRIPTIVE_BELOW:
        yield (
            f"Descriptive only: with {count_text(n, 'replicate')} no difference can be "
            f"distinguished from chance (smallest possible p: {smallest_p(n):.3f}); "
            "six or more are needed."
        )


def _unlike_shapes(analysis: Analysis, names: Names) -> Iterator[str]:
    found = analysis.shapes
    if found:
        yield (
            f"Unlike shapes: in {len(found)} of "
            f"{count_text(len(analysis.comparisons.rows), 'comparison')} "
            f"({listed([names[variant] for variant in found])}) the results of one variant fall "
            "into two groups, or the differences are skewed. The sign-flip "
            "test asks whether a difference is as likely as its opposite, so there it may find a "
            "difference where the means are equal. The sentence of each gives what holds all the "
            "same: in how many replicates the variant is better, and the median difference."
        )


def _little_room(analysis: Analysis, names: Names) -> Iterator[str]:
    close, compare = analysis.near_best, analysis.plan.compare
    if not close:
        return
    unit, best = compare.unit, measured_text(best_possible(compare), compare.unit)
    said = [f"{names[v]}: {value_text(analysis.outcomes[v].mean, unit)}" for v in close]
    size = f"{difference_text(compare.smallest_difference, unit).lstrip('+')}"
    yield (
        f"Little room: {count_text(len(close), 'baseline')} ({listed(said)}) within "
        f"{size} {difference_unit(unit)}, the smallest difference that matters, of {best}, the "
        f"best {metric_text(compare.metric)} there is. Nothing can be better by as much, and "
        "equivalent says as much of the task as of the variants."
    )


def _without_baseline(analysis: Analysis) -> Iterator[str]:
    orphans = len(analysis.comparisons.without_baseline)
    if orphans:
        yield (
            f"{count_text(orphans, 'variant')} cannot be compared: the study excludes their "
            "baseline."
        )


def _unpaired(analysis: Analysis) -> Iterator[str]:
    unpaired = sum(row.method == "unpaired" for row in analysis.comparisons.rows)
    if unpaired:
        yield (
            f"{count_text(unpaired, 'comparison')} made unpaired (Welch), as some trials failed or "
            "are missing on one side. A side that lost its worst seeds looks better than it is."
        )


def _unequal_budgets(analysis: Analysis, names: Names) -> Iterator[str]:
    found = analysis.budgets
    if found is None:
        return
    said = [f"{mean:.3g} in {names[variant]}" for variant, mean in found.means.items()]
    unequal = len(set(found.means.values())) > 1
    spread = f"; on average {said[0]}, {said[-1]}" if unequal else ""
    yield (
        f"Unequal budgets: trials stopped early, after {found.least:.0f} to {found.most:.0f} "
        f"epochs{spread}. Variants are compared as each was when it no longer improved, not after "
        "equal training."
    )


def _underflow(analysis: Analysis, names: Names) -> Iterator[str]:
    found = analysis.gradients.underflow
    if found.variants:
        ways = " and ".join(f"through {axis}" for axis in found.axes)
        more = f" and {len(found.variants) - 1} more" if len(found.variants) > 1 else ""
        yield (
            f"Underflow: on their way {ways} some gradients became too small for 32-bit numbers: "
            "below 1.2·10⁻³⁸ they have lost digits, or are exactly zero "
            f"({names[found.variants[0]]}{more}). Zeros are counted, not drawn."
        )


def _unstored(analysis: Analysis) -> Iterator[str]:
    if found := analysis.evidence.unstored:
        yield unstored_text(found)


def unstored_text(trials: int) -> str:
    """For tables that have so many trials which the store lacks."""
    return (
        "Read from the Parquet tables in the study's folder, as they are: "
        f"{count_text(trials, 'trial')} in them {'is' if trials == 1 else 'are'} not in the "
        "store of these results, so the tables cannot be gathered from it again."
    )


def _uncommitted(plan: PlanDocument) -> Iterator[str]:
    """Trials of a revision do not depend on what else lies in the working tree."""
    is_dirty = bool(plan.git and plan.git.dirty)
    if any(each.uncommitted for each in plan.revisions) or (is_dirty and not plan.revisions):
        yield "Uncommitted changes: the commit alone does not reproduce this."
