"""`orchestrator.reports.export`: read back by the tools that the formats are for."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from orchestrator.reports.analysis import Analysis, analyse
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.export import mlflow, pictures, tensorboard
from orchestrator.reports.export.errors import ExportChoiceError, ExportError
from orchestrator.reports.export.latex import escaped, mean_text, write_latex
from orchestrator.reports.export.series import read_series
from orchestrator.reports.export.tables import write_csv
from orchestrator.reports.figures.all_figures import draw_all
from orchestrator.reports.figures.facets import scheme
from tests.reports.sample import Factors, Sample, write

if TYPE_CHECKING:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
TWO: Factors = {"model.activation": ["sigmoid", "tanh"], "model.depth": [1, 3]}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    fates = {("activation=tanh depth=3", 0): "diverged", ("activation=tanh depth=3", 1): "failed"}
    sample = Sample(study="small", factors=TWO, replicates=7, fates=fates)
    return write(tmp_path_factory.mktemp("results"), sample)


@pytest.fixture(scope="module")
def analysis(study: Path) -> Analysis:
    return analyse(read_tables(study))


class TestCsv:
    @pytest.mark.slow
    def test_every_table_reads_back_as_it_was(
        self, study: Path, analysis: Analysis, tmp_path: Path
    ) -> None:
        written = {path.stem for path in write_csv(study, analysis, tmp_path)}
        assert written >= {"results", "comparisons", "trials", "metrics", "gradients"}
        for name in ("metrics", "gradients"):
            stored = pd.read_parquet(study / f"{name}.parquet")
            read = pd.read_csv(tmp_path / f"{name}.csv")
            pd.testing.assert_frame_equal(read, stored, check_dtype=False, check_exact=True)

    def test_results_are_those_of_the_trials(
        self, study: Path, analysis: Analysis, tmp_path: Path
    ) -> None:
        write_csv(study, analysis, tmp_path)
        results = pd.read_csv(tmp_path / "results.csv").set_index("variant")
        trials = pd.read_csv(tmp_path / "trials.csv")
        expected = trials.groupby("variant")["final.test/accuracy"].agg(["mean", "std", "count"])
        assert results["mean"].to_dict() == pytest.approx(expected["mean"].to_dict())
        assert results["sd"].to_dict() == pytest.approx(expected["std"].to_dict())
        lost = results.loc["activation=tanh depth=3"]
        assert (lost["n"], lost["diverged"], lost["failed"]) == (5, 1, 1)
        assert results["factor.model.depth"].tolist() == [1, 3, 1, 3]


class TestLatex:
    def test_a_cell_has_mean_interval_verdict_and_losses(
        self, analysis: Analysis, tmp_path: Path
    ) -> None:
        write_latex(analysis, tmp_path)
        text = (tmp_path / "results.tex").read_text()
        *_, last = (line for line in text.splitlines() if line.startswith("3 &"))
        cell = last.split("&")[2]
        found = re.match(r" \$([\d.]+) \\pm ([\d.]+)\$ (\S+) \(2 lost\) \\\\", cell)
        assert found
        outcome = analysis.outcomes[analysis.plan.variants[3].variant_id]
        assert outcome.mean
        assert outcome.high
        assert float(found[1]) == pytest.approx(100 * outcome.mean, abs=0.05)
        assert float(found[2]) == pytest.approx(100 * (outcome.high - outcome.mean), abs=0.05)
        assert found[3] == "?"

    @pytest.mark.parametrize(
        ("low", "high", "written"),
        [(0.9, 0.96, r"$93.0 \pm 3.0$"), (0.8, 1.0, "$93.0$ $[80.0, 100.0]$")],
    )
    def test_an_interval_that_ends_with_the_metric_is_written_by_its_ends(
        self, analysis: Analysis, low: float, high: float, written: str
    ) -> None:
        first = analysis.outcomes[analysis.plan.variants[0].variant_id]
        assert mean_text(replace(first, mean=0.93, low=low, high=high), "share") == written

    def test_a_row_for_each_comparison(self, analysis: Analysis, tmp_path: Path) -> None:
        write_latex(analysis, tmp_path)
        body = (tmp_path / "comparisons.tex").read_text().split(r"\midrule")[1]
        assert body.count(r"\\") == len(analysis.comparisons.rows) == 2

    @pytest.mark.parametrize(
        ("text", "expected"),
        [("50 % & <b>", r"50 \% \& \textless{}b\textgreater{}"), ("a_b", r"a\_b"), ("−1", "$-$1")],
    )
    def test_text_is_escaped(self, text: str, expected: str) -> None:
        assert escaped(text) == expected

    @pytest.mark.slow
    @pytest.mark.skipif(shutil.which("pdflatex") is None, reason="LaTeX is not installed")
    @pytest.mark.parametrize("replicates", [1, 7])
    def test_latex_takes_it_whatever_a_level_is_called(
        self, tmp_path: Path, replicates: int
    ) -> None:
        nasty = ["[5pt]", "*", r"\input{x}", "50 % & $x_1^2$ #~{}"]
        factors: Factors = {"model.activation": nasty, "model.depth": list(range(14))}
        sample = Sample(
            "nasty", r"50 % of \what_is {this}?", factors, {"model.depth": 0}, replicates=replicates
        )
        write_latex(analyse(read_tables(write(tmp_path, sample))), tmp_path)
        packages = r"\usepackage{booktabs,longtable}"
        (tmp_path / "all.tex").write_text(
            rf"\documentclass{{article}}{packages}\begin{{document}}"
            r"\input{results}\input{comparisons}\end{document}"
        )
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:]


class TestTensorboard:
    def read(self, folder: Path) -> "EventAccumulator":
        event_accumulator = pytest.importorskip(
            "tensorboard.backend.event_processing.event_accumulator"
        )
        found: EventAccumulator = event_accumulator.EventAccumulator(str(folder), {"scalars": 0})
        found.Reload()
        return found

    @pytest.mark.slow
    def test_its_reader_finds_every_value_and_gradient_at_its_epoch(
        self, study: Path, tmp_path: Path
    ) -> None:
        series = next(read_series(study))
        folder, *others = tensorboard.write_tensorboard(study, tmp_path)
        assert len(others) == 27  # of 28 trials; each has its folder
        found = self.read(folder)
        assert set(found.Tags()["scalars"]) == {point.name for point in series.points}
        curve = {event.step: event.value for event in found.Scalars("test/accuracy")}
        metrics = pd.read_parquet(study / "metrics.parquet")
        mine = metrics[
            (metrics["trial_id"] == series.trial_id)
            & (metrics["split"] == "test")
            & (metrics["metric"] == "accuracy")
        ]
        assert curve == pytest.approx(dict(zip(mine["epoch"], mine["value"], strict=True)))
        assert "delta/hidden.3" in self.read(others[-1]).Tags()["scalars"]

    @pytest.mark.slow
    def test_settings_are_hyperparameters(self, study: Path, tmp_path: Path) -> None:
        path = study / "trials.parquet"
        trials = pd.read_parquet(path).assign(**{"setting.model.depth": 3})
        copy = tmp_path / "study"
        shutil.copytree(study, copy)
        trials.to_parquet(copy / "trials.parquet")
        folder = tensorboard.write_tensorboard(copy, tmp_path / "out")[0]
        data = self.read(folder).SummaryMetadata("_hparams_/session_start_info")
        assert b"model.depth" in data.plugin_data.content

    @pytest.mark.slow
    def test_a_second_export_replaces_the_first(self, study: Path, tmp_path: Path) -> None:
        for _ in range(2):
            folders = tensorboard.write_tensorboard(study, tmp_path)
        assert {len(list(folder.iterdir())) for folder in folders} == {1}
        names = self.read(folders[0]).Scalars("test/accuracy")
        assert len(names) == 21

    def test_a_level_cannot_leave_the_folder(self, tmp_path: Path) -> None:
        factors = {"model.activation": ["../../up", "/root", ".."]}
        sample = Sample("bad", factors=factors, baseline={}, replicates=1)
        target = tmp_path / "out" / "here"
        for folder in tensorboard.write_tensorboard(write(tmp_path, sample), target):
            assert folder.resolve().is_relative_to(target)
            assert folder.parent.parent == target

    def test_long_labels_that_begin_alike_have_folders_of_their_own(self, tmp_path: Path) -> None:
        """Cut at 200 characters they would be one, and each delete the events of the other."""
        levels = tuple("ä" * 300 + end for end in ("a", "b"))
        sample = Sample(factors={"model.activation": levels}, replicates=1)
        study = write(tmp_path, sample)
        folders = tensorboard.write_tensorboard(study, tmp_path / "out")
        assert len(set(folders)) == len(folders) == 2
        assert all(list(folder.glob("events.*")) for folder in folders)

    def test_without_the_package_it_says_what_to_install(
        self, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(
            __import__("sys").modules, "tensorboard.summary.writer.event_file_writer", None
        )
        with pytest.raises(ExportError, match=r"pip install \"orch\[tensorboard\]\""):
            tensorboard.write_tensorboard(study, tmp_path)


def test_pictures_choose_only_what_there_is(analysis: Analysis, tmp_path: Path) -> None:
    with pytest.raises(ExportChoiceError, match=r"no figure has model\.depth=2; there is: .*=3"):
        pictures.write_pictures(analysis, tmp_path, "svg", {"model.depth": "2"})
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_pictures_can_be_pdf(
    analysis: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of them; the test of the command draws all, as SVG."""
    drawn = {"outcomes": draw_all(scheme(analysis.plan), analysis)["outcomes"]}
    monkeypatch.setattr(pictures, "draw_all", lambda *_: drawn)
    picture, captions = pictures.write_pictures(analysis, tmp_path, "pdf", {})
    assert picture.name == "outcomes.pdf"
    assert picture.read_bytes().startswith(b"%PDF")
    assert captions.read_text().startswith("outcomes: ")


@pytest.mark.slow
def test_mlflow_names_an_address_that_nobody_answers(study: Path, analysis: Analysis) -> None:
    pytest.importorskip("mlflow")
    with pytest.raises(ExportError, match=r"^http://127.0.0.1:9"):
        mlflow.write_mlflow(study, analysis.plan, "http://127.0.0.1:9")


def test_a_study_without_a_finished_trial_exports_nothing(tmp_path: Path) -> None:
    sample = Sample("none", factors=TWO, replicates=1)
    folder = write(tmp_path, sample)
    trials = pd.read_parquet(folder / "trials.parquet")
    trials.iloc[:0].to_parquet(folder / "trials.parquet")
    assert tensorboard.write_tensorboard(folder, tmp_path / "out") == []
