"""Makes the report of one study from its folder, and the page that lists all studies."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestrator.files import write_text
from orchestrator.reports.analysis import analyse
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.index import write_index
from orchestrator.reports.page.render import BESIDE, render
from orchestrator.reports.tables import write_comparisons, write_decay
from orchestrator.reports.text.sentences import Sentences, sentences
from orchestrator.reports.text.verdicts import rest_text, shown


@dataclass(frozen=True)
class Report:
    """What was written, and what the terminal says of it."""

    path: Path
    finding: str  # one sentence
    verdicts: tuple[str, ...]  # a few lines
    warnings: tuple[str, ...]


def build_report(folder: Path, refresh_s: int | None = None) -> Report:
    """Writes report.html and its tables into `<results>/<study>/`, and the index above.

    Reads only plan.json, study.yaml, events.jsonl and the tables of that folder. Raises
    `orchestrator.reports.data.read.ReportError` when there is no readable plan.json.

    refresh_s: of a study under way; its page loads itself again after so many seconds.
    """
    tables = read_tables(folder)
    analysis = analyse(tables)
    write_comparisons(folder / "comparisons.parquet", analysis)
    write_decay(folder / "decay.parquet", analysis)
    said = sentences(analysis)
    page = render(tables, analysis, said, refresh_s)
    _write_beside(folder / BESIDE, page.beside)
    write_text(folder / "report.html", page.html)
    write_index(folder.parent)
    return Report(folder / "report.html", said.finding, _lines(said), said.warnings)


def _write_beside(folder: Path, files: Mapping[str, str]) -> None:
    """The data of a large page, before the page itself; nothing of an earlier one stays."""
    if files:
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            write_text(folder / name, text)
    elif folder.is_dir():
        shutil.rmtree(folder)


def _lines(said: Sentences) -> tuple[str, ...]:
    """The most important verdicts, how many more there are, and what would settle the open ones."""
    rest = rest_text(said.statements)
    return (
        *(f"- {statement.text}" for statement in shown(said.statements)),
        *([f"- {rest}, in the report"] if rest else []),
        *([said.next_step] if said.next_step else []),
        *([f"    {said.command}"] if said.command else []),
    )
