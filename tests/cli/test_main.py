"""Flags before the verbs, help, shell completion, and where the documentation is."""

from importlib.metadata import version
from pathlib import Path

import pytest
from typer import Context
from typer.main import get_group

from orchestrator.cli.main import app, epilog
from tests.cli.orch import ORCH, finished, orch

ROOT = Path(__file__).parents[2]
VERBS = sorted(get_group(app).commands)


@pytest.mark.slow
@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_version(flag: str) -> None:
    assert orch(flag).stdout == f"orch {version('orch')}\n"


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_short_help(verb: str) -> None:
    short, long = orch(verb, "-h"), orch(verb, "--help")
    assert short.returncode == 0
    assert short.stdout == long.stdout
    assert short.stdout.startswith(f"Usage: orch {verb}")


@pytest.mark.slow
def test_help_ends_with_the_folder_of_the_documentation() -> None:
    *_, last = orch("-h", COLUMNS="80").stdout.splitlines()
    pages = {page.name for page in Path(last.strip().removeprefix("Documentation: ")).glob("*.md")}
    assert pages == {page.name for page in (ROOT / "docs").glob("*.md")}


def test_help_keeps_the_path_of_the_documentation_on_one_line() -> None:
    folder = Path("/home/somebody/environments/new/lib/python3.11/site-packages/orchestrator/docs")
    group = get_group(app)
    group.epilog = epilog(folder)
    text = group.get_help(Context(group, terminal_width=80))
    assert text.splitlines()[-1] == f"  Documentation: {folder}"


@pytest.mark.slow
def test_a_flag_that_is_no_number_has_what_is_allowed() -> None:
    ended = orch("plan", "forget_bias", "--replicates", "x")
    assert ended.returncode == 2
    assert ended.stderr == "--replicates: 'x' is not allowed\n    allowed: a whole number ≥ 1\n"


@pytest.mark.parametrize(
    ("arguments", "flag"),
    [
        (["list", "--results", ""], "--results"),
        (["list", "--results="], "--results"),
        (["serve", "--host", ""], "--host"),
        (["export", "x", "--format", "csv", "--to", ""], "--to"),
        (["run", "forget_bias", "--results", "", "--inline"], "--results"),
    ],
)
@pytest.mark.slow
def test_a_flag_without_its_value_is_refused(
    arguments: list[str], flag: str, tmp_path: Path
) -> None:
    """`--results "$NOT_SET"` is not the current folder, `--host ''` not every address."""
    ended = orch(*arguments, cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"{flag}: the value is empty\n")
    assert not list(tmp_path.iterdir())


def completed(words: str, folder: Path) -> set[str]:
    number = str(len(words.split(" ")) - 1)
    shell = {"_ORCH_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": number}
    return set(finished(ORCH, cwd=folder, **shell).stdout.split())


@pytest.mark.slow
def test_completion_of_verbs_flags_and_studies(tmp_path: Path) -> None:
    for name in ("tiny.yaml", "tuned.yml", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "tuning").mkdir()
    assert completed("orch re", tmp_path) == {"report"}
    assert "--inline" in completed("orch run --in", tmp_path)
    assert completed("orch run tu", tmp_path) == {
        "tuned_activations", "tuned.yml", "tuning/"
    }  # fmt: skip
    named = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}  # CI's parent may be no shell
    assert (
        "_ORCH_COMPLETE"
        in finished(ORCH, "--show-completion", "bash", cwd=tmp_path, **named).stdout
    )
