"""The analysis of variance as a sentence, notes and rows."""

from collections.abc import Iterable
from dataclasses import dataclass

from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.page.rows.rows import Cell
from orchestrator.reports.statistics.factorial.analysis import Factorial
from orchestrator.reports.statistics.factorial.anova import Term
from orchestrator.reports.text import names

UNEVEN = 4  # times that the spread of one variant exceeds another's
_FIXED = {
    "higher": "interactions of more factors",
    "replicate": "replicate: the seed, in all variants alike",
    "residual": "residual: the seed, in each variant anew",
}


@dataclass(frozen=True)
class TermRow:
    """One row of the table; `percent` is the length of its bar."""

    name: str
    percent: float
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Explained:
    """What the section says."""

    sentence: str
    notes: tuple[str, ...]
    rows: tuple[TermRow, ...]


def explained(view: Scheme, found: Factorial | None) -> Explained | None:
    """None where the study is no factorial one, or its trials do not vary."""
    if found is None or not found.anova.total:
        return None
    return Explained(
        _sentence(view, found),
        tuple(_notes(view, found)),
        tuple(_row(view, found, term) for term in found.anova.terms),
    )


def _name(view: Scheme, found: Factorial, term: Term) -> str:
    paths = [found.crossing.factors[axis] for axis in term.factors]
    return " × ".join(view.names[path] for path in paths) or _FIXED[term.kind]


def _row(view: Scheme, found: Factorial, term: Term) -> TermRow:
    share = None if term.eta2 is None else 100 * term.eta2
    omega = None if term.omega2 is None else 100 * max(term.omega2, 0.0)
    test = "–" if term.f is None else f"{term.f:.1f}" if term.f < 1000 else f"{term.f:.0f}"
    cells = (
        Cell(_percent(share), share),
        Cell(_percent(omega), omega),
        Cell(str(term.df), term.df),
        Cell(f"{term.ss:.3g}", term.ss),
        Cell(test, term.f),
        Cell(names.p_text(term.p), term.p),
    )
    return TermRow(_name(view, found, term), round(share or 0.0, 1), cells)


def _percent(share: float | None) -> str:
    if share is None:
        return "–"
    if 0 < share < 0.05:
        return "< 0.1 %"
    return f"{share:.0f} %" if share >= 9.95 or share == 0 else f"{share:.1f} %"


def _sentence(view: Scheme, found: Factorial) -> str:
    """Of the variance in …, depth explains 61 %, activation 20 %, …; the seed 4 %."""
    terms = found.anova.terms
    single = sorted((t for t in terms if t.kind == "factor"), key=lambda t: -(t.eta2 or 0.0))
    first, *rest = [(_name(view, found, t), _percent(100 * (t.eta2 or 0.0))) for t in single]
    metric = names.metric_text(view.plan.compare.metric)
    said = [f"Of the variance in final {metric}, {first[0]} explains {first[1]}"]
    said += [f"{name} {share}" for name, share in rest]
    together = sum(t.eta2 or 0.0 for t in terms if t.kind in ("interaction", "higher"))
    said += [f"their interactions {_percent(100 * together)}"]
    own, shared = (next(t.eta2 or 0.0 for t in terms if t.kind == kind)
                   for kind in ("residual", "replicate"))  # fmt: skip
    return (
        f"{', '.join(said)}; the seed {_percent(100 * (own + shared))} "
        f"({_percent(100 * shared)} in all variants alike, {_percent(100 * own)} in each anew)."
    )


def _notes(view: Scheme, found: Factorial) -> Iterable[str]:
    result = found.anova
    if not result.balanced:
        empty = names.count_text(result.empty, "combination")
        holes = f", {empty} without any" if result.empty else ""
        yield (
            f"Unbalanced: {result.n:,} of {found.crossing.table.size:,} values are there{holes}: "
            "trials that diverged or failed have none. Each effect is adjusted for the others "
            "(type II), so shares need not sum to 100 %."
        )
    if any((term.omega2 or 0.0) < 0 for term in result.terms):
        yield "ω² below zero, less than chance alone would give, is shown as 0."
    if result.terms[-1].ss <= 1e-12 * result.total:
        yield "Trials of one variant do not scatter, so there is nothing to test the factors by."
    elif result.spreads and result.spreads[1] > UNEVEN * result.spreads[0]:
        small, large = (names.value_text(sd, view.plan.compare.unit).removesuffix(" %")
                        for sd in result.spreads)  # fmt: skip
        unit = names.difference_unit(view.plan.compare.unit)
        yield (
            f"Spreads over seeds differ from variant to variant (sd {small} to {large} {unit}); F "
            "and p assume equal ones and are rough here. The shares are what they are."
        )
