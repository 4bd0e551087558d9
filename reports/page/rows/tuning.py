"""Tuning → rows: what was selected, how means differ between tunings, and the audit."""

from orchestrator.plan_document import Selected, Tune
from orchestrator.reports.analysis import Analysis
from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.page.rows.rows import Cell, Row, level_cells
from orchestrator.reports.statistics.tuning.tuning import StudySpread
from orchestrator.reports.statistics.tuning.tuning_audit import Audit
from orchestrator.reports.text import names


def selected_rows(view: Scheme, analysis: Analysis) -> tuple[Row, ...]:
    """One row per variant and tuning study."""
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
    """One row per variant that was tuned more than once, with results of at least two tunings."""
    tuned = analysis.tuning.variants if analysis.tuning else ()
    unit = view.plan.compare.unit
    return tuple(
        _row(view, each.variant_id, _luck_cells(each.spread, unit)) for each in tuned if each.spread
    )


def _luck_cells(spread: StudySpread, unit: str) -> tuple[Cell, ...]:
    return (
        Cell(", ".join(names.value_text(mean, unit) for mean in spread.means)),
        *(
            Cell(names.sd_text(sd, unit), sd)
            for sd in (spread.between, spread.by_seeds, spread.within)
        ),
    )


def audit_rows(view: Scheme, analysis: Analysis) -> tuple[Row, ...]:
    """One row per tuned variant."""
    return tuple(
        _row(view, audit.variant_id, _audit_cells(view, audit)) for audit in analysis.tuning_audit
    )


def _audit_cells(view: Scheme, audit: Audit) -> tuple[Cell, ...]:
    tune = view.plan.tune
    short = names.short_names(tune.settings if tune else ())
    gaps = ", ".join(f"{short[path]} (×{factor:.2g})" for path, factor in audit.coarse.items())
    edges = ", ".join(f"{short[path]} ({end})" for path, end in audit.boundary.items())
    gain = audit.still_improving
    best = float(audit.best_of[-1]) if len(audit.best_of) else None
    return (
        Cell("fails" if audit.fails else "passes", float(audit.fails)),
        Cell(edges or "none", edges),
        Cell(gaps or "none", max(audit.coarse.values(), default=0.0)),
        Cell(f"{audit.infeasible} of {audit.trials}", audit.infeasible / audit.trials),
        Cell("–" if gain is None else f"{100 * gain:.0f} %".replace("-", names.MINUS), gain),
        Cell(names.value_text(best, tune.unit if tune else ""), best),
    )
