"""The digest of the user's own code: it covers what they import, and a change is named."""

from pathlib import Path
from typing import Any

import pytest

from orchestrator.errors import InputError
from orchestrator.models.settings.own import OwnCode
from orchestrator.plan.digests import Sources
from orchestrator.plan.document import plan_document
from orchestrator.plan.identity import data_digests
from orchestrator.plan.make_plan import make_plan
from orchestrator.plan.records import Plan
from tests.own_code import MODEL, TASK, own_study, write_module


def planned(folder: Path, model: str, **given: Any) -> Plan:
    return make_plan(own_study(folder, model), workers=2, **{"results": {}, **given})


def reasons_after(folder: Path, model: str, file: Path, text: str) -> set[str]:
    """Why results count as missing once a file has changed."""
    before = planned(folder, model)
    done = {trial.trial_id: "completed" for trial in before.trials}
    file.write_text(text)
    after = planned(folder, model, results=done, earlier=plan_document(before))
    return set(after.reasons.values())


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / f"package_of_{tmp_path.name}"
    folder.mkdir()
    (folder / "nets.py").write_text(f"from .parts import helper\n{MODEL}")
    (folder / "parts.py").write_text("import json\ndef helper(): return 1\n")
    return folder


@pytest.mark.slow
def test_a_change_of_an_imported_module_is_named(package: Path) -> None:
    name = f'"{package.name}.nets:build"'
    changed = "import json\ndef helper(): return 2\n"
    found = reasons_after(package.parent, name, package / "parts.py", changed)
    assert found == {f"code of {package.name}.parts"}


@pytest.mark.slow
def test_a_change_of_the_module_itself_is_named(package: Path) -> None:
    name = f'"{package.name}.nets:build"'
    changed = f"from .parts import helper\n{MODEL}".replace("nn.Tanh", "nn.ReLU")
    found = reasons_after(package.parent, name, package / "nets.py", changed)
    assert found == {f"code of {package.name}.nets"}


@pytest.mark.slow
def test_a_comment_changes_nothing(package: Path) -> None:
    name = f'"{package.name}.nets:build"'
    changed = f"from .parts import helper  # why\n{MODEL}"
    assert reasons_after(package.parent, name, package / "nets.py", changed) == set()


@pytest.mark.slow
def test_only_own_modules_and_those_of_orch_are_in_the_digest(package: Path) -> None:
    code = planned(package.parent, f'"{package.name}.nets:build"').identity.code
    assert {f"{package.name}.nets", f"{package.name}.parts"} <= code.keys()
    first_party = ("models.", "orchestrator.", f"{package.name}.")
    assert all(module.startswith(first_party) for module in code)


def test_code_that_is_installed_counts_with_its_package(tmp_path: Path) -> None:
    """A package that is on the path anyway stands for one that is installed."""
    sources = Sources(own=[OwnCode("jsonschema.validators:validate", (tmp_path,))])
    found = sources.digests(["jsonschema.validators"])
    assert "jsonschema._keywords" in found
    assert all(module.startswith("jsonschema") for module in found)


def test_declared_files_are_part_of_the_data(tmp_path: Path) -> None:
    data = tmp_path / "points.csv"
    data.write_text("1,2\n")
    text = TASK.replace("    metrics=(", '    files=("points.csv",),\n    metrics=(')
    name = f'"{write_module(tmp_path, text)}:load"'
    study = own_study(tmp_path, "mlp", name)
    before = data_digests(study)
    data.write_text("1,3\n")
    after = data_digests(study)
    assert list(before) == list(after)
    assert before != after
    data.unlink()
    with pytest.raises(InputError, match=r"points\.csv: a file of the task .*: No such file"):
        data_digests(own_study(tmp_path, "mlp", name))


def test_a_setting_that_is_a_path_is_part_of_the_data(tmp_path: Path) -> None:
    data = tmp_path / "points.csv"
    data.write_text("1,2\n")
    text = f"from pathlib import Path\n{TASK}".replace("*, noise", "*, file: Path, noise")
    text = text.replace("draws = generator", "assert isinstance(file, Path); draws = generator")
    name = f'"{write_module(tmp_path, text)}:load", file: "{data}"'
    study = own_study(tmp_path, "mlp", name)
    assert study.variants[0].settings.flat["task.file"] == str(data)
    before = data_digests(study)
    data.write_text("1,3\n")
    assert data_digests(study) != before
