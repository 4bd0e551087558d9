"""Analysis and figures → one HTML page that opens without network."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from orchestrator.reports.analysis import Analysis
from orchestrator.reports.data.read import Tables
from orchestrator.reports.figures.comparisons.comparisons import WIDTH_PX
from orchestrator.reports.figures.facets import Scheme, scheme
from orchestrator.reports.figures.factorial import interactions, main_effects
from orchestrator.reports.figures.gradients import (
    decay,
    epochs,
    factor_per_layer,
    gates,
    influence,
    path_factors,
    phase,
    pre_activations,
    time_decay,
)
from orchestrator.reports.figures.outcomes import (
    cost,
    curves,
    first_screen,
    outcomes,
    time_to_solve,
)
from orchestrator.reports.figures.outcomes.thumbnail import thumbnail
from orchestrator.reports.figures.palette import dark_of
from orchestrator.reports.figures.records import Figure
from orchestrator.reports.figures.tasks import across_tasks, ranks, sequence
from orchestrator.reports.figures.tuning import tuning_audit
from orchestrator.reports.page.encode.encoding import beside, contents, deflated, head, packed
from orchestrator.reports.page.encode.highlight import highlighted
from orchestrator.reports.page.encode.policy import policy
from orchestrator.reports.page.page_script import page_script
from orchestrator.reports.page.rows import downloads, gradients, rows, tuning
from orchestrator.reports.page.rows.across_tasks import across_tasks_section
from orchestrator.reports.page.rows.anova import anova_section
from orchestrator.reports.page.rows.level_filters import study_data
from orchestrator.reports.page.rows.partly_fixed import partly_fixed
from orchestrator.reports.page.rows.task_examples import task_examples
from orchestrator.reports.page.rows.trial_cards import trial_cards
from orchestrator.reports.page.rows.verdict_matrix import verdict_matrix
from orchestrator.reports.statistics.factorial.analysis import Factorial
from orchestrator.reports.text import names, verdicts
from orchestrator.reports.text.commands import one_trial
from orchestrator.reports.text.cost import cost_text
from orchestrator.reports.text.methods import methods
from orchestrator.reports.text.sections import comparisons as comparison_words
from orchestrator.reports.text.sections import tuning as tuning_words
from orchestrator.reports.text.sections.downloads import TABLES
from orchestrator.reports.text.sections.results import sampling_text
from orchestrator.reports.text.sentences import sentences
from orchestrator.reports.variants import baseline_text

FOLDER = Path(__file__).parent
DEPTH_FIGURES = (  # in the order of the section, after the decay itself
    *("delta_by_epoch", "delta_map", "phase", "pre_activations", "path_factors", "saturation"),
    *("weight_grad", "influence_depth"),
)
TIME_FIGURES = ("gates", "influence_time")
GRADIENT_FIGURES = {"delta", "factor_per_layer", "time_decay", *DEPTH_FIGURES, *TIME_FIGURES}
PAGE_ROWS = 100  # of a table, seen at once
SHOWN_WARNINGS = 3  # on the first screen; they come most important first
TRIALS = "trials"  # what the cards of single trials show
MOVABLE = {*GRADIENT_FIGURES, TRIALS}
LARGEST_BYTES = 8_000_000
BESIDE = "report_data"  # the folder beside the page


def environment() -> Environment:
    """Escapes everything; a name that is missing is an error, not an empty string."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(names=names, json_script=json_script, source=source)
    made.globals.update(highlighted=highlighted, page_rows=PAGE_ROWS, deflated_text=deflated_text)
    return made


@dataclass(frozen=True)
class Page:
    """report.html, and the files in the folder beside it, by name; mostly there are none."""

    html: str
    beside: Mapping[str, str]


def render(tables: Tables, analysis: Analysis, refresh_s: int | None = None) -> Page:
    """The whole page; with refresh_s, it loads itself again that often.

    Above `LARGEST_BYTES` what was measured of gradients and single trials moves beside it.
    """
    view = scheme(analysis.plan)
    figures = draw(view, analysis)
    data = {name: contents(figure) for name, figure in figures.items()}
    data[TRIALS] = trial_cards(view, tables, analysis.evidence)
    html = _html(view, tables, analysis, figures, data, refresh_s)
    if len(html.encode()) <= LARGEST_BYTES:
        return Page(html, {})
    moved = {name: data.pop(name) for name in [*data] if name in MOVABLE}
    html = _html(view, tables, analysis, figures, data, refresh_s)
    return Page(html, {f"{name}.js": beside(name, text) for name, text in moved.items()})


def _html(
    view: Scheme,
    tables: Tables,
    analysis: Analysis,
    figures: Mapping[str, Figure],
    data: Mapping[str, str],
    refresh_s: int | None,
) -> str:
    """data: of figures and single trials, as far as it stands in the page."""
    plotly, script = plotly_js(), page_script()
    page = environment().get_template("report.html")
    return page.render(
        analysis=analysis,
        said=sentences(analysis),
        plan=analysis.plan,
        view=view,
        study_data=study_data(view),
        one_trial=one_trial(analysis.plan.study, analysis.evidence.started_by),
        facts=analysis.evidence,
        study_text=tables.study_text,
        figures=figures,
        heads=packed({name: head(figure) for name, figure in figures.items()}),
        data=data,
        beside=BESIDE,
        shown_warnings=SHOWN_WARNINGS,
        verdict_words=verdicts,
        cost_text=cost_text(analysis.cost, analysis.evidence),
        task_examples=task_examples(analysis.plan, tables.samples, analysis.baselines),
        strip_px=(sequence.WIDTH_PX, sequence.HEIGHT_PX),
        downloads=downloads.inside(analysis),
        tables_beside=TABLES,
        audits=tuning.audit_rows(view, analysis),
        selected=tuning.selected_rows(view, analysis),
        luck=tuning.luck_rows(view, analysis),
        tuning_words=tuning_words,
        comparison_words=comparison_words,
        depth_section=_depth_section(analysis),
        depth_figures=DEPTH_FIGURES,
        time_figures=TIME_FIGURES,
        results=rows.result_rows(view, analysis),
        comparisons=rows.comparison_rows(view, analysis),
        verdict_matrix=verdict_matrix(view, analysis),
        baseline=baseline_text(analysis.plan),
        partly_fixed=partly_fixed(analysis.plan),
        decays=gradients.decay_rows(view, analysis),
        decay_titles=gradients.decay_titles(analysis),
        time_decays=gradients.time_decay_rows(view, analysis),
        time_titles=gradients.time_decay_titles(analysis),
        decay_comparisons={
            axis: gradients.comparison_tables(view, analysis, axis) for axis in ("depth", "time")
        },
        comparison_titles={
            axis: gradients.comparison_titles(analysis, axis) for axis in ("depth", "time")
        },
        influences={axis: gradients.influence_rows(analysis, axis) for axis in ("depth", "time")},
        times_to_solve=rows.time_to_solve_rows(view, analysis),
        sampling=sampling_text(analysis),
        across_tasks=across_tasks_section(view, analysis.across_tasks),
        anova=anova_section(view, analysis.factorial),
        verdicts=rows.verdict_counts(analysis),
        labels={variant.variant_id: variant.label for variant in analysis.plan.variants},
        methods=methods(analysis),
        dark_of=dark_of(),
        bar_px=WIDTH_PX,
        code=_code(tables),
        plotly=deflated(plotly.encode()),
        script=script,
        policy=policy([plotly, script], loads=len(data) <= len(figures)),
        thumbnail=thumbnail(view, analysis.outcomes),
        refresh_s=refresh_s,
    )


def draw(view: Scheme, analysis: Analysis) -> dict[str, Figure]:
    """Every figure that the tables allow, by name."""
    theory = analysis.gradients.theories
    main = outcomes.draw(view, analysis.outcomes, analysis.baselines)
    back = analysis.backward_profiles
    drawn = (
        main,
        first_screen.draw(view, main, analysis.outcomes, analysis.baselines),
        curves.draw(view, analysis.curves, analysis.outcomes, analysis.baselines),
        tuning_audit.best_of(view, analysis.tuning_audit),
        tuning_audit.isolation(view, analysis.tuning_audit),
        time_to_solve.draw(view, analysis.time_to_solve),
        cost.draw(view, analysis.cost),
        across_tasks.draw(view, analysis.across_tasks),
        ranks.draw(view, analysis.across_tasks),
        *_factorial(view, analysis.factorial),
        decay.draw(view, analysis.profiles, ("delta", "delta_mean"), 260, theory, backward=back),
        factor_per_layer.draw(view, analysis.profiles),
        decay.draw(view, analysis.profiles, ("weight_grad", "update_ratio"), 190, None, back),
        decay.draw(view, analysis.profiles, ("saturation", "dead"), 190, None, back),
        epochs.draw_slider(view, analysis.profiles),
        epochs.draw_map(view, analysis.profiles),
        phase.draw(view, analysis.gradients.phases, theory.by_axis["depth"]),
        pre_activations.draw(view, analysis.pre_activations),
        path_factors.draw(view, analysis.path_factors),
        influence.draw(view, analysis.gradients.influences, "depth"),
        time_decay.draw(view, analysis.time_profiles, theory),
        gates.draw(view, analysis.time_profiles),
        influence.draw(view, analysis.gradients.influences, "time"),
    )
    return {figure.name: figure for figure in drawn if figure}


def _factorial(view: Scheme, found: Factorial | None) -> tuple[Figure | None, ...]:
    if found is None or not found.anova.total:
        return ()
    paths = found.crossing.factors
    return (
        main_effects.draw(view, paths, found.main_effects),
        interactions.draw(view, paths, found.interactions),
    )


def _depth_section(analysis: Analysis) -> bool:
    """Not where gradients go back through time alone, or where no network has a hidden layer."""
    most = max((p.inner for p in analysis.profiles), default=0)
    if analysis.time_profiles:
        return most > 1
    return most > 0 or not analysis.profiles


def json_script(value: Any) -> Markup:
    """JSON that cannot end the script element that it stands in."""
    text = json.dumps(
        value, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=vars
    )
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def source(name: str) -> Markup:
    """The text of our own css or js, to stand inside the page."""
    folder = FOLDER / ("scripts" if name.endswith(".js") else "styles")
    return Markup((folder / name).read_text(encoding="utf-8"))


def deflated_text(text: str) -> str:
    return deflated(text.encode())


def plotly_js() -> str:
    """plotly.js with the traces of flat axes only, a third of the whole library."""
    return (FOLDER / "plotly" / "plotly-cartesian.min.js").read_text(encoding="utf-8")


def _code(tables: Tables) -> dict[str, list[str]]:
    """What the trials say of the code and machine they ran with: distinct values by column."""
    columns = ("execution", "device", "threads", "code_digest", "git_commit")
    found = {name: sorted({_whole(x) for x in tables.trials[name].dropna()}) for name in columns}
    return {name: values for name, values in found.items() if values}


def _whole(value: Any) -> str:
    """1.0 → 1: a column of whole numbers with gaps is read as floats."""
    return f"{value:g}" if isinstance(value, float) else str(value)
