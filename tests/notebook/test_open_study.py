"""`orchestrator.open_study`: what a study has found, in Python."""

import subprocess
import sys

import pandas as pd
import pytest

import orchestrator
from orchestrator.errors import InputError
from orchestrator.notebook.open_study import OpenStudy
from tests.cli.running import train_here, write_study


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> OpenStudy:
    folder = tmp_path_factory.mktemp("done")
    assert train_here(write_study(folder)) == 0
    return orchestrator.open_study("tiny", folder / "results")


@pytest.mark.slow
def test_results_agree_with_the_trials(study: OpenStudy) -> None:
    expected = study.trials.groupby("variant")["final.test/accuracy"].mean()
    found = study.results.set_index("variant")["mean"]
    assert found.to_dict() == pytest.approx(expected.to_dict())


def test_tables_are_whole(study: OpenStudy) -> None:
    assert len(study.trials) == 8
    assert len(study.comparisons) == 2
    stored = pd.read_parquet(study.folder / "metrics.parquet")
    assert study.metrics["value"].tolist() == stored["value"].tolist()
    assert set(study.gradients["trial_id"]) == set(study.trials["trial_id"])


@pytest.mark.slow
def test_a_figure_shows_what_was_chosen(study: OpenStudy) -> None:
    assert "test/loss" in study.choices("curves")["metric"]
    drawn = study.figure("curves", {"metric": "test/loss"})
    last = study.metrics.query("split == 'test' and metric == 'loss' and epoch == 2")
    means = last.groupby("variant_id")["value"].mean()
    lines = [trace for trace in drawn.data if trace.mode == "lines" and trace.fill is None]
    assert sorted(line.y[-1] for line in lines) == pytest.approx(sorted(means), rel=1e-4)


def test_what_is_not_there_is_answered_with_what_is(study: OpenStudy) -> None:
    with pytest.raises(ValueError, match="there is: outcomes, first_screen, curves"):
        study.figure("nothing")
    with pytest.raises(ValueError, match=r"there is: .*test/loss"):
        study.figure("curves", {"metric": "test/nothing"})
    with pytest.raises(InputError, match="did you mean 'tiny'"):
        orchestrator.open_study("tinny", study.folder.parent)


def test_a_question_is_shown_as_text(study: OpenStudy) -> None:
    assert "<b>Does depth matter?</b>" in study._repr_html_()


def test_importing_the_package_loads_nothing_heavy() -> None:
    script = (
        "import sys, orchestrator; orchestrator.open_study; "
        "print(*{'pandas', 'plotly', 'pyarrow', 'torch', 'ray', 'typer'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
