"""Records → rows of the page's tables: text for the eye, a number to sort by."""

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.plan_document import Variant
from orchestrator.reports.analysis import Analysis
from orchestrator.reports.figures.comparisons.comparisons import Bar
from orchestrator.reports.figures.comparisons.comparisons import draw as draw_bars
from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.figures.palette import Look, look
from orchestrator.reports.statistics.comparisons.comparisons import VERDICTS, Comparison
from orchestrator.reports.statistics.comparisons.other_examples import OtherExamplesFound
from orchestrator.reports.statistics.comparisons.power import MOST
from orchestrator.reports.statistics.comparisons.replicates_needed import (
    ReplicatesNeeded,
    has_spread,
)
from orchestrator.reports.statistics.comparisons.solved_comparisons import SolvedComparison
from orchestrator.reports.statistics.outcomes.outcomes import STATUSES, Outcome
from orchestrator.reports.statistics.outcomes.solved import Solved
from orchestrator.reports.statistics.outcomes.time_to_solve import TimeToSolve
from orchestrator.reports.text import names
from orchestrator.reports.text.phrases import verdict_interval


@dataclass(frozen=True)
class Cell:
    """One cell; `sort` is what its column is sorted by (None goes last)."""

    text: str
    sort: float | str | None = None
    look: Look | None = None


@dataclass(frozen=True)
class Row:
    """One row: the variant's levels, numbers, and what follows them."""

    levels: tuple[Cell, ...]
    numbers: tuple[Cell, ...]
    verdict: str = ""
    bar: Bar | None = None
    variant: int | None = None  # its place in the study, by which the page hides the row


def level_cells(view: Scheme, variant: Variant) -> tuple[Cell, ...]:
    """One cell per head; sorted by the level's place in the study."""
    return tuple(
        Cell(
            names.level_text(view.level(path, variant)),
            float(view.place(path, variant)),
            look(view.colour(variant)) if path == view.roles.colour else None,
        )
        for path in view.heads
    )


def result_rows(view: Scheme, analysis: Analysis) -> tuple[Row, ...]:
    """One row per variant."""
    verdicts = {row.variant: row.verdict for row in analysis.comparisons.rows}
    baselines = {row.baseline for row in analysis.comparisons.rows}
    missing = analysis.evidence.counts["missing"]
    return tuple(
        Row(
            level_cells(view, variant),
            (
                *_count_cells(analysis.outcomes[variant.variant_id], bool(missing)),
                *_outcome_cells(analysis.outcomes[variant.variant_id], view.plan.compare.unit),
                *_sampling_cells(analysis, variant),
                *_solved_cells(analysis, variant),
            ),
            verdicts.get(variant.variant_id, "baseline" if variant.variant_id in baselines else ""),
            variant=view.order[variant.variant_id],
        )
        for variant in view.plan.variants
    )


def _outcome_cells(outcome: Outcome, unit: str) -> tuple[Cell, ...]:
    text = names.value_text
    return (
        Cell(text(outcome.mean, unit), outcome.mean),
        Cell(names.interval_text(outcome.low, outcome.high, unit), outcome.low),
        Cell(names.sd_text(outcome.sd, unit), outcome.sd),
        Cell(text(outcome.median, unit), outcome.median),
    )


def _count_cells(outcome: Outcome, missing: bool) -> tuple[Cell, ...]:
    """planned, completed, diverged, failed and, where any is, missing."""
    counts = [outcome.counts[status] for status in STATUSES]
    shown = [sum(counts), *(counts if missing else counts[:-1])]
    return tuple(Cell(str(count), count) for count in shown)


def _sampling_cells(analysis: Analysis, variant: Variant) -> tuple[Cell, ...]:
    """One cell where the test set's part is known of any variant, else none."""
    found = analysis.sampling.get(variant.variant_id)
    if found is None:
        return (Cell("–"),) if analysis.sampling else ()
    return (Cell(f"{100 * found.half:.1f}", found.half),)


def _solved_cells(analysis: Analysis, variant: Variant) -> tuple[Cell, ...]:
    """One cell in studies of which a task can be solved, else none."""
    found = analysis.solved.get(variant.variant_id)
    return (_solved_cell(found),) if analysis.solved else ()


def _solved_cell(found: Solved | None) -> Cell:
    if found is None:
        return Cell("–")
    interval = f"[{100 * found.low:.0f}, {100 * found.high:.0f} %]"
    return Cell(f"{found.k} of {found.n} {interval}", found.k / found.n)


def comparison_rows(view: Scheme, analysis: Analysis) -> tuple[Row, ...]:
    """One row per contrast; none while no variant has a value to compare."""
    if all(row.difference is None for row in analysis.comparisons.rows):
        return ()
    by_id = {variant.variant_id: variant for variant in view.plan.variants}
    found = analysis.comparisons.rows
    bars = draw_bars(found, view.plan.compare.smallest_difference)
    unit = view.plan.compare.unit
    return tuple(
        Row(
            level_cells(view, by_id[row.variant]),
            _numbers(row, unit, analysis),
            row.verdict,
            bar,
            view.order[row.variant],
        )
        for row, bar in zip(found, bars, strict=True)
    )


def _numbers(row: Comparison, unit: str, analysis: Analysis) -> tuple[Cell, ...]:
    effect = "–" if row.effect_size is None else f"{row.effect_size:.1f}".replace("-", names.MINUS)
    n = f"{row.n}{'' if row.method == 'paired' else ' ' + row.method}"
    n += f", {row.diverged} diverged" if row.diverged else ""
    return (
        Cell(names.difference_text(row.difference, unit), row.difference),
        Cell(verdict_interval(row, unit), row.shown[0]),
        Cell(names.p_text(row.p_adjusted), row.p_adjusted),
        _replicates_cell(row, analysis.replicates_needed),
        Cell(names.interval_text(row.ci_low, row.ci_high, unit, signed=True), row.ci_low),
        *_other_data_cells(row, unit, analysis.resplits),
        *_other_examples_cells(row, unit, analysis.other_examples),
        Cell(n if row.method != "none" else "–", row.n),
        Cell(names.p_text(row.p_value), row.p_value),
        Cell(_better(row), row.prob_better),
        Cell(effect, row.effect_size),
    )


def _other_data_cells(
    row: Comparison, unit: str, found: Mapping[str, tuple[float, float]]
) -> tuple[Cell, ...]:
    """One cell where any comparison has an interval for other data, else none."""
    low, high = found.get(row.variant, (None, None))
    return (Cell(names.interval_text(low, high, unit, signed=True), low),) if found else ()


def _other_examples_cells(
    row: Comparison, unit: str, found: OtherExamplesFound
) -> tuple[Cell, ...]:
    """Interval and McNemar's p, each only where any comparison has one."""
    own = found.intervals.get(row.variant)
    low, high, p = (own.low, own.high, own.mcnemar_p) if own else (None, None, None)
    interval = Cell(names.interval_text(low, high, unit, signed=True), low)
    cells = (interval, Cell(names.p_text(p), p)) if found.mcnemar else (interval,)
    return cells if found.intervals else ()


def _better(row: Comparison) -> str:
    """ ".83 [.44, .97]"; of unpaired values without an interval."""
    if row.prob_better is None:
        return "–"
    interval = "" if row.better_low is None else f" [{row.better_low:.2f}, {row.better_high:.2f}]"
    return f"{row.prob_better:.2f}{interval}"


def _replicates_cell(row: Comparison, found: ReplicatesNeeded | None) -> Cell:
    if found is None or row.verdict != "undecided" or row.variant not in found.needed:
        return Cell("")
    needed = found.needed[row.variant]
    if needed is None and (found.by_chance or not has_spread(row)):
        return Cell("–")
    return Cell(str(needed), needed) if needed else Cell(f"> {MOST}", MOST + 1)


def time_to_solve_rows(view: Scheme, analysis: Analysis) -> tuple[Row, ...]:
    """One row per variant whose task can be solved."""
    found = analysis.time_to_solve
    return tuple(
        Row(
            level_cells(view, variant),
            _time_to_solve_cells(found[variant.variant_id]),
            variant=view.order[variant.variant_id],
        )
        for variant in view.plan.variants
        if variant.variant_id in found
    )


def _time_to_solve_cells(each: TimeToSolve) -> tuple[Cell, ...]:
    value, low, high = each.median.value, each.median.low, each.median.high
    ends_ = f"[{low:g}, {'∞' if high is None else f'{high:g}'}]" if low is not None else "–"
    return (
        Cell("–" if value is None else f"{value:g}", value),
        Cell(ends_, low),
        Cell(f"{each.solved} of {each.n}", each.solved / each.n),
        Cell(str(each.diverged), each.diverged),
        Cell(str(each.stopped), each.stopped),
    )


def solved_comparison_rows(view: Scheme, analysis: Analysis) -> tuple[Row, ...]:
    """One row per contrast of variants whose task can be solved."""
    by_id = {variant.variant_id: variant for variant in view.plan.variants}
    return tuple(
        Row(
            level_cells(view, by_id[row.variant]),
            _solved_comparison_cells(row),
            variant=view.order[row.variant],
        )
        for row in analysis.solved_comparisons
    )


def _solved_comparison_cells(row: SolvedComparison) -> tuple[Cell, ...]:
    (k, n), (other, m) = row.solved, row.baseline_solved
    interval = names.interval_text(row.low, row.high, "share", signed=True)
    difference = f"{names.difference_text(row.difference, 'share')} points {interval}"
    return (
        Cell(f"{k} of {n}", k / n),
        Cell(f"{other} of {m}{'' if row.paired else ' unpaired'}", other / m),
        Cell(difference, row.difference),
        Cell(names.p_text(row.p_adjusted), row.p_adjusted),
        Cell(names.p_text(row.log_rank_p_adjusted), row.log_rank_p_adjusted),
    )


def verdict_counts(analysis: Analysis) -> dict[str, int]:
    """verdict → comparisons, in the order better, worse, equivalent, undecided."""
    verdicts = [row.verdict for row in analysis.comparisons.rows]
    return {word: verdicts.count(word) for word in VERDICTS}
