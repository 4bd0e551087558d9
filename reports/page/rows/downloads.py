"""The tables of a study for the reader to take along: Parquet beside the page, CSV inside it."""

from base64 import b64encode
from dataclasses import dataclass

import pandas as pd

from orchestrator.reports.analysis import Analysis
from orchestrator.reports.frames import comparisons_frame, results_frame

BESIDE = {
    "trials": "one row a trial: settings, status, final metrics, machine, code",
    "metrics": "one row a trial, epoch, split and metric",
    "gradients": "one row a trial, epoch, site and quantity",
    "comparisons": "one row a contrast with the baseline",
    "decay": "one row a trial, probed epoch, axis, site group and quantity",
}


@dataclass(frozen=True)
class Download:
    """A file that the page offers."""

    name: str
    about: str
    href: str


def inside(analysis: Analysis) -> tuple[Download, ...]:
    """Results and comparisons as CSV, as links that hold the file itself."""
    made = (
        ("results.csv", "one row a variant", results_frame(analysis)),
        ("comparisons.csv", BESIDE["comparisons"], comparisons_frame(analysis)),
    )
    return tuple(Download(name, about, _link(frame)) for name, about, frame in made if len(frame))


def _link(frame: pd.DataFrame) -> str:
    return f"data:text/csv;base64,{b64encode(frame.to_csv(index=False).encode()).decode()}"
