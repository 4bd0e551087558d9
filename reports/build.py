"""Makes the report of one study from its folder, and the page that lists all studies."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestrator.files import write_text
from orchestrator.reports.analysis import Analysis, analyse
from orchestrator.reports.data.read import Tables
from orchestrator.reports.index import write_index
from orchestrator.reports.page.render import BESIDE, render
from orchestrator.reports.statistics.gradients.compared import read_study
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


def build_report(folder: Path, refresh_s: int | None = None, unstored: int = 0) -> Report:
    """Writes report.html and its tables into `<results>/<study>/`, and the index above.

    Reads only plan.json, study.yaml, events.jsonl and the tables of that folder. Raises
    `orchestrator.reports.data.errors.ReportError` without a readable plan.json, or for a table
    that cannot be read.

    refresh_s: of a study under way; its page loads itself again after so many seconds.
    unstored: number of trials that the folder's tables have and the store has not. If there are
    any, no table is written: they may be the only copy.
    """
    tables = read_study(folder, unstored)
    analysis = analyse(tables)
    if not unstored:
        write_comparisons(folder / "comparisons.parquet", analysis)
        write_decay(folder / "decay.parquet", analysis)
    report = _write_page(tables, analysis, folder, refresh_s)
    write_index(folder.parent)
    return report


def build_page(folder: Path, into: Path, refresh_s: int | None = None, unstored: int = 0) -> Report:
    """The page of `build_report` alone, in another folder: nothing is written into the results."""
    tables = read_study(folder, unstored)
    return _write_page(tables, analyse(tables), into, refresh_s)


def _write_page(tables: Tables, analysis: Analysis, into: Path, refresh_s: int | None) -> Report:
    said = sentences(analysis)
    page = render(tables, analysis, said, refresh_s)
    _write_beside(into / BESIDE, page.beside)
    write_text(into / "report.html", page.html)
    return Report(into / "report.html", said.finding, _lines(said), said.warnings)


def _write_beside(folder: Path, files: Mapping[str, str]) -> None:
    """The data of a large page, before the page itself; nothing of an earlier one stays."""
    if files:
        folder.mkdir(parents=True, exist_ok=True)
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
