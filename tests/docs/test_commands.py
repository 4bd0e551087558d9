"""Every command in the README and the docs is run, in the order in which a reader meets it.

A page's ```sh blocks run in one fresh folder. A ```yaml block that begins with `study: NAME` is
saved there as NAME.yaml first; a ```python block that begins with `# FILE.py` as FILE.py.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.cli.orch import quick_orch

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILE_NAMES = {
    "yaml": (re.compile(r"study: (\w+)"), "{}.yaml"),
    "python": (re.compile(r"# (\w+)\.py"), "{}.py"),
}


def blocks(page: Path) -> list[tuple[str, str]]:
    return BLOCK.findall(page.read_text())


def save(language: str, text: str, folder: Path) -> None:
    pattern, name = FILE_NAMES[language]
    if found := pattern.match(text):
        (folder / name.format(found[1])).write_text(text)


@pytest.mark.slow
@pytest.mark.ray
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page_work(page: Path, tmp_path: Path) -> None:
    folders = [str(Path(sys.executable).parent), os.environ["PATH"]]
    if page.stem != "README":  # whose commands are those of the installed program itself
        folders.insert(0, str(quick_orch().parent))
    environment = {**os.environ, "PATH": os.pathsep.join(folders)}
    for language, text in blocks(page):
        if language in FILE_NAMES:
            save(language, text, tmp_path)
        elif language == "sh":
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", text],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                timeout=400,
            )
            assert done.returncode == 0, f"{page.name}:\n{text}\n{done.stdout}\n{done.stderr}"


def test_commands_stand_in_blocks_that_are_run() -> None:
    """A fence of another language would hide a command from the test above."""
    for page in PAGES:
        for language, text in blocks(page):
            if language != "sh":
                assert not re.search(r"^orch ", text, re.MULTILINE), f"{page.name}: {text}"


def test_what_is_not_run_can_be_read() -> None:
    """Snippets of other tools, and fragments, at least parse."""
    yaml = YAML(typ="safe")
    yaml.allow_duplicate_keys = True  # two examples of a key in one block
    for page in PAGES:
        for language, text in blocks(page):
            if language == "python":
                compile(text, page.name, "exec")
            elif language == "yaml":
                yaml.load(text)


def test_ci_runs_the_two_commands_of_the_readme() -> None:
    ci = (ROOT / ".ci" / "run").read_text().splitlines()
    readme = (ROOT / "README.md").read_text()
    for command in ("make run", "make test"):
        assert command in ci
        assert command in readme


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_shipped_study_is_documented() -> None:
    documented = (ROOT / "docs" / "studies.md").read_text()
    for study in (ROOT / "studies").glob("*.yaml"):
        assert f"\n## {study.stem}\n" in documented
