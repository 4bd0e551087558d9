"""Predictions in the store: complete or absent, gathered with the study, never lost."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import ResultsPaths
from orchestrator.plan_document import Data, Task
from orchestrator.store.commit import commit
from orchestrator.store.copy_study import copy_study
from orchestrator.store.damage import DamagedPart
from orchestrator.store.pack_files import statuses
from orchestrator.store.predictions import has_inputs, trials_with_predictions, write_inputs
from orchestrator.store.remote.mirror import mirrored, refresh
from orchestrator.store.tables.compact import compact, is_compacted
from orchestrator.store.tables.current import current_tables
from orchestrator.store.tables.unstored import unstored
from orchestrator.training.records import Columns
from tests.object_storage import ObjectStorage
from tests.store.plans import document_of, rows_of, variant_of

TASK = Task({"task.name": "digits"}, "0123", Data("fixed", None, None, None, None), None)
PLAN = replace(document_of(variant_of("tanh", ["a", "b"])), tasks=(TASK,))


def table(trial: str, rows: int = 2, split: str = "test", **more: Any) -> Columns:
    columns: Columns = {
        "trial_id": [trial] * rows,
        "split": [split] * rows,
        "example": np.arange(rows, dtype=np.int32),
        "position": [None] * rows,
        "target": np.zeros(rows, np.int32),
        "prediction": np.ones(rows, np.int32),
        "score.0": np.full(rows, 0.25, np.float32),
        "score.1": np.full(rows, 0.75, np.float32),
    }
    return {**columns, **more}


def stored(paths: ResultsPaths) -> ResultsPaths:
    """Trials b and a, in this order, each with two predictions; inputs of replicate 0."""
    rows = replace(rows_of("b", "a"), predictions={t: table(t) for t in "ba"})
    commit(paths, "one", rows)
    write_inputs(paths, "0123", "test", 0, [(7, {"words": ["à", "la"]})])
    return paths


def test_they_are_found_by_split(paths: ResultsPaths) -> None:
    assert trials_with_predictions(paths, "test") == frozenset()
    stored(paths)
    assert trials_with_predictions(paths, "test") == {"a", "b"}
    assert trials_with_predictions(paths, "validation") == frozenset()
    assert has_inputs(paths, "0123", "test", 0)
    assert not has_inputs(paths, "0123", "test", 1)


def test_the_study_gets_them_in_the_order_of_its_plan(paths: ResultsPaths) -> None:
    stored(paths)
    compact(paths, PLAN)
    found = pd.read_parquet(paths.study("demo").table("predictions"))
    assert found["trial_id"].tolist() == ["a", "a", "b", "b"]
    assert found["score.1"].tolist() == [0.75] * 4
    assert found["position"].isna().all()
    assert pq.read_schema(paths.study("demo").table("predictions")).field("target").type == "int32"
    (shown,) = pd.read_parquet(paths.study("demo").table("inputs")).to_dict("records")
    assert shown == {
        "sample": "0123", "split": "test", "replicate": 0, "example": 7,
        "input": '{"words": ["à", "la"]}',
    }  # fmt: skip
    assert is_compacted(paths, PLAN)


def test_tasks_with_other_classes_and_with_values_share_a_table(paths: ResultsPaths) -> None:
    numbers: Any = {"target": np.array([0.5], np.float32), "prediction": np.array([0.1], "f4")}
    value = {name: x for name, x in table("b", 1, **numbers).items() if "score" not in name}
    ten = {**table("a", 1), "score.10": np.array([np.nan], np.float32)}
    commit(paths, "one", replace(rows_of("a", "b"), predictions={"a": ten, "b": value}))
    compact(paths, PLAN)
    found = pd.read_parquet(paths.study("demo").table("predictions"))
    assert list(found)[-3:] == ["score.0", "score.1", "score.10"]
    assert found["target"].tolist() == [0, 0.5]
    assert found["score.0"].isna().tolist() == [False, True]


def test_a_study_without_predictions_has_no_such_table(paths: ResultsPaths) -> None:
    commit(paths, "one", rows_of("a", "b"))
    compact(paths, PLAN)
    assert not paths.study("demo").table("predictions").exists()
    assert is_compacted(paths, PLAN)


def test_an_incomplete_file_counts_as_absent(paths: ResultsPaths) -> None:
    file = stored(paths).predictions("a", "test")
    file.write_bytes(file.read_bytes()[:-3])
    with pytest.warns(DamagedPart, match="its trial counts as without predictions"):
        assert trials_with_predictions(paths, "test") == {"b"}
    assert statuses(paths).keys() == {"a", "b"}


def test_a_changed_bit_is_noticed_and_named(paths: ResultsPaths) -> None:
    file = stored(paths).predictions("a", "test")
    content = bytearray(file.read_bytes())
    content[40] ^= 1
    file.write_bytes(content)
    with pytest.raises(EnvironmentFault, match=r"a\.test\.parquet cannot be read(.|\n)*its trial"):
        compact(paths, PLAN)


def test_a_table_that_the_store_lacks_is_not_replaced(paths: ResultsPaths) -> None:
    compact(stored(paths), PLAN)
    assert unstored(paths, "demo", PLAN) == frozenset()
    paths.predictions("a", "test").unlink()
    assert unstored(paths, "demo", PLAN) == {"a"}
    with current_tables(paths, PLAN) as current:
        assert current.folder == paths.study("demo").root


def test_they_are_copied_with_the_study(paths: ResultsPaths, tmp_path: Path) -> None:
    source, target = stored(paths), ResultsPaths(tmp_path / "target")
    other = replace(rows_of("c"), predictions={"c": table("c")})
    commit(source, "two", other)
    study = source.study("demo")
    study.root.mkdir()
    for file in (study.study, study.plan, study.events):
        file.write_text("")
    copy_study(source, target, PLAN)
    assert trials_with_predictions(target, "test") == {"a", "b"}
    assert has_inputs(target, "0123", "test", 0)


@pytest.mark.slow
def test_those_at_a_uri_come_to_its_mirror(
    object_storage: ObjectStorage,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    place = stored(mirrored(object_storage.uri()))
    assert trials_with_predictions(place, "test") == frozenset()
    refresh(place)
    assert trials_with_predictions(place, "test") == {"a", "b"}
    assert place.inputs("0123", "test", 0).exists()
