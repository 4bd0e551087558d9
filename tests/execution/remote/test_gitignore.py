"""Files that ignore files exclude from the archive, as git decides."""

import subprocess
from pathlib import Path

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
    assert {str(path.relative_to(tmp_path)) for path in files_below(lab)} == of_git
    (lab / ".rayignore").write_text("data/\n")
    assert [path.name for path in files_below(lab)] == ["keep.log", "model.py"]


def test_the_whole_repository_decides_what_is_ignored(tmp_path: Path) -> None:
    lab = tmp_path / "src" / "lab"
    write(lab, "model.py", "raw.bin", "notes.log")
    (tmp_path.parent / ".gitignore").write_text("*.py\n")  # of another repository, or of none
    (tmp_path / ".gitignore").write_text("*.bin\n*.log\n")
    (tmp_path / "src" / ".gitignore").write_text("!*.log\n")
    assert len(list(files_below(lab))) == 3, "without a repository only the parent speaks"
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    assert [path.name for path in files_below(lab)] == ["model.py", "notes.log"]


def test_a_package_in_an_ignored_environment_is_sent(tmp_path: Path) -> None:
    home = tmp_path / "env" / "site-packages" / "lab"
    write(home, "model.py")
    (tmp_path / ".gitignore").write_text("env/\n")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    assert [path.name for path in files_below(home)] == ["model.py"]
