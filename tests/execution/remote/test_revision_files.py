"""The revisions of a study travel with it, and are read there without git."""

from pathlib import Path
from zipfile import ZipFile

import pytest

from orchestrator.execution.remote.archive import archive_of
from orchestrator.plan.identity import fingerprints, identify
from orchestrator.revisions.sent import FOLDER, SENT_REVISIONS
from orchestrator.study.load import load_study
from tests.revisions.repositories import cache, commit, repository

__all__ = ["cache"]

STUDY = """\
study: sent
trial: {function: "sent_train:train"}
metrics: {test/accuracy: {direction: maximize, unit: share}}
factors: {trial.revision: [main~1, main]}
replicates: 1
"""


@pytest.mark.usefixtures("cache")
def test_a_job_has_the_same_trials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = repository(tmp_path / "repo")
    for lr in (1, 2):
        text = f"def train(trial, *, lr: float = {lr}):\n    pass\n"
        commit(folder, {"sent_train.py": text, ".env": "secret", "sent.yaml": STUDY})
    here = load_study(str(folder / "sent.yaml"))
    archive = archive_of(here, folder)
    assert [path.name for path in archive.secrets] == [".env"]
    archive.write(tmp_path / "a.zip")
    with ZipFile(tmp_path / "a.zip") as file:
        file.extractall(tmp_path / "job")
    monkeypatch.chdir(tmp_path / "job")
    monkeypatch.setenv(SENT_REVISIONS, FOLDER)
    monkeypatch.setenv("PATH", "")
    there = load_study("sent.yaml")
    ids = [[t.trial_id for t in identify(each, fingerprints(each))] for each in (here, there)]
    assert ids[0] == ids[1]
    assert there.revisions == here.revisions
