"""`orch` on a study whose trials are a function of the user's own."""

import json
import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.orch import orch

pytestmark = pytest.mark.slow

TRAIN = """\
import random


def train(trial, *, warmup: int = 0, lr: float = 0.1):
    '''Warm-up gains two points; a rate of 2 fails for replicate 1, a rate of 10 diverges.'''
    level = random.Random(trial.seed).random() / 20
    print("lr", lr)
    if lr == 2 and trial.replicate == 1:
        raise RuntimeError("too hot")
    for epoch in range(1, 6):
        accuracy = 0.7 + level + (0.02 if warmup else 0) + random.gauss(0, 0.001)
        trial.report({"test/accuracy": float("nan") if lr == 10 else accuracy, "test/other": 1})
"""
STUDY = """\
study: warmup
question: Does warm-up help?
trial: {function: "my_training:train"}
metrics:
  test/accuracy: {direction: maximize, unit: share}
factors:
  trial.warmup: [0, 100]
  trial.lr: [0.1, 2, 10]
replicates: 6
compare: {metric: test/accuracy, baseline: {trial.warmup: 0}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study, run inline."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "my_training.py").write_text(TRAIN)
    (folder / "warmup.yaml").write_text(STUDY)
    done = orch("run", "warmup.yaml", "--inline", cwd=folder)
    assert done.returncode == 1, done.stderr
    assert "22 completed, 12 diverged, 2 failed" in done.stdout
    assert done.stdout.count("reported, but not declared in metrics, so not kept: test/other") == 1
    assert "2 failed: RuntimeError: too hot" in done.stdout
    assert "warmup 100 is better than warmup 0 at lr 0.1" in done.stdout
    return folder


def text_of(page: Path) -> str:
    html = re.sub(r"<(script|style).*?</\1>", "", page.read_text(), flags=re.DOTALL)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)))


def test_check_and_plan_say_what_is_known(folder: Path) -> None:
    assert (
        "6 variants × 6 replicates = 36 trials" in orch("check", "warmup.yaml", cwd=folder).stdout
    )
    planned = orch("plan", "warmup.yaml", cwd=folder).stdout
    assert "36: 2 new, 34 done, 0 invalidated" in planned
    assert "training step" not in planned
    assert "trial.function=my_training:train" in planned


def test_the_tables_have_every_trial(folder: Path) -> None:
    trials = pd.read_parquet(folder / "results" / "warmup" / "trials.parquet")
    assert len(trials) == 36
    assert set(trials["execution"].dropna()) == {"own"}
    assert list(trials.filter(like="final.")) == ["final.test/accuracy"]
    done = trials[trials["status"] == "completed"]
    assert done["final.test/accuracy"].notna().all()
    by_replicate = done.pivot_table("final.test/accuracy", "replicate", "factor.trial.warmup")
    gain = by_replicate[100] - by_replicate[0]
    assert gain.between(0.0199, 0.0201).all()  # also what the global generators draw is paired


def test_the_page_says_nothing_that_has_no_meaning(folder: Path) -> None:
    page = text_of(folder / "results" / "warmup" / "report.html")
    assert "Does warm-up help?" in page
    assert "12 trials diverged : a declared metric was not finite" in page
    assert "count each as the worst value of the two variants compared" in page
    for word in ("radient", "task", "test answers", "batch orders", "decay", "in packs of", "loss"):
        assert word not in page.replace("--", ""), word


def test_a_trial_is_shown_with_its_log(folder: Path) -> None:
    trials = pd.read_parquet(folder / "results" / "warmup" / "trials.parquet")
    failed = trials["trial_id"][trials["status"] == "failed"].iloc[0]
    assert "too hot" in orch("show", failed, cwd=folder).stdout
    assert orch("show", failed, "--log", cwd=folder).stdout == "lr 2.0\n"
    done = orch("show", "warmup", "--log", cwd=folder)
    assert done.returncode == 2
    assert "the study warmup has no log" in done.stderr


def test_one_trial_is_run_again_to_the_same_bits(folder: Path) -> None:
    trials = pd.read_parquet(folder / "results" / "warmup" / "trials.parquet")
    ids = dict(zip(trials["status"], trials["trial_id"], strict=True))  # one of each
    done = orch("run", "warmup.yaml", "--trial", ids["completed"], cwd=folder)
    assert "the same bits as stored, all 5 metrics" in done.stdout
    again = orch("run", "warmup.yaml", "--trial", ids["failed"], cwd=folder)
    assert again.returncode == 1
    assert "too hot" in again.stdout + again.stderr


def test_it_is_exported_and_compared_and_listed(folder: Path) -> None:
    assert orch("export", "warmup", "--format", "csv", cwd=folder).returncode == 0
    assert orch("export", "warmup", "--format", "latex", cwd=folder).returncode == 0
    assert orch("export", "warmup", "--format", "tensorboard", cwd=folder).returncode == 0
    done = orch("compare", "warmup.yaml", "warmup.yaml", cwd=folder)
    assert done.returncode == 0, done.stderr
    listed = json.loads(orch("list", "--json", cwd=folder).stdout)
    assert "warmup" in json.dumps(listed)


def test_more_replicates_train_what_is_missing(folder: Path) -> None:
    done = orch("run", "warmup.yaml", "--inline", "--only", "trial.lr=0.1", "--replicates", "7",
                "--no-report", cwd=folder)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "2 variants × 7 replicates = 14 trials, 12 done" in done.stdout
