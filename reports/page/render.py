"""Analysis and figures → one HTML page that opens without network."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from orchestrator.reports.analysis import Analysis
from orchestrator.reports.data.read import Tables
from orchestrator.reports.figures.all_figures import draw_sections
from orchestrator.reports.figures.facets import Scheme, scheme
from orchestrator.reports.figures.outcomes.thumbnail import thumbnail
from orchestrator.reports.figures.palette import dark_of
from orchestrator.reports.figures.records import Figure
from orchestrator.reports.page.encode.encoding import beside, contents, deflated, head, packed
from orchestrator.reports.page.encode.highlight import highlighted
from orchestrator.reports.page.encode.policy import policy
from orchestrator.reports.page.page_script import page_script
from orchestrator.reports.page.rows.level_filters import study_data
from orchestrator.reports.page.rows.trial_cards import trial_cards
from orchestrator.reports.page.rows.varying import varying
from orchestrator.reports.page.sections import section_values
from orchestrator.reports.text import names
from orchestrator.reports.text.sentences import Sentences

FOLDER = Path(__file__).parent
PAGE_ROWS = 100  # of a table, seen at once
TRIALS = "trials"  # what the cards of single trials show
MOVABLE = ("depth", "depth_details", "time", "time_details")  # sections
LARGEST_BYTES = 8_000_000
BESIDE = "report_data"  # the folder beside the page


@cache
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
    made.globals.update(varying=varying)
    return made


@dataclass(frozen=True)
class Page:
    """report.html, and the files in the folder beside it, by name; mostly there are none."""

    html: str
    beside: Mapping[str, str]


def render(
    tables: Tables, analysis: Analysis, said: Sentences, refresh_s: int | None = None
) -> Page:
    """The whole page; with refresh_s, it loads itself again that often.

    Above `LARGEST_BYTES` what was measured of gradients and single trials moves beside it.
    """
    view = scheme(analysis.plan)
    shown = draw_sections(view, analysis)
    data = {each.name: contents(each) for figures in shown.values() for each in figures}
    data[TRIALS] = trial_cards(view, tables, analysis.evidence)
    html = _html(view, tables, analysis, said, shown, data, refresh_s)
    if len(html.encode()) <= LARGEST_BYTES:
        return Page(html, {})
    movable = [TRIALS, *(figure.name for section in MOVABLE for figure in shown[section])]
    moved = {name: data.pop(name) for name in movable}
    html = _html(view, tables, analysis, said, shown, data, refresh_s)
    return Page(html, {f"{name}.js": beside(name, text) for name, text in moved.items()})


def _html(
    view: Scheme,
    tables: Tables,
    analysis: Analysis,
    said: Sentences,
    shown: Mapping[str, Sequence[Figure]],
    data: Mapping[str, str],
    refresh_s: int | None,
) -> str:
    """shown: the figures of each section; data: what is in the page of figures and trials."""
    figures = {each.name: each for several in shown.values() for each in several}
    plotly, script = plotly_js(), page_script("page")
    page = environment().get_template("report.html")
    return page.render(
        **section_values(view, tables, analysis),
        analysis=analysis,
        said=said,
        plan=analysis.plan,
        view=view,
        study_data=study_data(view),
        facts=analysis.evidence,
        shown=shown,
        figures=figures,
        heads=packed({name: head(figure) for name, figure in figures.items()}),
        data=data,
        beside=BESIDE,
        dark_of=dark_of(),
        plotly=_deflated_plotly(),
        script=script,
        policy=policy([plotly, script], loads=len(data) <= len(figures)),
        thumbnail=thumbnail(view, analysis.outcomes),
        refresh_s=refresh_s,
    )


def json_script(value: Any) -> Markup:
    """JSON that cannot end the script element around it."""
    text = json.dumps(
        value, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=vars
    )
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def source(name: str) -> Markup:
    """The text of our own css or js, for inside the page."""
    folder = FOLDER / ("scripts" if name.endswith(".js") else "styles")
    return Markup((folder / name).read_text(encoding="utf-8"))


@cache
def _deflated_plotly() -> str:
    return deflated_text(plotly_js())


def deflated_text(text: str) -> str:
    return deflated(text.encode())


@cache
def plotly_js() -> str:
    """plotly.js with the traces of flat axes only, a third of the whole library."""
    return (FOLDER / "plotly" / "plotly-cartesian.min.js").read_text(encoding="utf-8")
