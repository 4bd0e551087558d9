"""Predictions of planned trials, and the inputs that belong to them."""

from pathlib import Path

import pandas as pd
import pytest

from orchestrator.reports.data.errors import ReportError
from orchestrator.reports.data.predictions import predictions_of

PLANNED = pd.DataFrame(
    {"variant_id": ["v", "v"], "replicate": [0, 1]}, index=pd.Index(["a", "b"], name="trial_id")
)


def written(folder: Path, trials: str, split: str = "test", target: type = int) -> None:
    rows = [
        {"trial_id": t, "split": split, "example": i, "position": None, "target": i % 2,
         "prediction": 1}
        for t in trials
        for i in range(3)
    ]  # fmt: skip
    frame = pd.DataFrame(rows).astype({"target": target, "position": "Int32"})
    frame.to_parquet(folder / "predictions.parquet")


def test_of_planned_trials(tmp_path: Path) -> None:
    written(tmp_path, "bxa")
    pd.DataFrame(
        [{"sample": "s", "split": "test", "replicate": 1, "example": 2,
          "input": '{"words": ["to", "be"]}'}]
    ).to_parquet(tmp_path / "inputs.parquet")  # fmt: skip
    found = predictions_of(tmp_path, PLANNED)
    assert found is not None
    assert list(found.by_trial) == [("v", 1), ("v", 0)]
    own = found.by_trial["v", 0]
    assert own.target.tolist() == [0, 1, 0]
    assert own.answer.tolist() == [1, 1, 1]
    assert own.position.tolist() == [-1] * 3
    shown = found.shown(("s", 1, 2))
    assert shown is not None
    assert shown.words == ("to", "be")
    assert found.shown(("s", 0, 2)) is None


def test_none_of_values_and_where_none_are_kept(tmp_path: Path) -> None:
    assert predictions_of(tmp_path, PLANNED) is None
    written(tmp_path, "ab", target=float)
    assert predictions_of(tmp_path, PLANNED) is None


def test_those_on_validation_are_read_where_there_are_no_others(tmp_path: Path) -> None:
    written(tmp_path, "ab", "validation")
    found = predictions_of(tmp_path, PLANNED)
    assert found is not None
    assert (found.split, len(found.by_trial)) == ("validation", 2)


def test_a_damaged_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "predictions.parquet").write_bytes(b"no table")
    with pytest.raises(ReportError, match=r"predictions\.parquet cannot be read"):
        predictions_of(tmp_path, PLANNED)
