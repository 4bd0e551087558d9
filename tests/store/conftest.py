"""What the tests of the store share."""

from pathlib import Path

import pytest

from orchestrator.paths import ResultsPaths


@pytest.fixture
def paths(tmp_path: Path) -> ResultsPaths:
    """A results folder without results."""
    return ResultsPaths(tmp_path)
