"""`orch` on models and tasks of the user's own, as processes in a folder outside the project."""

import json
from pathlib import Path

import pytest

from tests.cli.orch import orch
from tests.cli.running import tables
from tests.own_code import MODEL, TASK

pytestmark = pytest.mark.slow  # a process a test

STUDY = """\
study: own
task: {name: "my_tasks:load"}
model: {name: "nets.deep:build", width: 4}
training: {epochs: 1}
factors:
  model.kind: [a, b]
replicates: 2
"""
PRINTING = f"print('hello from the module')\n{MODEL}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A study with a model in a package and a task in a module, and a folder to stand in."""
    (tmp_path / "study" / "nets").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "study" / "nets" / "deep.py").write_text(PRINTING)
    (tmp_path / "study" / "my_tasks.py").write_text(TASK)
    (tmp_path / "study" / "own.yaml").write_text(STUDY)
    return tmp_path


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_check_prints_its_own_lines_only(folder: Path) -> None:
    before = everything(folder)
    done = orch("check", "../study/own.yaml", "--json", cwd=folder / "elsewhere")
    assert (done.returncode, done.stderr) == (0, "hello from the module\n")
    assert json.loads(done.stdout)["trials"] == 4
    assert everything(folder) == before


def test_modules_of_the_current_folder_are_found(folder: Path) -> None:
    (folder / "study" / "own.yaml").rename(folder / "elsewhere" / "own.yaml")
    done = orch("check", "../elsewhere/own.yaml", cwd=folder / "study")
    assert done.returncode == 0
    done = orch("check", "own.yaml", cwd=folder / "elsewhere")
    assert done.returncode == 2
    assert "there is no module my_tasks" in done.stderr


IMPORT = "import nothing_here\n", "No module named 'nothing_here' ({file}:1)"
RAISES = (
    "def build(inputs, outputs, width=4, kind='a'):\n    raise OSError('no')\n",
    "raised OSError: no ({file}:2)",
)
SHAPE = MODEL.replace("width, outputs)", "width, 7)"), "outputs of the shape (32, 7)"
NAME = MODEL.replace("def build", "def biuld"), "did you mean 'biuld'?"
CHECK, PLAN, RUN = ("check",), ("plan",), ("run", "--inline")


@pytest.mark.parametrize(
    ("verb", "text", "said"),
    [
        (CHECK, *IMPORT),
        (CHECK, *RAISES),
        (CHECK, *SHAPE),
        (CHECK, *NAME),
        (PLAN, *SHAPE),
        (RUN, *SHAPE),
    ],
)
def test_code_that_does_not_work_ends_with_2_and_leaves_nothing(
    folder: Path, verb: tuple[str, ...], text: str, said: str
) -> None:
    file = folder / "study" / "nets" / "deep.py"
    file.write_text(text)
    before = everything(folder)
    done = orch(*verb, "own.yaml", cwd=folder / "study")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("own.yaml:3:15: model.name: ")
    assert said.format(file=file) in done.stderr
    assert "Traceback" not in done.stderr
    assert everything(folder) == before


def test_a_change_of_the_code_is_trained_again_with_the_reason(folder: Path) -> None:
    here = folder / "study"
    first = orch("run", "own.yaml", "--inline", "--no-report", cwd=here)
    assert first.returncode == 0, first.stderr
    again = orch("plan", "own.yaml", "--json", cwd=here)
    assert set(json.loads(again.stdout)["states"].values()) == {"done"}
    (here / "nets" / "deep.py").write_text(MODEL.replace("Tanh", "ReLU"))
    plan = json.loads(orch("plan", "own.yaml", "--json", cwd=here).stdout)
    assert set(plan["states"].values()) == {"invalidated"}
    assert set(plan["reasons"].values()) == {"code of nets.deep"}


def test_what_fails_only_in_training_is_a_failed_trial_with_its_line(folder: Path) -> None:
    """In the last batch of an epoch: 8 of 40 examples."""
    file = folder / "study" / "nets" / "deep.py"
    file.write_text(
        "from torch import nn\n"
        "class build(nn.Module):\n"
        "    def __init__(self, inputs, outputs, width=4, kind='a'):\n"
        "        super().__init__()\n        self.net = nn.Linear(inputs, outputs)\n"
        "    def forward(self, x):\n"
        "        if self.training and len(x) == 8:\n            raise ValueError('too few')\n"
        "        return self.net(x)\n"
    )
    done = orch("run", "own.yaml", "--inline", "--no-report", cwd=folder / "study")
    assert done.returncode == 1
    errors = tables(folder / "study" / "results", "own")["trials"]["error"].to_pylist()
    assert all("ValueError: too few" in error and "deep.py" in error for error in errors)
