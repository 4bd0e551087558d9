"""What is left out of the archive: by ignore files, as git decides; secrets; links leading out."""

import subprocess
from pathlib import Path

import pytest

from orchestrator.errors import InputError
from orchestrator.execution.remote import gitignore
from orchestrator.execution.remote.gitignore import files_below
from tests.execution.remote.test_archive import write


def test_ignored_files_stay_here_as_git_decides(tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    write(lab, "model.py", "data/big.bin", "data/small.csv", "notes.log", "keep.log", "a/raw.bin")
    write(lab, "__pycache__/model.pyc")
    (tmp_path / ".gitignore").write_text("*.log\n!keep.log\n*.bin\n")
    (lab / "data" / ".gitignore").write_text("!big.bin\n")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    listed: list[str | Path] = [
        "git",
        "-C",
        tmp_path,
        "ls-files",
        "--others",
        "--exclude-standard",
        "lab",
    ]
    by_git = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()
    of_git = {name for name in by_git if not name.endswith((".gitignore", ".pyc"))}
    assert {str(path.relative_to(tmp_path)) for path in files_below(lab).files} == of_git
    (lab / ".rayignore").write_text("data/\n")
    assert [path.name for path in files_below(lab).files] == ["keep.log", "model.py"]


def test_the_whole_repository_decides_what_is_ignored(tmp_path: Path) -> None:
    lab = tmp_path / "src" / "lab"
    write(lab, "model.py", "raw.bin", "notes.log")
    (tmp_path.parent / ".gitignore").write_text("*.py\n")  # of another repository, or of none
    (tmp_path / ".gitignore").write_text("*.bin\n*.log\n")
    (tmp_path / "src" / ".gitignore").write_text("!*.log\n")
    assert len(files_below(lab).files) == 3, "without a repository only the parent speaks"
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    assert [path.name for path in files_below(lab).files] == ["model.py", "notes.log"]


def test_a_package_in_an_ignored_environment_is_sent(tmp_path: Path) -> None:
    home = tmp_path / "env" / "site-packages" / "lab"
    write(home, "model.py")
    (tmp_path / ".gitignore").write_text("env/\n")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    assert [path.name for path in files_below(home).files] == ["model.py"]


SECRETS = (
    ".env", ".env.local", ".ENV", ".aws/credentials", ".ssh/id_rsa", ".netrc", "cert.pem",
    "a/b.KEY", "id_rsa", "id_ed25519.pub", "deep/er/.env", "service-account-1.json",
    "credentials.json",
)  # fmt: skip
HARMLESS = ("model.py", "env.py", "keys.csv", "environment.yaml", "a/keyboard.py", "secrets.py")


def test_what_looks_secret_is_not_sent_and_named(tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    write(lab, *SECRETS, *HARMLESS)
    found = files_below(lab)
    assert {path.relative_to(lab).as_posix() for path in found.files} == set(HARMLESS)
    named = {path.relative_to(lab).as_posix() for path in found.secrets}
    assert named == {name.replace(".aws/credentials", ".aws").replace(".ssh/id_rsa", ".ssh")
                     for name in SECRETS}  # fmt: skip


def test_an_ignore_file_sends_a_secret_on_purpose(tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    write(lab, "model.py", ".env.example", "root.pem")
    (lab / ".rayignore").write_text("!.env.example\n")
    found = files_below(lab)
    assert [path.name for path in found.files] == [".env.example", "model.py"]
    assert [path.name for path in found.secrets] == ["root.pem"]


def test_links_that_lead_out_are_not_followed(tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    write(lab, "model.py", "data/a.csv", ".env")
    write(tmp_path, "home/diary.txt", "lab2/model.py")
    (lab / "diary.txt").symlink_to(tmp_path / "home" / "diary.txt")
    (lab / "home").symlink_to(tmp_path / "home")
    (lab / "beside").symlink_to("../lab2")
    (lab / "gone").symlink_to("nowhere")
    (lab / "same").symlink_to("data")
    (lab / "settings.txt").symlink_to(".env")
    found = files_below(lab)
    names = [path.relative_to(lab).as_posix() for path in found.files]
    assert names == ["data/a.csv", "model.py", "same/a.csv"]
    assert [path.name for path in found.leading_out] == ["beside", "diary.txt", "home"]
    assert [path.name for path in found.secrets] == [".env", "settings.txt"]


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    write(lab, "model.py", "a/x.py", "b/y.py")
    (lab / "loop").symlink_to(".")
    (lab / "a" / "up").symlink_to("..")
    (lab / "a" / "b").symlink_to("../b")
    (lab / "b" / "a").symlink_to("../a")
    (lab / "self").symlink_to("self")
    names = [path.relative_to(lab).as_posix() for path in files_below(lab).files]
    assert names == ["a/b/y.py", "a/x.py", "b/a/x.py", "b/y.py", "model.py"]


def test_links_cannot_make_more_files_than_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gitignore, "MOST_FILES", 50)
    write(tmp_path, *(f"{number}/x" for number in range(12)))
    for number in range(11):
        for name in "ab":
            (tmp_path / str(number) / name).symlink_to(f"../{number + 1}")
    with pytest.raises(InputError, match=r"too many files to be sent\n    allowed: at most 50\n"):
        files_below(tmp_path)
