"""SVG and PDF: the figures of the page by plotly's own exporter, which needs Chromium or Chrome."""

from collections.abc import Mapping
from pathlib import Path

from orchestrator.files import write_text
from orchestrator.reports.analysis import Analysis
from orchestrator.reports.export.errors import ExportChoiceError, ExportError
from orchestrator.reports.figures.all_figures import draw_all
from orchestrator.reports.figures.composed import composed
from orchestrator.reports.figures.facets import scheme
from orchestrator.reports.figures.records import Figure

CAPTIONS = "captions.txt"


def write_pictures(
    analysis: Analysis, target: Path, form: str, chosen: Mapping[str, str]
) -> list[Path]:
    """Every figure as NAME.svg or NAME.pdf, and their captions.

    chosen: key of a list on the page → option; applies to each figure that has such a list.
    Raises ExportChoiceError for what no figure has, ExportError without kaleido or a browser.
    """
    figures = draw_all(scheme(analysis.plan), analysis)
    _check(figures, chosen)
    jobs = [
        {"fig": composed(figure, _own(figure, chosen)), "path": str(target / f"{name}.{form}")}
        for name, figure in figures.items()
    ]
    _print(jobs)
    captions = target / CAPTIONS
    write_text(
        captions, "\n\n".join(_caption(figure, chosen) for figure in figures.values()) + "\n"
    )
    return [*(Path(str(job["path"])) for job in jobs), captions]


def _own(figure: Figure, chosen: Mapping[str, str]) -> dict[str, str]:
    """Of what was chosen, that for which this figure has a list with this option."""
    options = {each.key: dict(each.options) for each in figure.choosers}
    return {key: value for key, value in chosen.items() if value in options.get(key, ())}


def _check(figures: Mapping[str, Figure], chosen: Mapping[str, str]) -> None:
    for key, value in chosen.items():
        if not any(key in _own(figure, {key: value}) for figure in figures.values()):
            known = {
                f"{each.key}={option}"
                for figure in figures.values()
                for each in figure.choosers
                for option, _ in each.options
            }
            listed = ", ".join(sorted(known)) or "no figure of this study has a list"
            raise ExportChoiceError(f"no figure has {key}={value}; there is: {listed}")


def _print(jobs: list[dict[str, object]]) -> None:
    try:
        import kaleido
        from kaleido.errors import BrowserFailedError, ChromeNotFoundError
    except ModuleNotFoundError as error:
        cure = 'pip install "orch[pictures]"'
        raise ExportError(f"pictures are drawn by kaleido, which is not here: {cure}") from error
    offline = kaleido.PageGenerator(mathjax=False)  # which would be fetched from the network
    try:
        kaleido.write_fig_from_object_sync(jobs, kopts={"page_generator": offline})
    except ChromeNotFoundError as error:
        raise ExportError(
            "pictures are drawn by Chromium or Chrome, which is not here: install one "
            "(apt-get install chromium), or say where it is: BROWSER_PATH=/path/to/chromium"
        ) from error
    except BrowserFailedError as error:
        raise ExportError(f"the browser that draws pictures did not start: {error}") from error


def _caption(figure: Figure, chosen: Mapping[str, str]) -> str:
    own = _own(figure, chosen)
    said = filter(None, (figure.titled(own), figure.chosen_text(own)))
    return f"{figure.name}: {'; '.join(said)}. {figure.caption}"
