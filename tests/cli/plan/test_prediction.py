"""`orch plan` says how long a run will take; the run and its report say how long it took."""

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.cli.plan import plan
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.statistics.outcomes.evidence import evidence
from orchestrator.study.parsing.overrides import Overrides
from tests.cli.running import TINY, events, train_here, write_study

LONGER = TINY.replace("epochs: 2", "epochs: 25").replace("200", "1000")


def planned(study: Path, capsys: pytest.CaptureFixture[str], **flags: Any) -> dict[str, Any]:
    options = {"overrides": Overrides(), "spread": None, "calibrates": False, "as_json": True}
    capsys.readouterr()
    plan(str(study), results=study.parent / "results", **(options | flags))
    cost: dict[str, Any] = json.loads(capsys.readouterr().out)["cost"]
    return cost


@pytest.mark.slow
def test_a_structure_never_trained_has_no_prediction(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = write_study(tmp_path)
    assert planned(study, capsys)["predicted"] is None
    plan(
        str(study),
        overrides=Overrides(),
        results=tmp_path / "results",
        spread=None,
        calibrates=False,
        as_json=False,
    )
    assert "Time: not known" in capsys.readouterr().out
    assert not (tmp_path / "results").exists()


@pytest.mark.slow
def test_a_run_is_predicted_by_calibration_and_then_from_the_run_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second has other seeds, same structures. A busy machine may take three times as long."""
    study = write_study(tmp_path, LONGER)
    calibrated = planned(study, capsys, calibrates=True)["predicted"]
    assert calibrated["known"] == calibrated["packs"] == 4
    assert not (tmp_path / "results").exists()
    train_here(study)
    packs = [e["wall_s"] for e in events(tmp_path / "results") if e["event"] == "pack_finished"]
    workers = planned(study, capsys)["workers"]
    assert 1 / 3 < calibrated["wall_s"] / (sum(packs) / workers) < 3

    write_study(tmp_path, LONGER + "seed: 7\n")
    predicted = planned(study, capsys)["predicted"]
    assert (predicted["packs"], predicted["known"]) == (4, 4)
    short = Overrides(set=("resources.pack_minutes=0.000001",))
    assert planned(study, capsys, overrides=short)["packs"] == 8  # each trial is one
    train_here(study)
    first, second = (e for e in events(tmp_path / "results") if e["event"] == "study_started")
    assert first["predicted_s"] is None
    before, run = evidence(read_tables(tmp_path / "results" / "tiny")).runs
    assert before.prediction_error is None
    assert run.predicted_s == second["predicted_s"]
    assert run.training_s is not None
    assert 1 / 3 < second["predicted_s"] / run.training_s < 3
    assert run.prediction_error == pytest.approx(second["predicted_s"] / run.training_s - 1)
