"""docs/running.md knows every flag of `orch plan`, `run` and `report`, and every exit code.

That its commands work is tested in tests/docs.
"""

import re
from pathlib import Path

import pytest

from orchestrator import errors
from tests.cli.orch import orch

PAGE = (Path(__file__).parents[3] / "docs" / "running.md").read_text()


def first_cells(title: str) -> list[str]:
    lines = PAGE.split(f"## {title}\n")[1].split("\n## ")[0].splitlines()
    return [line.split("|")[1].strip().strip("`") for line in lines if line.startswith("|")][2:]


@pytest.mark.slow
def test_flags() -> None:
    shown = "".join(orch(verb, "--help").stdout for verb in ("plan", "run", "report"))
    flags = set(re.findall(r"--[a-z-]+", shown)) - {"--help"}
    assert {cell.split()[0] for cell in first_cells("Flags")} == flags


def test_exit_codes() -> None:
    faults = {cls.exit_code for cls in vars(errors).values() if hasattr(cls, "exit_code")}
    assert {int(cell) for cell in first_cells("Exit codes")} == faults | {0}
