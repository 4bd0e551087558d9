"""A study's tables, statistics and figures in Python, for Jupyter."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import ResultsPaths
from orchestrator.reports.analysis import Analysis, analyse
from orchestrator.reports.data.errors import ReportError
from orchestrator.reports.data.read import Tables
from orchestrator.reports.data.stored import readable
from orchestrator.reports.figures.all_figures import draw_all
from orchestrator.reports.figures.composed import composed
from orchestrator.reports.figures.facets import scheme
from orchestrator.reports.figures.records import Figure
from orchestrator.reports.frames import comparisons_frame, results_frame
from orchestrator.reports.statistics.gradients.compared import read_study
from orchestrator.reports.text.headline import finding
from orchestrator.run.find_study import document_of
from orchestrator.run.results_location import results_now
from orchestrator.store.tables.current import current_tables

if TYPE_CHECKING:
    from torch import nn


_NO_PREDICTIONS = pd.DataFrame(
    columns=["trial_id", "split", "example", "position", "target", "prediction"]
)


@dataclass(frozen=True)
class OpenStudy:
    """What a study has found so far. Nothing changes while it is open; open it again for more."""

    place: ResultsPaths  # the results folder, or its URI
    folder: Path  # of the study, in it
    trials: pd.DataFrame  # one row per trial, as in trials.parquet
    tables: Tables
    analysis: Analysis  # every number of the report, as frozen records

    @property
    def question(self) -> str:
        return self.analysis.plan.question

    @property
    def finding(self) -> str:
        """One sentence."""
        return finding(self.analysis)

    @property
    def metrics(self) -> pd.DataFrame:
        """One row per trial, epoch, split and metric, with the variant's id and replicate."""
        return self.tables.metrics

    @property
    def gradients(self) -> pd.DataFrame:
        """One row per trial, epoch, site and quantity, with the variant's id and replicate."""
        return self.tables.gradients

    @cached_property
    def results(self) -> pd.DataFrame:
        """One row per variant: n, mean, 95 % interval, what was lost, verdict."""
        return results_frame(self.analysis)

    @cached_property
    def comparisons(self) -> pd.DataFrame:
        """One row per contrast with the baseline."""
        return comparisons_frame(self.analysis)

    @cached_property
    def _figures(self) -> Mapping[str, Figure]:
        return draw_all(scheme(self.analysis.plan), self.analysis)

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """One row per trial and example, as in predictions.parquet, with the variant's id and the
        replicate; without rows where none are kept (`keep.predictions`). Read when first asked
        for. Raises EnvironmentFault where they cannot be read."""
        document = document_of(self.analysis.plan.study, self.place)
        with current_tables(self.place, document) as current:
            table = current.folder / "predictions.parquet"
            with _as_faults(), readable(table):
                found = pd.read_parquet(table) if table.exists() else _NO_PREDICTIONS
        own = self.tables.trials.set_index("trial_id")[["variant_id", "replicate"]]
        return found.join(own, on="trial_id", how="inner")

    def model(self, trial_id: str) -> "nn.Module":
        """The trained network of a trial whose weights were kept (`keep.weights`), on the CPU.

        trial_id: as in `trials`, or its first digits.
        Raises InputError for another id, EnvironmentFault where its weights are not there.
        """
        from orchestrator.notebook.load_model import load_model  # and with it torch

        return load_model(self.analysis.plan.study, trial_id, self.place.uri or self.place.root)

    @property
    def figures(self) -> tuple[str, ...]:
        """Names for `figure`."""
        return tuple(self._figures)

    def choices(self, name: str) -> dict[str, tuple[str, ...]]:
        """What a figure can be asked to show: key of a list → its options."""
        choosers = self._figure(name).choosers
        return {each.key: tuple(option for option, _ in each.options) for each in choosers}

    def figure(self, name: str, choose: Mapping[str, str] | None = None) -> go.Figure:
        """A figure of the report; Jupyter draws what this returns.

        choose: key of a list → option, for instance {"metric": "test/loss"}; a list that is left
        out has the option of the page. Raises ValueError that names what there is.
        """
        return composed(self._figure(name), choose)

    def _figure(self, name: str) -> Figure:
        if name not in self._figures:
            raise ValueError(f"no figure {name!r}; there is: {', '.join(self._figures)}")
        return self._figures[name]

    def _repr_html_(self) -> str:
        title = escape(self.question or self.analysis.plan.study)
        return f"<p><b>{title}</b><br>{escape(self.finding)}</p>"


@contextmanager
def _as_faults() -> Iterator[None]:
    try:
        yield
    except ReportError as error:
        raise EnvironmentFault(str(error)) from error


def open_study(study: str, results: str | Path | None = None) -> OpenStudy:
    """See `orchestrator.open_study`."""
    paths = results_now(results)
    document = document_of(study, paths)
    with _as_faults(), current_tables(paths, document) as current:
        tables = read_study(current.folder, current.unstored)
        with readable(table := current.folder / "trials.parquet"):
            trials = pd.read_parquet(table)
    return OpenStudy(paths, paths.study(document.study).root, trials, tables, analyse(tables))
