"""What the templates of the sections show: one function per section, merged into one mapping."""

from collections.abc import Callable, Mapping
from typing import Any

from orchestrator.reports.analysis import Analysis
from orchestrator.reports.data.read import Tables
from orchestrator.reports.figures.comparisons.comparisons import WIDTH_PX
from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.figures.gradients import sketch, time_sketch
from orchestrator.reports.figures.tasks import sequence
from orchestrator.reports.gradient_focus import folded
from orchestrator.reports.page.rows import downloads, gradients, rows, tuning
from orchestrator.reports.page.rows.across_tasks import across_tasks_section
from orchestrator.reports.page.rows.anova import anova_section
from orchestrator.reports.page.rows.hard_examples import hard_examples
from orchestrator.reports.page.rows.partly_fixed import partly_fixed
from orchestrator.reports.page.rows.task_examples import task_examples
from orchestrator.reports.page.rows.verdict_matrix import verdict_matrix
from orchestrator.reports.statistics.gradients.decay import hidden_layers
from orchestrator.reports.text import verdicts
from orchestrator.reports.text.captions.gradients import sketch as sketch_words
from orchestrator.reports.text.captions.gradients import time_sketch as time_words
from orchestrator.reports.text.commands import one_trial
from orchestrator.reports.text.methods import methods
from orchestrator.reports.text.sections import comparisons as comparison_words
from orchestrator.reports.text.sections import predictions as prediction_words
from orchestrator.reports.text.sections import results as result_words
from orchestrator.reports.text.sections import revisions as revision_words
from orchestrator.reports.text.sections import solved_comparisons as solved_words
from orchestrator.reports.text.sections import tuning as tuning_words
from orchestrator.reports.text.sections.cost import cost_text
from orchestrator.reports.text.sections.downloads import tables_beside
from orchestrator.reports.variants import baseline_text

SHOWN_WARNINGS = 3  # on the first screen; they come most important first
SHOWN_FILES = 10  # of a revision; longer lists are folded
AXES = ("depth", "time")

Values = Mapping[str, Any]  # by the name that a template gives them


def section_values(view: Scheme, tables: Tables, analysis: Analysis) -> dict[str, Any]:
    found = [section(view, tables, analysis) for section in SECTIONS]
    return {name: value for values in found for name, value in values.items()}


def _first_screen(view: Scheme, tables: Tables, analysis: Analysis) -> Values:
    return {"shown_warnings": SHOWN_WARNINGS, "verdict_words": verdicts}


def _results(view: Scheme, tables: Tables, analysis: Analysis) -> Values:
    return {
        "results": rows.result_rows(view, analysis),
        "sampling": result_words.sampling_text(analysis),
        "times_to_solve": rows.time_to_solve_rows(view, analysis),
        "solved_comparisons": rows.solved_comparison_rows(view, analysis),
        "result_words": result_words,
        "solved_words": solved_words,
    }


def _comparisons(view: Scheme, tables: Tables, analysis: Analysis) -> Values:
    return {
        "comparisons": rows.comparison_rows(view, analysis),
        "comparison_words": comparison_words,
        "verdict_matrix": verdict_matrix(view, analysis),
        "verdicts": rows.verdict_counts(analysis),
        "baseline": baseline_text(analysis.plan),
        "bar_px": WIDTH_PX,
        "across_tasks": across_tasks_section(view, analysis.across_tasks),
        "anova": anova_section(view, analysis.factorial),
    }


def _revisions(view: Scheme, tables: Tables, analysis: Analysis) -> Values:
    return {"revision_words": revision_words, "shown_files": SHOWN_FILES}


def _predictions(view: Scheme, tables: Tables, analysis: Analysis) -> Values:
    return {
        "hard_examples": hard_examples(tables.predictions, analysis.predicted),
        "prediction_words": prediction_words,
    }


def _tuning(view: Scheme, tables: Tables, analysis: Analysis) -> Values:
    return {
        "selected": tuning.selected_rows(view, analysis),
        "luck": tuning.luck_rows(view, analysis),
        "audits": tuning.audit_rows(view, analysis),
        "tuning_words": tuning_words,
    }


def _gradients(view: Scheme, tables: Tables, analysis: Analysis) -> Values:
    return {
        "depth_section": _has_depth(analysis),
        "folded": {
            "depth": folded(analysis.plan, "depth", hidden_layers(analysis.profiles)),
            "time": folded(analysis.plan, "time", 0),
        },
        "sketches": {
            "depth": sketch.draw(view, analysis),
            "time": time_sketch.draw(view, analysis),
        },
        "sketch_px": (sketch.WIDTH_PX, sketch.HEIGHT_PX),
        "sketch_captions": {"depth": sketch_words.CAPTION, "time": time_words.CAPTION},
        "decays": gradients.decay_rows(view, analysis),
        "decay_titles": gradients.decay_titles(analysis),
        "time_decays": gradients.time_decay_rows(view, analysis),
        "time_titles": gradients.time_decay_titles(analysis),
        "decay_comparisons": {x: gradients.comparison_tables(view, analysis, x) for x in AXES},
        "comparison_titles": {x: gradients.comparison_titles(analysis, x) for x in AXES},
        "influences": {x: gradients.influence_rows(analysis, x) for x in AXES},
    }


def _has_depth(analysis: Analysis) -> bool:
    """Not where gradients go back through time alone, or where no network has a hidden layer."""
    most = hidden_layers(analysis.profiles)
    if analysis.time_profiles:
        return most > 1
    return most > 0 or (not analysis.profiles and not analysis.plan.is_own)


def _failures_and_cost(view: Scheme, tables: Tables, analysis: Analysis) -> Values:
    return {
        "labels": {variant.variant_id: variant.label for variant in analysis.plan.variants},
        "cost_text": cost_text(analysis.cost, analysis.evidence, analysis.plan),
    }


def _data(view: Scheme, tables: Tables, analysis: Analysis) -> Values:
    return {
        "task_examples": task_examples(analysis.plan, tables.samples, analysis.baselines),
        "strip_px": (sequence.WIDTH_PX, sequence.HEIGHT_PX),
    }


def _provenance(view: Scheme, tables: Tables, analysis: Analysis) -> Values:
    return {
        "partly_fixed": partly_fixed(analysis.plan),
        "study_text": tables.study_text,
        "one_trial": one_trial(analysis.plan.study, analysis.evidence.started_by),
        "code": _code(tables),
        "downloads": downloads.inside(analysis),
        "tables_beside": tables_beside(analysis),
        "methods": methods(analysis),
    }


def _code(tables: Tables) -> dict[str, list[str]]:
    """Column → distinct values: the code and machine that trials ran with."""
    columns = ("execution", "device", "threads", "code_digest", "git_commit")
    found = {name: sorted({_whole(x) for x in tables.trials[name].dropna()}) for name in columns}
    return {name: values for name, values in found.items() if values}


def _whole(value: Any) -> str:
    """1.0 → 1: a column of whole numbers with gaps is read as floats."""
    return f"{value:g}" if isinstance(value, float) else str(value)


SECTIONS: tuple[Callable[[Scheme, Tables, Analysis], Values], ...] = (
    _first_screen,
    _results,
    _comparisons,
    _revisions,
    _predictions,
    _tuning,
    _gradients,
    _failures_and_cost,
    _data,
    _provenance,
)
