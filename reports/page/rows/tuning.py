"""Tuning: what was selected, how much hangs on its luck, and its audit, as rows and words."""

from collections.abc import Iterator

import numpy as np

from orchestrator.reports.analysis import Analysis
from orchestrator.reports.data.read import Selected, Tune
from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.page.rows.rows import Cell, Row, level_cells, spread_text
from orchestrator.reports.statistics.tuning.tuning import Spread
from orchestrator.reports.statistics.tuning.tuning_audit import Audit
from orchestrator.reports.text import names


def selected_rows(view: Scheme, analysis: Analysis) -> tuple[Row, ...]:
    """One row a variant and tuning study."""
    tuning = analysis.tuning
    if tuning is None:
        return ()
    return tuple(
        _row(view, each.variant_id, _selected_cells(tuning.tune, study, best))
        for each in tuning.variants
        for study, best in enumerate(each.selected)
    )


def _row(view: Scheme, variant_id: str, cells: tuple[Cell, ...]) -> Row:
    place = view.order[variant_id]
    return Row(level_cells(view, view.plan.variants[place]), cells, variant=place)


def _selected_cells(tune: Tune, study: int, best: Selected | None) -> tuple[Cell, ...]:
    number = (Cell(str(study), study),) if tune.studies > 1 else ()
    if best is None:
        return (*number, Cell("nothing: not tried yet, or no result"), Cell("–"), Cell("–"))
    values = [f"{path} = {names.level_text(value)}" for path, value in best.settings.items()]
    return (
        *number,
        Cell(", ".join(values)),
        Cell(names.value_text(best.score, tune.unit), best.score),
        Cell(f"{best.completed} of {best.replicates}", best.completed),
    )


def luck_rows(view: Scheme, analysis: Analysis) -> tuple[Row, ...]:
    """One row a variant that was tuned more than once, with results of at least two tunings."""
    tuned = analysis.tuning.variants if analysis.tuning else ()
    unit = view.plan.compare.unit
    return tuple(
        _row(view, each.variant_id, _luck_cells(each.spread, unit)) for each in tuned if each.spread
    )


def _luck_cells(spread: Spread, unit: str) -> tuple[Cell, ...]:
    return (
        Cell(", ".join(names.value_text(mean, unit) for mean in spread.means)),
        *(
            Cell(spread_text(sd, unit), sd)
            for sd in (spread.between, spread.by_seeds, spread.within)
        ),
    )


def luck_text(analysis: Analysis) -> str:
    """How much hangs on which tuning it was, and what intervals know of it."""
    if analysis.tuning is None:
        return ""
    studies, n = analysis.tuning.tune.studies, analysis.plan.replicates
    if studies == 1:
        return (
            "Every variant was tuned once. How much its result hangs on the luck of that one "
            "search is not known, and no interval on this page contains it; tune.studies above 1 "
            "would show it."
        )
    return " ".join([*_luck(analysis), _intervals(studies, n)])


def _luck(analysis: Analysis) -> Iterator[str]:
    """The typical variant, in the metric's unit."""
    spreads = [v.spread for v in analysis.tuning.variants if v.spread] if analysis.tuning else []
    known = [(each.between, each.by_seeds) for each in spreads if each.by_seeds is not None]
    if known:
        unit = analysis.plan.compare.unit
        between, by_seeds = (float(np.median(x)) for x in zip(*known, strict=True))
        yield (
            f"From one tuning to the next, a variant's mean typically moves by an sd of "
            f"{spread_text(between, unit)} {names.difference_unit(unit)}; seeds alone would make "
            f"about {spread_text(by_seeds, unit)}."
        )


def _intervals(studies: int, n: int) -> str:
    if studies >= n:
        return "Every replicate has a tuning of its own, so that intervals and tests contain it."
    return (
        f"Intervals and tests contain that, but as if each of the {n} replicates had been tuned "
        f"by itself; there are {studies} tunings, so where they differ by more than seeds would, "
        "intervals are too narrow."
    )


def audit_rows(view: Scheme, analysis: Analysis) -> tuple[Row, ...]:
    """One row a tuned variant."""
    return tuple(
        _row(view, audit.variant_id, _audit_cells(view, audit)) for audit in analysis.tuning_audit
    )


def _audit_cells(view: Scheme, audit: Audit) -> tuple[Cell, ...]:
    tune = view.plan.tune
    short = names.short_names(tune.settings if tune else ())
    edges = ", ".join(f"{short[path]} ({end})" for path, end in audit.boundary.items())
    gain = audit.still_improving
    best = float(audit.best_of[-1]) if len(audit.best_of) else None
    return (
        Cell("fails" if audit.fails else "passes", float(audit.fails)),
        Cell(edges or "none", edges),
        Cell(f"{audit.infeasible} of {audit.trials}", audit.infeasible / audit.trials),
        Cell("–" if gain is None else f"{100 * gain:.0f} %".replace("-", names.MINUS), gain),
        Cell(names.value_text(best, tune.unit if tune else ""), best),
    )
