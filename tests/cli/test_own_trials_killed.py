"""Own trials whose process is killed: nothing is lost, and nothing is there twice."""

import signal
import subprocess
import time
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.orch import ORCH, orch

TRAIN = """\
import os
import signal
from pathlib import Path

HERE = Path(__file__).parent


def train(trial, *, warmup: int = 0, epochs: int = 5):
    '''Replicate 0 with a warm-up kills its process after epoch 3, the first time.'''
    first = 1
    if trial.resume_from:
        first = 1 + int(trial.resume_from.read_text())
    print("from epoch", first)
    for epoch in range(first, epochs + 1):
        trial.report({"test/accuracy": epoch / 10 + trial.replicate / 100}, epoch=epoch)
        state = trial.folder / "state"
        state.write_text(str(epoch))
        trial.checkpoint(state)
        once = HERE / "killed"
        if warmup and trial.replicate == 0 and epoch == 3 and not once.exists():
            once.touch()
            os.kill(os.getpid(), signal.SIGKILL)
"""
STUDY = """\
study: killed
trial: {function: "my_killed:train"}
metrics: {test/accuracy: {direction: maximize, unit: share}}
factors: {trial.warmup: [0, 1]}
replicates: 3
resources: {checkpoint_minutes: 0.00001}
"""


def write(folder: Path) -> None:
    (folder / "my_killed.py").write_text(TRAIN)
    (folder / "study.yaml").write_text(STUDY)


def check(folder: Path) -> None:
    """Every trial and epoch is there once, and the killed trial was not begun again."""
    tables = folder / "results" / "killed"
    trials = pd.read_parquet(tables / "trials.parquet")
    assert list(trials["status"]) == ["completed"] * 6
    assert trials["trial_id"].is_unique
    assert set(trials["epochs_done"]) == {5}
    metrics = pd.read_parquet(tables / "metrics.parquet")
    assert list(metrics["epoch"]) == [1, 2, 3, 4, 5] * 6  # in the order of trials
    killed = trials[(trials["factor.trial.warmup"] == 1) & (trials["replicate"] == 0)]
    log = orch("show", killed["trial_id"].iloc[0], "--log", cwd=folder).stdout
    assert log == "from epoch 4\n"
    assert not list((folder / "results" / "store" / "checkpoints").rglob("*.pt"))


@pytest.mark.slow
def test_a_killed_run_continues_where_a_trial_was(tmp_path: Path) -> None:
    write(tmp_path)
    run = [str(ORCH), "run", "study.yaml", "--inline", "--no-report"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert orch("run", "study.yaml", "--inline", cwd=tmp_path).returncode == 0
    check(tmp_path)


@pytest.mark.slow
@pytest.mark.ray
def test_a_killed_worker_of_ray_is_replaced(tmp_path: Path) -> None:
    write(tmp_path)
    done = orch("run", "study.yaml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "the worker process died" in done.stdout + done.stderr
    check(tmp_path)


@pytest.mark.slow
def test_a_command_ends_with_a_killed_run_and_runs_again(tmp_path: Path) -> None:
    (tmp_path / "train.sh").write_text(
        "echo $$ >> pids; echo accuracy 0.$1; [ -e again ] || sleep 300\n"
    )
    (tmp_path / "study.yaml").write_text(
        'study: killed\ntrial: {command: [sh, train.sh, "{lr}"]}\n'
        "metrics: {test/accuracy: {direction: maximize, unit: share, pattern: 'y (.*)'}}\n"
        "factors: {trial.lr: [1, 2]}\nreplicates: 1\n"
    )
    run = subprocess.Popen([ORCH, "run", "study.yaml", "--inline", "--no-report"], cwd=tmp_path)
    end = time.monotonic() + 60
    while not (tmp_path / "pids").exists() and time.monotonic() < end:
        time.sleep(0.05)
    run.kill()
    run.wait()
    pid = int((tmp_path / "pids").read_text())
    while Path(f"/proc/{pid}").exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()
    (tmp_path / "again").touch()
    done = orch("run", "study.yaml", "--inline", "--no-report", cwd=tmp_path)
    assert "2 completed" in done.stdout
