"""Makes the report of one study from its folder, and the page that lists all studies."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from reports.analysis import analyse
from reports.files import write_atomically, write_text
from reports.index import write_index
from reports.page.render import render
from reports.statistics.comparisons import Comparison
from reports.tables import read_tables

COMPARISONS = pa.schema(
    [
        *((name, pa.string()) for name in ("metric", "baseline", "variant")),
        ("n", pa.int64()),
        *(
            (name, pa.float64())
            for name in (
                "difference", "ci_low", "ci_high", "p_value", "p_adjusted", "prob_better",
                "effect_size",
            )
        ),
        ("verdict", pa.string()),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Report:
    """What was written, and what the terminal says of it."""

    path: Path
    finding: str  # one sentence
    warnings: tuple[str, ...]


def build_report(folder: Path) -> Report:
    """Writes report.html and comparisons.parquet into `<results>/<study>/`, and the index above.

    Reads only plan.json, study.yaml, events.jsonl and the tables of that folder. Raises
    `reports.tables.ReportError` when there is no readable plan.json.
    """
    tables = read_tables(folder)
    analysis = analyse(tables)
    labels = {variant.variant_id: variant.label for variant in analysis.plan.variants}
    write_comparisons(folder / "comparisons.parquet", analysis.comparisons.rows, labels)
    page = folder / "report.html"
    write_text(page, render(tables, analysis))
    write_index(folder.parent)
    return Report(page, analysis.finding, analysis.warnings)


def write_comparisons(path: Path, rows: Sequence[Comparison], labels: dict[str, str]) -> None:
    """One row a contrast; variants by their labels, as in trials.parquet's `variant`."""
    named = [
        {**asdict(row), "variant": labels[row.variant], "baseline": labels[row.baseline]}
        for row in rows
    ]
    table = pa.Table.from_pylist(
        [{name: row[name] for name in COMPARISONS.names} for row in named], schema=COMPARISONS
    )
    write_atomically(path, lambda temporary: pq.write_table(table, temporary))
