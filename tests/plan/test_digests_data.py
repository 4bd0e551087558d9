"""Data that the settings name: fingerprints follow its content, bad files stop the plan."""

from pathlib import Path

import pytest

from orchestrator.errors import InputError
from orchestrator.models.files.errors import DataError
from orchestrator.models.settings import MNIST, Digits, FashionMNIST, Tagging, TaskSettings
from orchestrator.plan.digests import data_digest, data_name
from orchestrator.plan.identity import data_digests, fingerprints
from orchestrator.study.load import parse_study

WORDS = "1\tdog\tdog\tNOUN\tNN" + "\t_" * 5 + "\n\n"


def corpus(folder: Path) -> Tagging:
    for name in "abc":
        (folder / name).write_text(WORDS)
    files = {split: str(folder / name) for split, name in zip(SPLITS, "abc", strict=True)}
    return Tagging.model_validate(files)


SPLITS = ("train", "validation", "test")


def test_a_fingerprint_follows_the_files_that_the_settings_name(tmp_path: Path) -> None:
    task = corpus(tmp_path)
    before = data_digest(task)
    assert data_digest(task) == before
    (tmp_path / "b").write_text(WORDS * 2)
    assert data_digest(task) != before


def test_a_bad_file_stops_the_plan_with_file_and_line(tmp_path: Path) -> None:
    task = corpus(tmp_path)
    (tmp_path / "b").write_text(WORDS + "1\tcat\n")
    with pytest.raises(DataError, match=r"b:3: 2 columns instead of 10"):
        data_digest(task)
    (tmp_path / "b").unlink()
    with pytest.raises(DataError, match=r"b: cannot be read: No such file"):
        data_digest(task)


def test_downloads_are_known_by_their_hashes_before_they_come() -> None:
    tasks = [MNIST(), FashionMNIST(), Tagging(treebank="english_ewt"), Digits()]
    assert len({data_digest(task) for task in tasks}) == len(tasks)


@pytest.mark.parametrize(
    ("task", "name"),
    [
        (Digits(), "digits"),
        (MNIST(), "mnist"),
        (Tagging(treebank="english_ewt"), "tagging english_ewt"),
        (Tagging(train="a", validation="b", test="c"), "tagging a b c"),
    ],
)
def test_the_data_is_named_after_the_task_and_its_files(task: TaskSettings, name: str) -> None:
    assert data_name(task) == name


def test_two_training_files_as_a_factor_have_two_fingerprints(tmp_path: Path) -> None:
    corpus(tmp_path)
    (tmp_path / "more").write_text(WORDS * 3)
    text = f"""
study: data
question: Does more text help?
task: {{name: tagging, validation: {tmp_path}/b, test: {tmp_path}/c}}
model: {{name: window_tagger}}
factors: {{task.train: [{tmp_path}/a, {tmp_path}/more]}}
"""
    prints = fingerprints(parse_study(text, tmp_path / "data.yaml"))
    assert len(set(prints.data.values())) == 2


def test_a_missing_file_names_the_line_of_the_study(tmp_path: Path) -> None:
    task = corpus(tmp_path)
    (tmp_path / "b").unlink()
    files = "".join(f"  {split}: {file}\n" for split, file in task.paths.items())
    text = f"study: s\ntask:\n  name: tagging\n{files}model: {{name: window_tagger}}\n"
    study = parse_study(text + "factors: {model.window: [0, 1]}\n", Path("s.yaml"))
    with pytest.raises(InputError) as raised:
        data_digests(study)
    (problem,) = raised.value.problems
    split, line = next((s, n) for n, (s, f) in enumerate(task.paths.items(), 4)
                       if str(f).endswith("b"))  # fmt: skip
    assert problem.where.startswith(f"s.yaml:{line}:")
    assert problem.what.startswith(f"task.{split}: {tmp_path / 'b'}: cannot be read: No such file")
