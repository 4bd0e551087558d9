"""Results and comparisons as files inside the page."""

from base64 import b64encode
from dataclasses import dataclass

import pandas as pd

from orchestrator.reports.analysis import Analysis
from orchestrator.reports.frames import comparisons_frame, results_frame
from orchestrator.reports.text.sections import downloads as words


@dataclass(frozen=True)
class Download:
    """A file that the page offers."""

    name: str
    about: str
    href: str


def inside(analysis: Analysis) -> tuple[Download, ...]:
    """Results and comparisons as CSV, as links that hold the file itself."""
    made = (
        ("results.csv", words.RESULTS, results_frame(analysis)),
        ("comparisons.csv", words.TABLES["comparisons"], comparisons_frame(analysis)),
    )
    return tuple(Download(name, about, _link(frame)) for name, about, frame in made if len(frame))


def _link(frame: pd.DataFrame) -> str:
    return f"data:text/csv;base64,{b64encode(frame.to_csv(index=False).encode()).decode()}"
