"""One process runs trials of several revisions, in any order, each with its own modules."""

import os
import sys
from pathlib import Path

import pytest

from orchestrator.own_trials.engine import train
from orchestrator.plan.records import Pack
from orchestrator.study.load import parse_study
from tests.own_trials.studies import packs_of, row
from tests.revisions.repositories import cache, commit, repository, write

__all__ = ["cache"]

pytestmark = pytest.mark.usefixtures("cache")

TRAIN = """\
import os
from pathlib import Path

import rev_model

def train(trial):
    import rev_later
    assert rev_model.GAIN == rev_later.GAIN
    assert Path("data.txt").read_text() == str(rev_model.GAIN), os.getcwd()
    trial.report({"test/accuracy": rev_model.GAIN})
"""
STUDY = """\
study: own
trial: {TRIAL}
metrics: {test/accuracy: {direction: maximize, unit: shareREAD}}
factors: {trial.revision: [main~1, main, worktree]}
replicates: 2
"""


def files(gain: int) -> dict[str, str]:
    modules = dict.fromkeys(("rev_model.py", "rev_later.py"), f"GAIN = {gain}\n")
    return {"rev_trial.py": TRAIN, "train.sh": "cat data.txt", "data.txt": str(gain), **modules}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = repository(tmp_path / "repo")
    commit(folder, files(1))
    commit(folder, files(2))
    write(folder, files(3))
    return folder


def packs(folder: Path, trial: str, read: str = "") -> tuple[Pack, ...]:
    text = STUDY.replace("TRIAL", trial).replace("READ", read)
    return packs_of(parse_study(text, folder / "own.yaml"))


def result(pack: Pack) -> object:
    found = row(train(pack).trials)
    assert found["status"] == "completed", found["error"]
    return found["final.test/accuracy"]


def test_functions_of_revisions_do_not_share_modules(folder: Path) -> None:
    every = packs(folder, 'function: "rev_trial:train"')
    write(folder, files(4))  # editing later changes nothing
    path, here = list(sys.path), Path.cwd()
    assert [result(pack) for pack in (*every, *reversed(every))] == [
        *(1, 1, 2, 2, 3, 3),
        *(3, 3, 2, 2, 1, 1),
    ]
    assert (sys.path, Path.cwd()) == (path, here)
    assert not {"rev_trial", "rev_model", "rev_later"} & sys.modules.keys()


def test_commands_run_in_their_revision(folder: Path) -> None:
    every = packs(folder, "command: [sh, train.sh], files: [data.txt]", ", pattern: '(.+)'")
    write(folder, files(4))
    assert [result(pack) for pack in every] == [1, 1, 2, 2, 3, 3]


def test_a_module_of_the_repository_itself_is_not_run(folder: Path) -> None:
    (folder / "hidden").mkdir()
    write(folder, {"hidden/rev_hidden.py": "", ".gitignore": "hidden\n"})
    code = f"import sys\nsys.path.insert(0, {str(folder / 'hidden')!r})\nimport rev_hidden\n"
    write(folder, {"rev_trial.py": f"def train(trial):\n    {code.replace(chr(10), '; ')[:-2]}\n"
          "    trial.report({'test/accuracy': 1})\n"})  # fmt: skip
    found = row(train(packs(folder, 'function: "rev_trial:train"')[-1]).trials)
    assert found["status"] == "failed"
    assert "rev_hidden is imported from" in found["error"]


def test_what_is_installed_from_the_repository_is_that_of_the_revision(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for gain in (1, 2):
        commit(folder, {"src/rev_package/__init__.py": f"GAIN = {gain}\n", "train.sh": SHOWS})
    monkeypatch.syspath_prepend(str(folder / "src"))  # as `pip install -e` does
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder / "src"), "/elsewhere"]))
    write(folder, {"src/rev_package/__init__.py": "GAIN = 5\n"})
    pattern = ", pattern: '(.+)'"
    words = 'command: [sh, train.sh, "{python}"], files: ["src/**/*.py"]'
    first, _, second, _, now, _ = packs(folder, words, pattern)
    assert [result(pack) for pack in (first, second, now)] == [1, 2, 5]


SHOWS = '"$1" -c "import rev_package; print(rev_package.GAIN)"'
