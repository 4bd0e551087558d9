"""A study whose own code lies in packages `models`, `reports` and `studies` beside it.

These are the names of folders of this project, too, and the commonest ones in machine learning.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.paths import TABLES
from tests.cli.orch import ORCH, finished
from tests.cli.running import tables
from tests.own_code import MODEL, TASK

pytestmark = pytest.mark.slow

STUDY = """\
study: own
task: {name: "studies.tasks:load"}
model: {name: "models.deep:build", width: 4}
training: {epochs: 1}
factors: {model.kind: [a, b]}
replicates: 2
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for package in ("models", "reports", "studies"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "reports" / "sizes.py").write_text("WIDTH = 5\n")
    model = MODEL.replace(
        "from torch import nn", "from reports.sizes import WIDTH\nfrom torch import nn"
    )
    (tmp_path / "models" / "deep.py").write_text(
        model.replace("width: int = 5", "width: int = WIDTH")
    )
    (tmp_path / "studies" / "tasks.py").write_text(TASK)
    (tmp_path / "own.yaml").write_text(STUDY)
    return tmp_path


def test_inline(folder: Path) -> None:
    done = finished(ORCH, "run", "own.yaml", "--inline", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "4 trials in the store: 4 completed" in done.stdout


def test_as_a_module(folder: Path) -> None:
    """Python then puts this folder before all others."""
    for arguments in (["check", "own.yaml"], ["run", "own.yaml", "--inline"]):
        done = subprocess.run(
            [sys.executable, "-m", "orchestrator", *arguments],
            cwd=folder, env=os.environ, capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.ray
def test_on_a_local_ray_cluster(folder: Path) -> None:
    done = finished(ORCH, "run", "own.yaml", "--results", "ray", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "4 trials in the store: 4 completed" in done.stdout
    finished(ORCH, "run", "own.yaml", "--inline", cwd=folder)
    ray, inline = (tables(folder / name, "own") for name in ("ray", "results"))
    assert all(ray[name].equals(inline[name]) for name in TABLES)
