"""A function that is a trial, called without a study."""

from pathlib import Path

import pytest

import orchestrator
from orchestrator.own_trials.running import SHIFT, RunningTrial
from orchestrator.seeds import seed_for


def train(trial: RunningTrial, *, lr: float = 0.1) -> None:
    (trial.folder / "x").touch()
    for epoch in (1, 2):
        trial.report({"train/loss": lr / epoch}, epoch=epoch)


def test_it_prints_and_keeps_what_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    trial = orchestrator.standalone(seed=3)
    train(trial, lr=0.5)
    assert trial.reports == {1: {"train/loss": 0.5}, 2: {"train/loss": 0.25}}
    assert capsys.readouterr().out == "epoch 1: train/loss 0.5\nepoch 2: train/loss 0.25\n"
    assert trial.seed == seed_for("trial", 3) >> SHIFT
    assert trial.seed_for("data") == orchestrator.standalone(seed=3).seed_for("data")


def test_it_takes_a_folder_and_a_checkpoint(tmp_path: Path) -> None:
    trial = orchestrator.standalone(folder=tmp_path / "new", resume_from=tmp_path)
    train(trial)
    assert (tmp_path / "new" / "x").exists()
    assert trial.resume_from == tmp_path
    trial.checkpoint(tmp_path)
    with pytest.raises(FileNotFoundError, match="there is no nowhere"):
        trial.checkpoint("nowhere")
