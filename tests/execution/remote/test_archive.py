"""What is sent to a cluster: all that a run there needs, and nothing that an ignore file names."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

import orchestrator
from orchestrator.errors import InputError
from orchestrator.execution.remote.archive import Archive, archive_of, check_paths, files_expected
from orchestrator.study.load import parse_study
from tests.own_code import MODEL, TASK, own_study, write_module
from tests.own_trials.commands import text_of as command_text
from tests.own_trials.studies import own_study as own_trial_study
from tests.study.texts import SMALL

SPLITS = "train_examples: 1, validation_examples: 1, test_examples: 1"
IDX = f"{{name: idx, images: data/images, labels: %s, {SPLITS}}}"


def write(folder: Path, *names: str, text: str = "x") -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@pytest.mark.slow
def test_own_code_and_its_data_lie_where_they_are_imported(tmp_path: Path) -> None:
    declared = '    files=("points.csv",),\n    outputs="value",'
    task = write_module(tmp_path, TASK.replace('    outputs="value",', declared))
    model = write_module(tmp_path, MODEL)
    write(tmp_path, "points.csv", "unrelated.csv")
    study = own_study(tmp_path, model=f"'{model}:build'", task=f"'{task}:load'")
    sent = archive_of(study, tmp_path).files
    assert {name for name in sent if "/" not in name} == {
        f"{task}.py", f"{model}.py", "points.csv", "own.yaml"
    }  # fmt: skip
    assert sent["own.yaml"] == study.text.encode()
    assert files_expected(study) == []


@pytest.mark.slow
def test_orch_is_in_it_once_and_without_links(tmp_path: Path) -> None:
    """Some of its folders are links in the repository."""
    archive_of(own_study(tmp_path), tmp_path).write(tmp_path / "sent.zip")
    with ZipFile(tmp_path / "sent.zip") as archive:
        archive.extractall(tmp_path / "there")
    there = tmp_path / "there" / "orchestrator"
    package = Path(orchestrator.__file__).parent
    for name in ("models/networks/mlp.py", "reports/build.py", "studies/__init__.py"):
        assert (there / name).read_bytes() == (package / name).read_bytes()
    assert {path.name for path in there.parent.iterdir()} == {"orchestrator", "own.yaml"}
    assert not [path for path in there.rglob("*") if path.is_symlink()]


@pytest.mark.slow
def test_the_archive_alone_is_enough_to_plan_the_study(tmp_path: Path) -> None:
    study = own_study(tmp_path)
    archive_of(study, tmp_path).write(tmp_path / "sent.zip")
    there = tmp_path / "there"
    with ZipFile(tmp_path / "sent.zip") as archive:
        archive.extractall(there)
    done = subprocess.run(
        [sys.executable, "-m", "orchestrator", "plan", "own.yaml"],
        cwd=there, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "4 trials" in done.stdout


def test_the_same_files_make_the_same_archive(tmp_path: Path) -> None:
    write(tmp_path, "a.py")
    for name in ("1.zip", "2.zip"):
        Archive({"b.py": b"b", "a.py": tmp_path / "a.py"}).write(tmp_path / name)
        (tmp_path / "a.py").touch()
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


def test_too_much_is_refused_with_the_largest_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.execution.remote.archive.LIMIT_BYTES", 300)
    sent = Archive({"a.py": b"a", "lab/raw.bin": bytes(range(256)) * 9, "b.py": b"b" * 30})
    with pytest.raises(InputError, match=r"at most 0\.3 KB\n.*largest: lab/raw\.bin \(2\.3 KB\)"):
        sent.write(tmp_path / "sent.zip")


def test_data_by_relative_and_absolute_paths(tmp_path: Path) -> None:
    text = SMALL.replace("{name: digits}", IDX % "/data/labels")
    study = parse_study(text, tmp_path / "s.yaml")
    sent = archive_of(study, tmp_path).files
    assert sent["data/images"] == tmp_path / "data/images"
    assert files_expected(study) == [Path("/data/labels")]
    check_paths(study)
    outside = parse_study(SMALL.replace("{name: digits}", IDX % "../labels"), tmp_path / "s.yaml")
    with pytest.raises(InputError, match=r"\.\./labels: is outside the folder"):
        check_paths(outside)


def test_a_secret_that_the_study_names_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "data/images", ".ssh/id_rsa")
    (tmp_path / "data" / "labels").symlink_to(tmp_path / ".ssh" / "id_rsa")
    study = parse_study(SMALL.replace("{name: digits}", IDX % "data/labels"), tmp_path / "s.yaml")
    with pytest.raises(InputError, match="data/labels: looks like a password, a token or a priv"):
        archive_of(study, tmp_path)


@pytest.mark.slow
def test_secrets_beside_own_code_stay_here(tmp_path: Path) -> None:
    package = f"{write_module(tmp_path, MODEL)}_lab"
    write(tmp_path / package, "__init__.py", "nets.py", ".env", "key.pem", text=MODEL)
    (tmp_path / package / "home").symlink_to(Path.home())
    sent = archive_of(own_study(tmp_path, model=f"'{package}.nets:build'"), tmp_path)
    own = {name for name in sent.files if not name.startswith("orchestrator/")}
    assert own == {f"{package}/__init__.py", f"{package}/nets.py", "own.yaml"}
    assert [path.name for path in sent.secrets] == [".env", "key.pem"]
    assert [path.name for path in sent.leading_out] == ["home"]


@pytest.mark.slow
def test_a_command_and_its_files_are_sent_beside_the_study(tmp_path: Path) -> None:
    write(tmp_path, "conf/a.yaml", "other.py")
    text = command_text(tmp_path, more="  files: ['conf/*.yaml']\n")
    sent = archive_of(parse_study(text, tmp_path / "own.yaml"), tmp_path).files
    own = {name for name in sent if not name.startswith("orchestrator/")}
    assert own == {"train.sh", "conf/a.yaml", "own.yaml"}


@pytest.mark.slow
def test_a_function_that_is_a_trial_is_sent(tmp_path: Path) -> None:
    study = own_trial_study(tmp_path)
    (module,) = tmp_path.glob("own_trial_*.py")
    assert {module.name, "own.yaml"} <= set(archive_of(study, tmp_path).files)
