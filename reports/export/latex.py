"""LaTeX: what each variant reached and how it compares, as booktabs tables for \\input."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from pathlib import Path

from orchestrator.files import write_text
from orchestrator.gradient_metrics import FACTOR
from orchestrator.plan_document import Level, PlanDocument, Variant
from orchestrator.reports.analysis import Analysis
from orchestrator.reports.statistics.comparisons.comparisons import Comparison
from orchestrator.reports.statistics.outcomes.outcomes import Outcome
from orchestrator.reports.text import names
from orchestrator.reports.text.phrases import verdict_interval
from orchestrator.reports.variants import (
    VARIANT,
    axis,
    baseline_text,
    is_crossed,
    level_of,
    name_of,
)

MARKS = {
    "better": r"$\uparrow$", "worse": r"$\downarrow$", "equivalent": r"$\approx$",
    "no effect": "$=$",    "undecided": "?", "baseline": "--",
}  # fmt: skip
MOST_ROWS = 45  # of a table on one page
MOST_COLUMNS = 6  # levels side by side; beyond, one row a variant
_SPECIAL = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "[": "{[}", "*": "{*}",  # after the end of a row, LaTeX would read them as its options
    "÷": r"$\div$", "×": r"$\times$", "·": r"$\cdot$", "⁻": "$^{-}$",
    **{digit: f"$^{{{value}}}$" for value, digit in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    "<": r"\textless{}", ">": r"\textgreater{}", names.MINUS: "$-$", "–": "--", "\n": " ",
})  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A table, its text ready for LaTeX."""

    name: str  # of the file and the label
    caption: str
    columns: str  # "llr"
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def escaped(text: str) -> str:
    """Any text as LaTeX that prints it."""
    return text.translate(_SPECIAL)


def write_latex(analysis: Analysis, target: Path) -> list[Path]:
    """results.tex and, in a study that compares, comparisons.tex."""
    tables = [_results(analysis)]
    tables += [_comparisons(analysis)] * bool(analysis.comparisons.rows)
    return [_write(target, analysis.plan.study, table) for table in tables]


def _write(target: Path, study: str, table: Table) -> Path:
    path = target / f"{table.name}.tex"
    write_text(path, "\n".join(_lines(study, table)) + "\n")
    return path


def _lines(study: str, table: Table) -> Iterable[str]:
    """A float; a table longer than a page may run over several."""
    label = rf"\label{{tab:{study}-{table.name}}}"
    head, body = _row(table.head), [_row(row) for row in table.rows]
    if len(body) <= MOST_ROWS:
        yield r"% \usepackage{booktabs}"
        yield from (r"\begin{table}", r"\centering", rf"\caption{{{table.caption}}}", label)
        yield from (rf"\begin{{tabular}}{{{table.columns}}}", r"\toprule", head, r"\midrule", *body)
        yield from (r"\bottomrule", r"\end{tabular}", r"\end{table}")
    else:
        yield r"% \usepackage{booktabs,longtable}"
        yield rf"\begin{{longtable}}{{{table.columns}}}"
        yield rf"\caption{{{table.caption}}} {label} \\"
        yield from (r"\toprule", head, r"\midrule", r"\endhead", r"\bottomrule", r"\endfoot")
        yield from (*body, r"\end{longtable}")


def _row(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"


def _results(analysis: Analysis) -> Table:
    """Levels of the compared factor side by side where they fit, else one row a variant."""
    across = _across(analysis.plan)
    head, rows = _wide(analysis, across) if across else _long(analysis)
    words = len(analysis.plan.factors) - 1 if across else len(_heads(analysis.plan))
    return Table(
        name="results",
        caption=_results_caption(analysis),
        columns="l" * words + "r" * (len(head) - words),
        head=head,
        rows=tuple(rows),
    )


def _across(plan: PlanDocument) -> str | None:
    """The factor whose levels are columns side by side: the one that the study compares."""
    compared = next(iter(plan.compare.baseline), None)
    if compared is None or len(plan.factors) < 2 or not is_crossed(plan):
        return None
    return compared if len(axis(plan, compared)) <= MOST_COLUMNS else None


def _wide(analysis: Analysis, across: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    plan, marks = analysis.plan, _marks(analysis)
    down = [path for path in plan.factors if path != across]
    cells: dict[tuple[Level, ...], dict[Level, str]] = {}
    for variant in plan.variants:
        key = tuple(level_of(variant, path) for path in down)
        cells.setdefault(key, {})[level_of(variant, across)] = _cell(analysis, variant, marks)
    short = names.short_names(plan.factors)
    columns = [names.level_name(short[across], level) for level in axis(plan, across)]
    head = tuple(escaped(text) for text in (*(short[path] for path in down), *columns))
    rows = [
        (*_levels(key), *(by_level.get(level, "") for level in axis(plan, across)))
        for key, by_level in cells.items()
    ]
    return head, rows


def _long(analysis: Analysis) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    plan, marks = analysis.plan, _marks(analysis)
    head = (*_heads(plan), "$n$", "mean")
    rows = [
        (
            *_names(plan, variant),
            str(analysis.outcomes[variant.variant_id].n),
            _cell(analysis, variant, marks),
        )
        for variant in plan.variants
    ]
    return head, rows


def _heads(plan: PlanDocument) -> tuple[str, ...]:
    """The factors, after the variant's name where that says more."""
    short = names.short_names(plan.factors)
    named = () if is_crossed(plan) else (VARIANT,)
    return tuple(map(escaped, (*named, *short.values())))


def _names(plan: PlanDocument, variant: Variant) -> tuple[str, ...]:
    named = () if is_crossed(plan) else (name_of(plan, variant.variant_id),)
    return _levels((*named, *(level_of(variant, path) for path in plan.factors)))


def _marks(analysis: Analysis) -> dict[str, str]:
    """variant id → its sign against the baseline; the baseline has its own."""
    rows = analysis.comparisons.rows
    return {row.baseline: MARKS["baseline"] for row in rows} | {
        row.variant: MARKS[row.verdict] for row in rows
    }


def _cell(analysis: Analysis, variant: Variant, marks: Mapping[str, str]) -> str:
    """$97.2 \\pm 0.4$ with the verdict's sign, and how many were lost."""
    outcome = analysis.outcomes[variant.variant_id]
    parts = [mean_text(outcome, analysis.plan.compare.unit), marks.get(variant.variant_id, "")]
    parts += [f"({outcome.lost} lost)"] * bool(outcome.lost)
    return " ".join(filter(None, parts))


def mean_text(outcome: Outcome, unit: str) -> str:
    """Mean ± half of its 95 % interval, or [low, high] where a bound of the metric cuts it.

    Shares in percent; of factors the geometric mean and its interval.
    """
    if outcome.mean is None:
        return "--"
    if unit == FACTOR:
        ends = names.interval_text(outcome.low, outcome.high, unit)
        return escaped(f"{names.value_text(outcome.mean, unit)} {ends}")
    factor, form, digits = (100, ".1f", ".1f") if unit == "share" else (1, ".4g", ".2g")
    mean = f"{factor * outcome.mean:{form}}"
    if outcome.low is None or outcome.high is None:
        return f"${mean}$"
    below, above = outcome.mean - outcome.low, outcome.high - outcome.mean
    if isclose(below, above, rel_tol=1e-6, abs_tol=1e-12):
        return rf"${mean} \pm {factor * above:{digits}}$"
    low, high = (f"{factor * end:{form}}" for end in (outcome.low, outcome.high))
    return rf"${mean}$ $[{low}, {high}]$"


def _levels(levels: Iterable[Level]) -> tuple[str, ...]:
    return tuple(escaped(names.level_text(level)) for level in levels)


def _results_caption(analysis: Analysis) -> str:
    plan = analysis.plan
    unit = r"\%" if plan.compare.unit == "share" else escaped(names.unit_words(plan.compare.unit))
    sizes = sorted({outcome.n for outcome in analysis.outcomes.values()})
    n = f"$n = {sizes[0]}$" if len(sizes) == 1 else f"$n = {sizes[0]}$ to ${sizes[-1]}$"
    title = escaped(names.final_title(plan.compare.metric))
    interval = escaped(names.mean_interval_name(plan.compare.metric))
    mean = (
        f"geometric mean and its {interval} over {n} replicates"
        if plan.compare.unit == FACTOR
        else f"mean $\\pm$ half of its {interval} over {n} replicates, or $[$low, high$]$ where it "
        "is not symmetric"
    )
    return f"{escaped(plan.question or plan.study)} {title} ({unit}): {mean}. {_key(analysis)}"


def _metric(plan: PlanDocument) -> str:
    return escaped(names.metric_text(plan.compare.metric))


def _key(analysis: Analysis) -> str:
    """What the signs mean; nothing where nothing is compared."""
    if not analysis.comparisons.rows:
        return ""
    plan = analysis.plan
    baseline = escaped(baseline_text(plan))
    said = ", ".join(f"{mark} {word}" for word, mark in MARKS.items() if word != "baseline")
    return f"Compared with {baseline} ({MARKS['baseline']}): {said}."


def _comparisons(analysis: Analysis) -> Table:
    plan = analysis.plan
    by_id = {variant.variant_id: variant for variant in plan.variants}
    words = ("difference", r"95\,\% interval", "$n$", "$p$", "adjusted $p$", "verdict")
    return Table(
        name="comparisons",
        caption=_comparisons_caption(analysis),
        columns="l" * len(_heads(plan)) + "rrrrrl",
        head=(*_heads(plan), *words),
        rows=tuple(
            (*_names(plan, by_id[row.variant]), *_numbers(row, plan.compare.unit))
            for row in analysis.comparisons.rows
        ),
    )


def _numbers(row: Comparison, unit: str) -> Sequence[str]:
    return (
        escaped(names.difference_text(row.difference, unit)),
        escaped(verdict_interval(row, unit)),
        f"{row.n}" + (r"\textsuperscript{u}" if row.method == "unpaired" else ""),
        escaped(names.p_text(row.p_value)),
        escaped(names.p_text(row.p_adjusted)),
        f"{MARKS[row.verdict]} {row.verdict}",
    )


def _comparisons_caption(analysis: Analysis) -> str:
    plan = analysis.plan
    baseline = escaped(baseline_text(plan))
    unpaired = any(row.method == "unpaired" for row in analysis.comparisons.rows)
    zone = plan.compare.smallest_difference
    declared = escaped(names.zone_text(zone, plan.compare.unit)).replace("±", r"$\pm$")
    return (
        f"Difference in {_metric(plan)} from {baseline}"
        f"{', all other factors equal' if is_crossed(plan) else ''}, "
        f"{escaped(names.in_unit(plan.compare.unit))}: mean over paired replicates and its "
        f"95\\,\\% interval, simultaneous for all rows; $p$ of the sign-flip test, adjusted for "
        f"{names.count_text(len(analysis.comparisons.rows), 'comparison')} by "
        f"{escaped(analysis.comparisons.adjustment)}."
        + (f" Differences within {declared} were declared not to matter." if zone else "")
        + (r" \textsuperscript{u}: unpaired, Welch's test." if unpaired else "")
    )
