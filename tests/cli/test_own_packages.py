"""A study whose own code lies in packages `models`, `reports` and `studies` beside it.

These are the names of folders of this project, too, and the commonest ones in machine learning.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.paths import TABLES
from tests.cli.orch import ORCH, finished, orch
from tests.cli.running import parts, tables
from tests.own_code import MODEL, TASK

pytestmark = pytest.mark.slow

STUDY = """\
study: own
task: {name: "studies.tasks:load"}
model: {name: "models.deep:build", width: 4}
training: {epochs: 1}
factors: {model.kind: [a, b]}
replicates: 2
resources: {cpus: 2}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a model that prints."""
    tmp_path = tmp_path_factory.mktemp("own")
    for package in ("models", "reports", "studies"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "reports" / "sizes.py").write_text("WIDTH = 5\n")
    model = MODEL.replace(
        "from torch import nn", "from reports.sizes import WIDTH\nfrom torch import nn"
    )
    (tmp_path / "models" / "deep.py").write_text(
        "print('hello from the module')\n" + model.replace("width: int = 5", "width: int = WIDTH")
    )
    (tmp_path / "studies" / "tasks.py").write_text(TASK)
    (tmp_path / "own.yaml").write_text(STUDY)
    return tmp_path


@pytest.fixture(scope="module")
def inline(folder: Path) -> "subprocess.CompletedProcess[str]":
    """The run into the folder `inline`."""
    return finished(ORCH, "run", "own.yaml", "--inline", "--results", "inline", cwd=folder)


def test_inline(inline: "subprocess.CompletedProcess[str]") -> None:
    assert (inline.returncode, inline.stderr) == (0, "hello from the module\n")
    assert "4 trials in the store: 4 completed" in inline.stdout


def test_as_a_module(folder: Path) -> None:
    """Python then puts this folder before all others."""
    for arguments in (["check", "own.yaml"], ["run", "own.yaml", "--inline"]):
        done = subprocess.run(
            [sys.executable, "-m", "orchestrator", *arguments],
            cwd=folder, env=os.environ, capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "hello from the module\n")


@pytest.mark.ray
@pytest.mark.usefixtures("inline")
def test_on_a_local_ray_cluster_from_another_folder(folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    command = ["run", "../own.yaml", "--results", str(folder / "ray"), "--no-report"]
    done = orch(*command, cwd=folder / "elsewhere")
    assert (done.returncode, done.stderr) == (0, "hello from the module\n")
    assert "4 trials in the store: 4 completed" in done.stdout
    assert len(parts(folder / "ray")) == 2
    ray, alone = (tables(folder / name, "own") for name in ("ray", "inline"))
    assert all(ray[name].equals(alone[name]) for name in TABLES)
