"""The rows of docs/reproductions.md, and how they are read from results."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmarks.reproduced import baselines, studies
from benchmarks.reproduced.depth import chain, nielsen, per_layer
from benchmarks.reproduced.records import Row, short
from benchmarks.reproductions import PAGE, line, page
from orchestrator.models.settings import Init
from orchestrator.paths import ResultsPaths, StudyPaths

ROOT = Path(__file__).parents[2]


def written() -> list[list[str]]:
    """Cells of the table in the docs."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def folder(results: Path, study: str, **tables: list[dict[str, Any]]) -> StudyPaths:
    paths = ResultsPaths(results).study(study)
    paths.root.mkdir(parents=True)
    for name, rows in tables.items():
        pd.DataFrame(rows).to_parquet(paths.table(name))
    return paths


def test_numbers_are_written_as_in_the_papers() -> None:
    assert [short(0.0118), short(-0.5), short(1.05), short(5e-5), short(0.83789, 4)] == [
        ".0118",
        "-.5",
        "1.05",
        "5e-05",
        ".8379",
    ]


def test_the_page_has_every_row_that_is_read_from_results() -> None:
    experiments = [cells[0] for cells in written()]
    for row in studies.rows(None):
        assert row.experiment in experiments


def test_the_page_has_no_result_that_was_not_accepted() -> None:
    verdicts = [cells[4] for cells in written()]
    assert set(verdicts) <= {"yes", "not run"}
    assert verdicts.count("yes") > 20


def test_every_row_says_where_it_is_checked() -> None:
    for row in studies.rows(None):
        for place in row.where.split(", "):
            assert (ROOT / place).is_file()
        assert line(row).count("|") == 7


def test_what_was_not_run_is_said_so(tmp_path: Path) -> None:
    assert {row.accepted for row in studies.rows(tmp_path)} == {"not run"}
    assert baselines.most_frequent_tag(None).accepted == "not run"


@pytest.mark.slow
def test_short_checks_can_fail() -> None:
    """A wrong published number is not accepted; the right one is."""
    assert chain().accepted == "yes"
    assert per_layer("tanh", Init(scheme="he", bias=0.0), 1.2).accepted == "no"


@pytest.mark.slow
def test_nielsens_rows_come_from_the_engine() -> None:
    row = nielsen(2)
    assert row.accepted == "yes"
    assert row.published == ".066 .309"


def adding_trials(rnn: float, lstm: list[float | None], gru: float) -> list[dict[str, Any]]:
    errors: dict[str, list[Any]] = {"rnn": [rnn] * 5, "lstm": lstm, "gru": [gru] * 5}
    return [
        {"factor.task.length": length, "factor.model.cell": cell, "final.test/mse": error}
        for length in (10, 50)
        for cell, values in errors.items()
        for error in (values if length == 50 else [0.5] * 5)
    ]


@pytest.mark.parametrize(
    ("lstm", "accepted"),
    [([0.001] * 5, True), ([0.001] * 4 + [0.2], True), ([0.001] * 3 + [0.2, None], False)],
)
def test_adding_is_judged_by_the_share_of_seeds(
    tmp_path: Path, lstm: list[float | None], accepted: bool
) -> None:
    paths = folder(tmp_path, "recurrent_memory", trials=adding_trials(0.17, lstm, 0.001))
    text, holds = studies.adding(paths)
    assert holds is accepted
    assert "rnn .17, as accepted in 5 of 5 seeds" in text


def test_adding_solved_by_a_plain_rnn_is_not_what_was_published(tmp_path: Path) -> None:
    paths = folder(tmp_path, "recurrent_memory", trials=adding_trials(0.01, [0.001] * 5, 0.001))
    assert not studies.adding(paths)[1]


def tagging_trials(gain: float) -> list[dict[str, Any]]:
    return [
        {
            "variant": f"cell=lstm bidirectional={both}",
            "replicate": seed,
            "factor.model.cell": "lstm",
            "factor.model.bidirectional": both,
            "final.test/accuracy": 0.88 + 0.01 * seed + (gain + 0.001 * seed) * both,
            "final.test/baseline_accuracy": 0.862,
        }
        for both in (False, True)
        for seed in range(5)
    ]


@pytest.mark.parametrize(("gain", "accepted"), [(0.02, True), (0.005, False), (-0.02, False)])
def test_directions_are_compared_in_pairs(tmp_path: Path, gain: float, accepted: bool) -> None:
    text, holds = studies.directions(
        folder(tmp_path, "ewt_recurrent", trials=tagging_trials(gain)), "lstm"
    )
    assert holds is accepted
    assert text.startswith(f"{100 * gain + 0.2:.2f} [{100 * gain:.2f}, {100 * gain + 0.4:.2f}]")


def test_only_a_window_of_0_may_be_below_the_baseline(tmp_path: Path) -> None:
    recurrent = folder(tmp_path, "ewt_recurrent", trials=tagging_trials(0.02))
    accuracy = {"window=0": 0.85, "window=1": 0.90}
    rows = [{"variant": name, "final.test/accuracy": value} for name, value in accuracy.items()]
    windows = folder(tmp_path, "ewt_windows", trials=rows)
    assert studies.above_the_baseline(recurrent, windows)[1]
    rows[1]["final.test/accuracy"] = 0.86
    pd.DataFrame(rows).to_parquet(windows.table("trials"))
    assert not studies.above_the_baseline(recurrent, windows)[1]


def traces(epochs: int, ratio: float) -> dict[str, list[dict[str, Any]]]:
    trials = [
        {"trial_id": name, "factor.model.depth": 2, "setting.training.epochs": 3} for name in "ab"
    ]
    gradients = [
        {
            "trial_id": trial["trial_id"],
            "epoch": epoch,
            "position": position,
            "quantity": "delta_mean",
            "value": value,
        }
        for trial in trials
        for epoch in range(epochs)
        for position, value in ((1, 1.0), (2, ratio), (3, 9.0))
    ]
    return {"trials": trials, "gradients": gradients}


@pytest.mark.parametrize(
    ("epochs", "ratio", "accepted"), [(4, 5, True), (3, 5, False), (4, 1, False)]
)
def test_nielsens_trace_is_complete_and_falls_to_the_first_layer(
    tmp_path: Path, epochs: int, ratio: float, accepted: bool
) -> None:
    paths = folder(tmp_path, "nielsen_chapter5", **traces(epochs, ratio))
    text, holds = studies.nielsen_traces(paths, depth=2)
    assert holds is accepted
    assert text.startswith(f"{ratio} before training")


@pytest.mark.parametrize(
    ("sigmoid", "accepted"),
    [((0.1, 0.4), True), ((0.3, 0.4), False), ((0.1, 0.1), False), ((0.1, 0.95), False)],
)
def test_sigmoids_must_start_at_chance_and_recover_late(
    tmp_path: Path, sigmoid: tuple[float, float], accepted: bool
) -> None:
    curves = {"sigmoid": sigmoid, "relu": (0.8, 0.93)}
    trials = [
        {"trial_id": name, "factor.model.depth": 10, "factor.model.activation": name}
        for name in curves
    ]
    metrics = [
        {"trial_id": name, "epoch": epoch, "split": "test", "metric": "accuracy", "value": value}
        for name, values in curves.items()
        for epoch, value in zip((1, 50), values, strict=True)
    ]
    paths = folder(tmp_path, "activation_depth_mnist", trials=trials, metrics=metrics)
    assert studies.sigmoid_is_late(paths)[1] is accepted


def test_a_row_becomes_a_line_of_the_table() -> None:
    row = Row("a", "1", "b", "1.1", "yes", "docs/study.md")
    assert line(row) == "| a | 1 | b | 1.1 | yes | [study.md](../docs/study.md) |\n"
    tested = replace(row, where="tests/test_seeds.py")
    assert line(tested) == "| a | 1 | b | 1.1 | yes | `tests/test_seeds.py` |\n"


def test_a_study_that_is_not_there_keeps_its_last_row() -> None:
    old = Row("adding", "⅙", "within 1 %", ".17", "yes", "studies/forget_bias.yaml")
    absent = replace(old, measured="–", accepted="not run")
    before = page([old])
    assert line(old) in page([absent], before)
    assert line(absent) in page([absent])
    stricter = replace(absent, condition="within .1 %")
    assert line(stricter) in page([stricter], before), "it was not measured under this condition"
    again = replace(old, measured=".18", accepted="no")
    assert line(again) in page([again], before)
