"""Words of the section that explains the differences between trials."""

from collections.abc import Iterator, Mapping

from orchestrator.plan_document import Compare
from orchestrator.reports.statistics.factorial.analysis import Factorial
from orchestrator.reports.statistics.factorial.anova import Term
from orchestrator.reports.text.names import count_text, difference_unit, final_text, sd_text

UNEVEN = 4  # times that the spread of one variant exceeds another's
_FIXED = {
    "higher": "interactions of more factors",
    "replicate": "replicate: what a seed does to all variants",
    "residual": "residual: what a seed does to each variant",
}


def finding(compare: Compare, found: Factorial, names: Mapping[str, str]) -> str:
    """Of the variance in …, depth explains 61 %, activation 20 %, …; the seed 4 %.

    names: of factors, by path.
    """
    terms = found.anova.terms
    single = sorted((t for t in terms if t.kind == "factor"), key=lambda t: -(t.eta2 or 0.0))
    first, *rest = [
        (term_text(found, t, names), percent_text(100 * (t.eta2 or 0.0))) for t in single
    ]
    metric = final_text(compare.metric)
    parts = [f"Of the variance in {metric}, {first[0]} explains {first[1]}"]
    parts += [f"{name} {share}" for name, share in rest]
    together = sum(t.eta2 or 0.0 for t in terms if t.kind in ("interaction", "higher"))
    parts += [f"their interactions {percent_text(100 * together)}"]
    own, shared = (next(t.eta2 or 0.0 for t in terms if t.kind == kind)
                   for kind in ("residual", "replicate"))  # fmt: skip
    return (
        f"{', '.join(parts)}; the seed {percent_text(100 * (own + shared))} "
        f"({percent_text(100 * shared)} shared by all variants, {percent_text(100 * own)} "
        "specific to each)."
    )


def notes(compare: Compare, found: Factorial) -> Iterator[str]:
    result = found.anova
    if not result.balanced:
        empty = count_text(result.empty, "combination")
        holes = f", {empty} without any" if result.empty else ""
        yield (
            f"Unbalanced: {result.n:,} of {found.crossing.table.size:,} values are known{holes}: "
            "trials that diverged or failed have none. Each effect is adjusted for the others "
            "(type II), so shares need not sum to 100 %. F compares each with the whole residual: "
            "where seeds move the levels of a factor differently, its p is too small."
        )
    if any((term.omega2 or 0.0) < 0 for term in result.terms):
        yield "ω² below zero, less than chance alone would give, is shown as 0."
    if result.terms[-1].ss <= 1e-12 * result.total:
        yield "Trials of one variant do not scatter, so there is nothing to test the factors by."
    elif result.spreads and result.spreads[1] > UNEVEN * result.spreads[0]:
        small, large = (sd_text(sd, compare.unit) for sd in result.spreads)
        unit = f" {difference_unit(compare.unit).strip('()')}".rstrip()
        yield (
            f"Spreads over seeds differ from variant to variant (sd {small} to {large}"
            f"{unit}); {_rough(result.balanced)} The shares hold all the "
            "same."
        )


def _rough(balanced: bool) -> str:
    if balanced:
        return "p has fewer degrees of freedom for it (ε of Greenhouse & Geisser)."
    return "F and p assume equal ones and are rough here."


def df_text(term: Term) -> str:
    """2, 10: of the source and of its error."""
    return f"{term.df}, {term.df_error}" if term.df_error else str(term.df)


def table_caption(compare: Compare, found: Factorial) -> str:
    return (
        f"Analysis of variance of {final_text(compare.metric)}, replicates as blocks, sums "
        f"of squares of type II; {found.anova.n} trials"
    )


def term_text(found: Factorial, term: Term, names: Mapping[str, str]) -> str:
    """activation × depth; or what a term without factors is."""
    paths = [found.crossing.factors[axis] for axis in term.factors]
    return " × ".join(names[path] for path in paths) or _FIXED[term.kind]


def percent_text(percent: float | None) -> str:
    """61 %, 3.4 %, < 0.1 %."""
    if percent is None:
        return "–"
    if 0 < percent < 0.05:
        return "< 0.1 %"
    return f"{percent:.0f} %" if percent >= 9.95 or percent == 0 else f"{percent:.1f} %"
