"""Makes the report of one study from its folder, and the page that lists all studies."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from orchestrator.files import replacing, write_text
from orchestrator.reports.analysis import analyse
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.index import write_index
from orchestrator.reports.page.render import BESIDE, render
from orchestrator.reports.statistics.comparisons.comparisons import Comparison
from orchestrator.reports.statistics.gradients.fits import decay_table
from orchestrator.reports.text.sentences import Sentences, sentences
from orchestrator.reports.text.verdicts import rest_text, shown

_NUMBERS = (
    *("counted_as", "difference", "ci_low", "ci_high"),
    *("simultaneous_low", "simultaneous_high", "p_value", "p_adjusted"),
    *("prob_better", "better_low", "better_high", "effect_size"),
)
COMPARISONS = pa.schema(
    [
        *((name, pa.string()) for name in ("metric", "baseline", "variant")),
        *((name, pa.int64()) for name in ("n", "diverged")),
        *((name, pa.float64()) for name in _NUMBERS),
        ("verdict", pa.string()),
    ]
)

DECAY = pa.schema(
    [
        ("trial_id", pa.string()),
        ("epoch", pa.int32()),
        *((name, pa.string()) for name in ("axis", "site_group", "quantity")),
        *((name, pa.float64()) for name in ("factor", "total", "half_life", "fit_r2")),
        ("underflow", pa.bool_()),
    ]
)


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
    labels = {variant.variant_id: variant.label for variant in analysis.plan.variants}
    write_comparisons(folder / "comparisons.parquet", analysis.comparisons.rows, labels)
    write_decay(folder / "decay.parquet", decay_table(analysis.gradients.fits, analysis.plan))
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
        *([said.replicates_needed] if said.replicates_needed else []),
        *([f"    {said.command}"] if said.command else []),
    )


def write_comparisons(path: Path, rows: Sequence[Comparison], labels: dict[str, str]) -> None:
    """One row per contrast; variants by their labels, as in trials.parquet's `variant`."""
    named = [
        {**asdict(row), "variant": labels[row.variant], "baseline": labels[row.baseline]}
        for row in rows
    ]
    table = pa.Table.from_pylist(
        [{name: row[name] for name in COMPARISONS.names} for row in named], schema=COMPARISONS
    )
    with replacing(path) as file:
        pq.write_table(table, file)


def write_decay(path: Path, table: pd.DataFrame) -> None:
    """One row per trial, probed epoch, axis, site group and quantity; unknown numbers are null."""
    rows = pa.Table.from_pandas(table, schema=DECAY, preserve_index=False)
    with replacing(path) as file:
        pq.write_table(rows, file)
