"""docs/design.md, section "Results": the columns of every table in their order, and every file."""

import re
from pathlib import Path

import pytest

from orchestrator.paths import SAMPLES, TABLES, ResultsPaths
from orchestrator.reports.tables import COMPARISONS, DECAY
from orchestrator.store.schemas import GRADIENTS, METRICS, TRIALS_HEAD, TRIALS_TAIL

PAGE = (Path(__file__).parents[2] / "docs" / "design.md").read_text()
SECTION = PAGE.split("## Results\n")[1].split("\n## ")[0]
DYNAMIC = ["factor.<path>", "setting.<path>", "final.<split>/<metric>"]


def columns(table: str) -> list[str]:
    """What is in backticks behind the name of the table; parentheses explain a column."""
    text = re.split(rf"^`{table}\.parquet`[^:]*:", SECTION, flags=re.MULTILINE)[1]
    text = re.split(r"^(?:`\w+\.parquet`|$)", text, flags=re.MULTILINE)[0]
    listed = re.findall("`([^`]+)`", re.sub(r"\([^)]*\)", "", text))
    return [name for names in listed for name in re.split(r",\s+", names)]


@pytest.mark.parametrize(
    ("table", "names"),
    [
        ("trials", [*TRIALS_HEAD.names, *DYNAMIC, *TRIALS_TAIL.names]),
        ("metrics", METRICS.names),
        ("gradients", GRADIENTS.names),
        ("comparisons", COMPARISONS.names),
        ("decay", DECAY.names),
    ],
)
def test_columns(table: str, names: list[str]) -> None:
    assert columns(table) == names


def test_files() -> None:
    tree = SECTION.split("```")[1]
    study = ResultsPaths(Path("results")).study("small")
    for path in (study.study, study.plan, study.data, study.events, study.report):
        assert f" {path.name} " in tree.replace("\n", " ")
    assert all(name in tree for name in (SAMPLES, *TABLES))
