"""comparisons.parquet and decay.parquet: the numbers of a report, for other programs."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from orchestrator.files import replacing
from orchestrator.reports.analysis import Analysis
from orchestrator.reports.frames import comparisons_frame
from orchestrator.reports.statistics.gradients.fits import decay_table

_NUMBERS = (
    *("counted_as", "difference", "ci_low", "ci_high"),
    *("simultaneous_low", "simultaneous_high", "p_value", "p_adjusted"),
    *("prob_better", "better_low", "better_high", "effect_size"),
    *("examples_low", "examples_high", "mcnemar_p", "resplit_low", "resplit_high"),
    *("median", "median_low", "median_high", "sign_p"),
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


def write_comparisons(path: Path, analysis: Analysis) -> None:
    """One row per contrast; variants by their labels, as in trials.parquet's `variant`."""
    _write(path, comparisons_frame(analysis).reindex(columns=COMPARISONS.names), COMPARISONS)


def write_decay(path: Path, analysis: Analysis) -> None:
    """One row per trial, probed epoch, axis, site group and quantity; unknown numbers are null."""
    _write(path, decay_table(analysis.gradients.fits, analysis.plan), DECAY)


def _write(path: Path, frame: pd.DataFrame, schema: pa.Schema) -> None:
    with replacing(path) as file:
        pq.write_table(pa.Table.from_pandas(frame, schema=schema, preserve_index=False), file)
