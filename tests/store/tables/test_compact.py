"""The tables of a study hold the rows of its trials, in the order of its plan."""

import random
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import TABLES, ResultsPaths
from orchestrator.store.commit import commit
from orchestrator.store.schemas import GRADIENTS, METRICS, TRIALS_HEAD, TRIALS_TAIL
from orchestrator.store.tables.compact import compact
from tests.store.plans import document_of, rows_of, variant_of
from tests.store.tables.compacted import compacted, plan_of

PLAN = plan_of({"tanh": ["a", "b"], "relu": ["c", "d"]})


def test_rows_are_in_the_order_of_the_plan(paths: ResultsPaths) -> None:
    commit(paths, "p1", rows_of("d", "a"))
    commit(paths, "p2", rows_of("c", "b"))
    for table in compacted(paths, PLAN).values():
        assert table["trial_id"].to_pylist() == ["a", "b", "c", "d"]


def test_trials_of_other_studies_are_left_out(paths: ResultsPaths) -> None:
    commit(paths, "p1", rows_of("x", "a", "y"))
    for table in compacted(paths, PLAN).values():
        assert table["trial_id"].to_pylist() == ["a"]


def test_study_variant_and_factors_are_those_of_the_plan(paths: ResultsPaths) -> None:
    """The rows say study `demo`, variant v, relu; they are reused by another study."""
    commit(paths, "p1", rows_of("a", "c"))
    depth = "model.depth"
    variants = [
        variant_of("tanh", ["a"], levels={depth: 1}),
        variant_of("relu", ["c"], levels={depth: 2}),
    ]
    plan = document_of(*variants, study="other", factors={depth: (1, 2)})
    trials = compacted(paths, plan)["trials"]
    assert trials["study"].to_pylist() == ["other", "other"]
    assert trials["variant"].to_pylist() == ["tanh", "relu"]
    assert trials["variant_id"].to_pylist() == ["id of tanh", "id of relu"]
    assert [n for n in trials.column_names if n.startswith("factor.")] == ["factor.model.depth"]
    assert trials["factor.model.depth"].to_pylist() == [1, 2]


def test_a_retried_trial_has_the_rows_of_one_pack(paths: ResultsPaths) -> None:
    """First in a pack where it failed, then in another composition, where it completed."""
    commit(paths, "p1", rows_of("b"))
    first = rows_of("a", status="failed")
    commit(paths, "p2", replace(first, metrics={n: [] for n in METRICS.names}))
    commit(paths, "p3", rows_of("a", "b", started_at="2020-01-01"))
    found = compacted(paths, PLAN)
    assert found["trials"]["status"].to_pylist() == ["completed", "completed"]
    assert found["trials"]["pack_id"].to_pylist()[0] == rows_of("a", "b").trials["pack_id"][0]
    assert found["metrics"]["trial_id"].to_pylist() == ["a", "b"]
    assert found["gradients"]["trial_id"].to_pylist() == ["a", "b"]


def test_packs_of_earlier_versions_have_no_answers(paths: ResultsPaths) -> None:
    """They are complete without; those of newer packs beside them are gathered."""
    commit(paths, "p1", rows_of("a", "c"))
    commit(paths, "p2", rows_of("b", "d"))
    paths.part("answers", "p1").unlink()
    found = compacted(paths, PLAN)
    assert found["trials"]["trial_id"].to_pylist() == ["a", "b", "c", "d"]
    assert found["answers"]["trial_id"].to_pylist() == ["b", "d"]
    paths.part("answers", "p2").unlink()
    assert compacted(paths, PLAN)["answers"].num_rows == 0


def test_nothing_done_gives_empty_tables(paths: ResultsPaths) -> None:
    found = compacted(paths, PLAN)
    assert [table.num_rows for table in found.values()] == [0, 0, 0, 0]
    assert found["metrics"].schema.equals(METRICS)
    assert "factor.model.activation" in found["trials"].column_names


def test_settings_of_mixed_kinds_become_text(paths: ResultsPaths) -> None:
    """A batch size is a number or `full`; a scale is an integer in one pack and not in another."""
    name, scale = "setting.training.batch_size", "setting.model.init.scale"
    commit(paths, "p1", rows_of("a", **{name: 32, scale: 1}))
    commit(paths, "p2", rows_of("b", **{name: "full", scale: 0.5}))
    commit(paths, "p3", rows_of("c", **{name: None, scale: None}))
    trials = compacted(paths, PLAN)["trials"]
    assert trials[name].to_pylist() == ["32", "full", None]
    assert trials[scale].to_pylist() == [1.0, 0.5, None]


def test_a_column_that_a_pack_lacks_is_empty(paths: ResultsPaths) -> None:
    commit(paths, "p1", rows_of("a", **{"final.test/accuracy": 0.5}))
    commit(paths, "p2", rows_of("b"))
    assert compacted(paths, PLAN)["trials"]["final.test/accuracy"].to_pylist() == [0.5, None]


def test_a_diverged_trial_has_empty_finals(paths: ResultsPaths) -> None:
    commit(paths, "p1", rows_of("a", **{"final.test/loss": float("nan")}))
    assert compacted(paths, PLAN)["trials"]["final.test/loss"].to_pylist() == [None]


def test_columns_and_types(paths: ResultsPaths) -> None:
    commit(paths, "p1", rows_of("a"))
    found = compacted(paths, PLAN)
    names = found["trials"].column_names
    assert names[: len(TRIALS_HEAD)] == TRIALS_HEAD.names
    assert names[-len(TRIALS_TAIL) :] == TRIALS_TAIL.names
    middle = [name.split(".")[0] for name in names[len(TRIALS_HEAD) : -len(TRIALS_TAIL)]]
    assert middle == sorted(middle, key=["factor", "setting", "final"].index)
    assert found["metrics"].schema.equals(METRICS)
    assert found["gradients"].schema.equals(GRADIENTS)
    for field in (*TRIALS_HEAD, *TRIALS_TAIL):
        assert found["trials"].schema.field(field.name).equals(field)


def test_pandas_reads_strings_as_strings(paths: ResultsPaths) -> None:
    commit(paths, "p1", rows_of("a"))
    compact(paths, PLAN)
    metrics = pd.read_parquet(paths.study("demo").table("metrics"))
    assert isinstance(metrics["trial_id"].dtype, pd.StringDtype)


def test_rotten_bits_are_noticed(paths: ResultsPaths) -> None:
    """Whole to the eye, with one byte of the numbers changed."""
    commit(paths, "p1", rows_of("a"))
    commit(paths, "p2", rows_of("b", "c"))
    part = paths.part("metrics", "p2")
    column = pq.ParquetFile(part).metadata.row_group(0).column(METRICS.names.index("value"))
    data = bytearray(part.read_bytes())
    data[column.data_page_offset + column.total_compressed_size - 3] ^= 0xFF
    part.write_bytes(data)
    with pytest.raises(EnvironmentFault, match=rf"(?s)^{part} cannot be read: .*remove it"):
        compact(paths, PLAN)
    assert not paths.study("demo").table("metrics").exists()


def test_a_fault_while_writing_keeps_the_old_tables(
    paths: ResultsPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(paths, "p1", rows_of("a"))
    before = compacted(paths, PLAN)
    commit(paths, "p2", rows_of("b"))

    def full(writer: pq.ParquetWriter, table: pa.Table) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    with pytest.raises(EnvironmentFault, match="disk is full"):
        compact(paths, PLAN)
    folder = paths.study("demo")
    assert all(pq.read_table(folder.table(name)).equals(before[name]) for name in TABLES)
    assert not list(folder.root.glob(".*"))


def test_tables_of_the_same_rows_are_left_as_they_are(paths: ResultsPaths) -> None:
    commit(paths, "p1", rows_of("a", "b"))
    before = compacted(paths, PLAN)
    written = written_at(paths)
    assert written_at(paths, compact_again=PLAN) == written
    commit(paths, "p1", rows_of("a", "b", started_at="2030-01-01", **{"final.test/loss": 3.0}))
    after = compacted(paths, PLAN)
    assert after["trials"] != before["trials"]
    assert all(written_at(paths)[name] > written[name] for name in TABLES)
    other = plan_of({"tanh": ["b", "a"]})
    assert compacted(paths, other)["metrics"]["trial_id"].to_pylist() == ["b", "a"]


def test_a_missing_or_damaged_table_is_written_again(paths: ResultsPaths) -> None:
    commit(paths, "p1", rows_of("a", "b"))
    before = compacted(paths, PLAN)
    paths.study("demo").table("metrics").unlink()
    paths.study("demo").table("gradients").write_bytes(b"PAR1 and no more")
    assert compacted(paths, PLAN) == before


def written_at(paths: ResultsPaths, compact_again: Any = None) -> dict[str, int]:
    """When the tables were written, in ns."""
    if compact_again:
        compact(paths, compact_again)
    return {name: paths.study("demo").table(name).stat().st_mtime_ns for name in TABLES}


@pytest.mark.slow
@settings(max_examples=10)
@given(seed=st.integers(0, 10**6))
def test_tables_do_not_depend_on_packing(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any split of the trials into packs, with retries, gives the same tables."""
    chance = random.Random(seed)
    ids = [f"t{i}" for i in range(12)]
    plan = plan_of({"tanh": ids[:5], "relu": ids[5:]})
    found = []
    for _ in range(2):
        paths = ResultsPaths(tmp_path_factory.mktemp("packing"))
        shuffled = chance.sample(ids, len(ids))
        cuts = sorted({0, len(ids), *chance.choices(range(len(ids)), k=3)})
        for number, (start, end) in enumerate(pairwise(cuts)):
            commit(paths, f"pack{number}", rows_of(*shuffled[start:end]))
        commit(paths, "earlier", rows_of(*chance.sample(ids, 3), status="failed"))
        tables = compacted(paths, plan)
        tables["trials"] = tables["trials"].drop_columns(["pack_id", "started_at", "replicate"])
        found.append(tables)
    assert all(found[0][name].equals(found[1][name]) for name in TABLES)
