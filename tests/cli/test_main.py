"""Flags before the verbs, help, shell completion, and where the documentation is."""

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import pytest
from typer.main import get_command

from orchestrator.cli.main import app
from tests.cli.orch import ORCH, finished, orch

ROOT = Path(__file__).parents[2]
VERBS = sorted(get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_version(flag: str) -> None:
    assert orch(flag).stdout == f"orch {version('orch')}\n"


@pytest.mark.parametrize("verb", VERBS)
def test_short_help(verb: str) -> None:
    short, long = orch(verb, "-h"), orch(verb, "--help")
    assert short.returncode == 0
    assert short.stdout == long.stdout
    assert short.stdout.startswith(f"Usage: orch {verb}")


def test_help_ends_with_the_folder_of_the_documentation() -> None:
    last = orch("-h").stdout.split("Documentation:")[-1]
    pages = {page.name for page in Path("".join(last.split())).glob("*.md")}
    assert pages == {page.name for page in (ROOT / "docs").glob("*.md")}


def completed(words: str, folder: Path) -> set[str]:
    number = str(len(words.split(" ")) - 1)
    shell = {"_ORCH_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": number}
    return set(finished(ORCH, cwd=folder, **shell).stdout.split())


def test_completion_of_verbs_flags_and_studies(tmp_path: Path) -> None:
    for name in ("tiny.yaml", "tuned.yml", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "tuning").mkdir()
    assert completed("orch re", tmp_path) == {"report"}
    assert "--inline" in completed("orch run --in", tmp_path)
    assert completed("orch run tu", tmp_path) == {
        "tuned_activations", "tuned.yml", "tuning/"
    }  # fmt: skip
    assert "_ORCH_COMPLETE" in finished(ORCH, "--show-completion", "bash").stdout


@pytest.mark.slow
def test_the_wheel_has_one_package_and_the_documentation(tmp_path: Path) -> None:
    """Built from a copy of the files under git, so that nothing is left in this folder."""
    archive = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, check=True
    ).stdout
    copy = tmp_path / "copy"
    for name in filter(None, archive.decode().split("\0")):
        source = ROOT / name
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink():
            (copy / name).symlink_to(source.readlink())
        elif source.exists():
            (copy / name).write_bytes(source.read_bytes())
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "-w", tmp_path, copy], check=True, timeout=300)
    (wheel,) = tmp_path.glob("*.whl")
    names = ZipFile(wheel).namelist()
    assert {name for name in names if re.fullmatch(r"orchestrator/docs/[^/]+\.md", name)} == {
        f"orchestrator/docs/{page.name}" for page in (ROOT / "docs").glob("*.md")
    }
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"orchestrator"}
