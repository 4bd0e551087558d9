"""A study in Python is the study of the file: same trials, same results, same problems."""

from pathlib import Path
from typing import Any

import pytest

from orchestrator import Study, open_study
from orchestrator.errors import InputError
from orchestrator.study.load import load_study
from tests.cli.running import write_study

SMALL = {"name": "digits", "train_examples": 60, "validation_examples": 20, "test_examples": 40}


def small(**more: Any) -> Study:
    given: dict[str, Any] = {
        "study": "small",
        "task": SMALL,
        "model": {"name": "mlp", "width": 4},
        "training": {"epochs": 1},
        "factors": {"model.activation": ["tanh", "relu"]},
        "replicates": 2,
    }
    return Study(**given | more)


def test_the_trials_are_those_of_the_file(tmp_path: Path) -> None:
    file = write_study(tmp_path)
    loaded = Study.load(file)
    assert loaded.to_yaml() == file.read_text()
    made = Study(
        study="another_name",
        task={"name": "digits", "train_examples": 300},
        model="mlp",
        training={"learning_rate": 1e-1},
        factors={"model.depth": (1, 2)},
        replicates=3,
    )
    again = tmp_path / "again.yaml"
    again.write_text(
        "study: again\ntask: {name: digits, train_examples: 300}\nmodel: {name: mlp}\n"
        "training: {learning_rate: 0.1}\nfactors: {model.depth: [1, 2]}\nreplicates: 3\n"
    )
    ids = [plan.trials["trial_id"].tolist() for plan in (made.plan(tmp_path), _plan(again))]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 6


def _plan(file: Path) -> Any:
    return Study.load(file).plan(file.parent)


def test_changes_are_those_of_the_flags(tmp_path: Path) -> None:
    loaded = Study.load(write_study(tmp_path), set={"training.learning_rate": 1e-5}, replicates=3)
    (tmp_path / "changed.yaml").write_text(loaded.to_yaml())
    changed = load_study(str(tmp_path / "changed.yaml"))
    assert changed.replicates == 3
    rates = {v.settings.flat["training.learning_rate"] for v in changed.variants}
    assert rates == {1e-5}


def test_only_keeps_levels() -> None:
    size = Study.load("vanishing_gradient", only={"model.activation": ["sigmoid", "relu"]}).check()
    whole = Study.load("vanishing_gradient").check()
    assert (size.variants, whole.variants) == (24, 48)


def test_all_problems_are_named_at_once() -> None:
    bad = small(task="digit", model={"name": "mlp", "widht": 3})
    with pytest.raises(InputError) as found:
        bad.check()
    text = str(found.value)
    assert "did you mean 'digits'?" in text
    assert "did you mean 'width'?" in text
    assert found.value._render_traceback_() == text.splitlines()


def test_a_plan_is_that_of_the_command(tmp_path: Path) -> None:
    plan = small().plan(tmp_path / "results")
    assert repr(plan) == plan.text
    assert "2 variants × 2 replicates = 4" in plan.text
    assert plan.trials["state"].tolist() == ["new"] * 4
    assert plan.document["cost"]["new"] == 4
    assert not (tmp_path / "results").exists()


@pytest.mark.slow
def test_a_run_is_opened_and_goes_on_from_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "results"
    found = small().run(results, inline=True)
    assert "2 packs in this process" in capsys.readouterr().out
    assert found.trials["status"].tolist() == ["completed"] * 4
    assert small().plan(results).trials["state"].tolist() == ["done"] * 4
    more = small(replicates=3).run(results, inline=True, progress=False)
    assert capsys.readouterr().out == ""
    assert set(found.trials["trial_id"]) < set(more.trials["trial_id"])
    assert open_study("small", results).finding == more.finding


NET = """
import torch
from helper import WIDTH

def build(inputs: int = 64, outputs: int = 10) -> torch.nn.Module:
    with open("built", "a") as file:
        print(WIDTH, file=file)
    return torch.nn.Sequential(torch.nn.Linear(64, WIDTH), torch.nn.Linear(WIDTH, 10))
"""


@pytest.mark.slow
def test_own_code_that_was_edited_is_trained_as_it_is_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("edited_net.py").write_text(NET.replace("helper", "edited_width"))
    study = small(
        model={"name": "edited_net:build"},
        factors={"training.learning_rate": [0.1, 0.2]},
        replicates=1,
    )
    for width in (3, 17):
        Path("edited_width.py").write_text(f"WIDTH = {width}\n")
        Path("built").unlink(missing_ok=True)
        found = study.run(inline=True, progress=False)
        assert found.trials["status"].tolist() == ["completed"] * 2
        assert set(Path("built").read_text().split()) == {str(width)}
