"""CSV: every table of a study, for spreadsheets and other languages."""

from pathlib import Path

import pandas as pd

from orchestrator.files import replacing
from orchestrator.reports.analysis import Analysis
from orchestrator.reports.frames import comparisons_frame, results_frame
from orchestrator.reports.statistics.gradients.fits import decay_table

STORED = ("trials", "metrics", "gradients")


def write_csv(study: Path, analysis: Analysis, target: Path) -> list[Path]:
    """results, comparisons, decay, trials, metrics and gradients; empty fields are missing values.

    study: folder of the study. Numbers are written with all their digits.
    """
    made = {"results": results_frame(analysis), "comparisons": comparisons_frame(analysis)}
    made["decay"] = decay_table(analysis.gradients.fits, analysis.plan)
    for name in STORED:
        if (study / f"{name}.parquet").exists():
            made[name] = pd.read_parquet(study / f"{name}.parquet")
    return [_write(target / f"{name}.csv", frame) for name, frame in made.items()]


def _write(path: Path, frame: pd.DataFrame) -> Path:
    with replacing(path) as file:
        frame.to_csv(file, index=False)
    return path
