"""Every relative link of the docs leads to a file that is installed beside them."""

import re
from pathlib import Path

import pytest

from tests.test_package import installed_files

DOCS = Path(__file__).parents[2] / "docs"
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_relative_links_lead_to_what_is_installed(page: Path) -> None:
    files = installed_files()
    targets = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    for target in targets:
        path = (DOCS / target).resolve().relative_to(DOCS.parent)
        assert f"orchestrator/{path.as_posix()}" in files, target
