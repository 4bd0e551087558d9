"""Data files that a study names, seen from the command line: what is bad stops before anything."""

from pathlib import Path

import pytest

from tests.cli.orch import orch

pytestmark = pytest.mark.slow  # a process a test

WORD = "1\tdog\tdog\tNOUN\tNN" + "\t_" * 5 + "\n\n"
STUDY = """\
study: tags
question: Which window?
task: {name: tagging, train: train.conllu, validation: dev.conllu, test: test.conllu}
model: {name: window_tagger}
factors: {model.window: [0, 1]}
replicates: 2
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    for name in ("train", "dev", "test"):
        (tmp_path / f"{name}.conllu").write_text(WORD)
    (tmp_path / "tags.yaml").write_text(STUDY)
    return tmp_path


def test_good_files_are_no_problem(study: Path) -> None:
    assert orch("check", "tags.yaml", cwd=study).returncode == 0
    assert orch("plan", "tags.yaml", cwd=study).returncode == 0


@pytest.mark.parametrize("verb", ["check", "plan", "run"])
def test_a_broken_line_is_told_with_file_and_line_and_nothing_is_written(
    study: Path, verb: str
) -> None:
    (study / "dev.conllu").write_text(WORD + "1\tcat\n")
    before = sorted(study.iterdir())
    done = orch(verb, "tags.yaml", cwd=study)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "dev.conllu:3: 2 columns instead of 10\n    columns are parted by" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(study.iterdir()) == before


def test_a_missing_file_is_told_with_the_folder_where_it_was_looked_for(study: Path) -> None:
    (study / "test.conllu").unlink()
    done = orch("check", "tags.yaml", cwd=study)
    assert done.returncode == 2
    assert "test.conllu: cannot be read: No such file or directory" in done.stderr
    assert f"a relative path starts at {study}" in done.stderr


def test_an_unreachable_download_is_a_fault_of_the_environment(tmp_path: Path) -> None:
    task = "{name: mnist, train_examples: 100, validation_examples: 100, test_examples: 100}"
    text = f"""\
study: far
question: Is there a network?
task: {task}
model: {{name: mlp}}
factors: {{model.depth: [0, 1]}}
replicates: 2
"""
    (tmp_path / "far.yaml").write_text(text)
    proxy = "http://127.0.0.1:9"  # nobody listens there
    nowhere = {"HTTPS_PROXY": proxy, "https_proxy": proxy, "NO_PROXY": "", "no_proxy": ""}
    environment = {**nowhere, "ORCH_DATA": str(tmp_path / "cache")}
    assert orch("plan", "far.yaml", cwd=tmp_path, **environment).returncode == 0
    done = orch("run", "far.yaml", "--inline", cwd=tmp_path, **environment)
    assert done.returncode == 3
    assert "train-images-idx3-ubyte.gz: cannot be downloaded: " in done.stderr
    assert "put the file there yourself: it must have the SHA-256 440fcabf" in done.stderr
