"""docs/results.md says what is really there: schemas, written tables, documents."""

import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestrator.paths import SAMPLES, TABLES
from orchestrator.reports.tables import COMPARISONS, DECAY
from orchestrator.store.schemas import (
    ANSWERS,
    GRADIENTS,
    INPUTS_SCHEMA,
    METRICS,
    TRIALS_HEAD,
    TRIALS_TAIL,
    predictions_schema,
)
from tests.cli.running import events, train_here, write_study

PAGE = (Path(__file__).parents[2] / "docs" / "results.md").read_text()


def section(title: str) -> str:
    return PAGE.split(f"## {title}\n")[1].split("\n## ")[0]


def rows(title: str, table: int = 0) -> dict[str, list[str]]:
    """First cell → the others, of the n-th table of a section."""
    tables = re.findall(r"(?:^\|.*\n)+", section(title), re.M)
    lines = [re.split(r" *(?<!\\)\| *", line.strip())[1:-1] for line in tables[table].splitlines()]
    return {name: cells for first, *cells in lines[2:] for name in re.findall("`(.+?)`", first)}


def documented(title: str) -> dict[str, str]:
    return {name: cells[0] for name, cells in rows(title).items()}


def described(schema: pa.Schema) -> dict[str, str]:
    return {f.name: f"{f.type}" + ", may be null" * f.nullable for f in schema}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documented")
    assert train_here(write_study(folder), report=True) == 0
    return folder / "results"


@pytest.mark.parametrize(
    ("title", "schema"),
    [
        ("metrics.parquet", METRICS),
        ("gradients.parquet", GRADIENTS),
        ("answers.parquet", ANSWERS),
        ("predictions.parquet", predictions_schema(pa.int32(), ["score.<class>"])),
        ("inputs.parquet", INPUTS_SCHEMA),
    ],
)
def test_long_tables(title: str, schema: pa.Schema) -> None:
    assert documented(title) == described(schema)


def test_trials() -> None:
    found = documented("trials.parquet")
    dynamic = {name: kind for name, kind in found.items() if "<" in name}
    assert {n: k for n, k in found.items() if n not in dynamic} == (
        described(TRIALS_HEAD) | described(TRIALS_TAIL)
    )
    assert list(dynamic) == ["factor.<path>", "setting.<path>", "final.<split>/<metric>"]


def test_comparisons() -> None:
    assert documented("comparisons.parquet") == {f.name: str(f.type) for f in COMPARISONS}


def test_decay() -> None:
    assert documented("decay.parquet") == {f.name: str(f.type) for f in DECAY}


@pytest.mark.slow
def test_every_column_of_a_real_run_is_documented_in_its_order(results: Path) -> None:
    for name in TABLES:
        patterns = [re.escape(column) for column in documented(f"{name}.parquet")]
        places = [re.sub("<.+?>", ".+", pattern) for pattern in patterns]
        columns = pq.read_schema(results / "tiny" / f"{name}.parquet").names
        order = [
            next(i for i, place in enumerate(places) if re.fullmatch(place, column))
            for column in columns
        ]
        assert order == sorted(order)
        assert set(order) == set(range(len(places)))


def test_every_quantity_of_a_real_run_is_documented(results: Path) -> None:
    table = pq.read_table(results / "tiny" / "gradients.parquet")
    quantities = rows("gradients.parquet", table=1)
    for quantity, axis in zip(
        table["quantity"].to_pylist(), table["axis"].to_pylist(), strict=True
    ):
        assert axis in quantities[quantity][0].split(", ")


def test_statuses_and_words_are_documented(results: Path) -> None:
    trials = pq.read_table(results / "tiny" / "trials.parquet")
    meaning = {name: cells[-1] for name, cells in rows("trials.parquet").items()}
    for column in ("status", "execution", "phase"):
        for word in set(trials[column].to_pylist()):
            assert f"`{word}`" in meaning[column]


def test_plan_keys(results: Path) -> None:
    assert set(rows("plan.json")) == set(json.loads((results / "tiny" / "plan.json").read_text()))


def test_data_keys(results: Path) -> None:
    document = json.loads((results / "tiny" / "data.json").read_text())
    assert set(document) == {"schema_version", "tasks"}
    assert set(rows("data.json")) == set(document["tasks"][0])


def test_events(results: Path) -> None:
    found = rows("events.jsonl")
    for event in events(results):
        for key in set(event) - {"at", "event"}:
            words = found["study_finished" if event["event"] == "interrupted" else event["event"]]
            assert f"`{key}`" in words[0]


def test_files(results: Path) -> None:
    """Every file that a run leaves is in the tree at the top of the page."""
    tree = PAGE.split("```")[1]
    for path in results.rglob("*"):
        if path.is_file() and "store" not in path.parts:
            assert f" {path.name} " in tree
    assert {path.name for path in (results / "store").iterdir()} == {*TABLES, SAMPLES}
