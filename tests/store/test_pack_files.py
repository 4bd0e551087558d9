"""Committed packs are read back; incomplete and damaged ones are left out with a warning."""

import json
import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import TABLES, ResultsPaths
from orchestrator.store.commit import commit
from orchestrator.store.damage import DamagedPart
from orchestrator.store.pack_files import entries, statuses
from orchestrator.store.schemas import GRADIENTS, METRICS
from orchestrator.training.records import PackRows
from tests.store.plans import rows_of


@pytest.fixture
def stored(paths: ResultsPaths) -> ResultsPaths:
    """Two packs."""
    commit(paths, "one", rows_of("a", "b diverge"))
    commit(paths, "two", rows_of("c"))
    return paths


def test_statuses_of_a_store_that_is_not_there(paths: ResultsPaths) -> None:
    assert statuses(paths) == {}
    assert not list(paths.root.iterdir())


def test_statuses(stored: ResultsPaths) -> None:
    assert statuses(stored) == {"a": "completed", "b diverge": "diverged", "c": "completed"}
    assert entries(stored)["c"].pack_id == "two"


def test_trials_are_written_last(paths: ResultsPaths) -> None:
    paths.store("trials").parent.mkdir()
    paths.store("trials").write_text("in the way")
    with pytest.raises(EnvironmentFault, match="store/trials"):
        commit(paths, "one", rows_of("a"))
    assert paths.part("metrics", "one").exists()
    assert paths.part("gradients", "one").exists()


def test_a_pack_with_one_bad_table_leaves_nothing(paths: ResultsPaths) -> None:
    rows = rows_of("a")
    bad = replace(rows, trials={**rows.trials, "status": [None]})
    with pytest.raises(ValueError, match="trials: column status has empty values"):
        commit(paths, "one", bad)
    assert not list(paths.root.iterdir())


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_must_be_finite(paths: ResultsPaths, value: float) -> None:
    rows = rows_of("a")
    bad = replace(rows, metrics={**rows.metrics, "value": np.array([value])})
    with pytest.raises(ValueError, match="metrics: column value has"):
        commit(paths, "one", bad)


def test_columns_must_be_known(paths: ResultsPaths) -> None:
    rows = rows_of("a")
    extra = replace(rows, metrics={**rows.metrics, "colour": ["red"]})
    with pytest.raises(ValueError, match="metrics: columns missing or unknown: colour"):
        commit(paths, "one", extra)
    short = {name: column for name, column in rows.trials.items() if name != "pack_id"}
    with pytest.raises(ValueError, match="trials: columns missing or unknown: pack_id"):
        commit(paths, "one", replace(rows, trials=short))


class TestDuplicates:
    """The same trial in several packs, as after a retry in another composition."""

    def stored(self, paths: ResultsPaths, *found: tuple[str, str, str]) -> dict[str, str]:
        for pack_id, status, started_at in found:
            commit(paths, pack_id, rows_of("a", status=status, started_at=started_at))
        return {trial: f"{e.status} in {e.pack_id}" for trial, e in entries(paths).items()}

    @pytest.mark.parametrize("finished", ["completed", "diverged"])
    def test_finished_wins_over_a_newer_failure(self, paths: ResultsPaths, finished: str) -> None:
        found = self.stored(paths, ("z", finished, "2026-01-01"), ("y", "failed", "2026-02-01"))
        assert found == {"a": f"{finished} in z"}

    def test_the_newest_wins_among_equals(self, paths: ResultsPaths) -> None:
        found = self.stored(
            paths, ("m", "completed", "2026-01-02"), ("n", "diverged", "2026-01-03"),
            ("l", "completed", "2026-01-01"), ("o", "failed", "2026-01-04"),
        )  # fmt: skip
        assert found == {"a": "diverged in n"}


class TestDamage:
    """Files cut off by a copy, files that are not ours, leftovers."""

    @pytest.mark.parametrize("table", TABLES)
    @pytest.mark.parametrize("keep", [0.0, 0.3, 0.99])
    def test_a_truncated_file_takes_its_pack_out(
        self, stored: ResultsPaths, table: str, keep: float
    ) -> None:
        path = stored.part(table, "one")
        complete = path.read_bytes()
        path.write_bytes(complete[: int(len(complete) * keep)])
        with pytest.warns(DamagedPart, match=f"{path} is not a complete Parquet file"):
            assert statuses(stored) == {"c": "completed"}

    def test_every_cut_of_a_file_is_noticed(self, stored: ResultsPaths) -> None:
        path = stored.part("trials", "two")
        complete = path.read_bytes()
        for length in range(0, len(complete), 97):
            path.write_bytes(complete[:length])
            with pytest.warns(DamagedPart, match="not a complete|not a file"):
                assert "c" not in statuses(stored)

    def test_a_damaged_footer_is_noticed(self, stored: ResultsPaths) -> None:
        path = stored.part("trials", "one")
        data = bytearray(path.read_bytes())
        footer = int.from_bytes(data[-8:-4], "little")
        data[-8 - footer : -8] = bytes(footer)
        path.write_bytes(data)
        with pytest.warns(DamagedPart, match=f"{path} is not a file of the store"):
            assert statuses(stored) == {"c": "completed"}

    @pytest.mark.parametrize("table", ["metrics", "gradients"])
    def test_a_lost_table_takes_its_pack_out(self, stored: ResultsPaths, table: str) -> None:
        stored.part(table, "one").unlink()
        with pytest.warns(DamagedPart, match=f"{table}/one.parquet is missing"):
            assert statuses(stored) == {"c": "completed"}

    def test_a_foreign_table_is_left_out(self, stored: ResultsPaths) -> None:
        for table in TABLES:
            pq.write_table(pa.table({"price": [1.0]}), stored.part(table, "prices"))
        with pytest.warns(DamagedPart, match=r"prices.parquet is not a file of the store"):
            assert set(statuses(stored)) == {"a", "b diverge", "c"}

    def test_other_files_are_ignored(self, stored: ResultsPaths) -> None:
        (stored.store("trials") / ".three.parquet.host~1.ab.tmp").write_bytes(b"PAR1")
        (stored.store("trials") / "README.txt").write_text("ours")
        (stored.store("metrics") / "orphan.parquet").write_bytes(b"half")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert len(statuses(stored)) == 3


Level = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.floats(
    allow_nan=False, allow_infinity=False
)  # fmt: skip
Count = st.integers(0, 2**31 - 1)
Finite = st.floats(allow_nan=False, allow_infinity=False)


def long_rows(names: list[str], ids: list[str]) -> st.SearchStrategy[dict[str, list[Any]]]:
    """Any rows of metrics or gradients."""
    kinds = {
        "trial_id": st.sampled_from(ids), "epoch": Count, "step": Count, "position": Count,
        "value": Finite,
    }  # fmt: skip
    row = st.fixed_dictionaries({name: kinds.get(name, st.text(max_size=5)) for name in names})
    return st.lists(row, max_size=8).map(lambda rows: {n: [r[n] for r in rows] for n in names})


def columns_of(table: pa.Table) -> Iterator[tuple[str, list[Any]]]:
    return ((name, table[name].to_pylist()) for name in table.column_names)


@given(data=st.data())
@pytest.mark.slow
def test_rows_survive_the_round_trip(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    paths = ResultsPaths(tmp_path_factory.mktemp("round"))
    ids = data.draw(st.lists(st.text("0123456789abcdef", min_size=1), min_size=1, unique=True))
    level_lists = st.lists(Level, min_size=len(ids), max_size=len(ids))
    rows = rows_of(*ids)
    given_levels = {f"setting.{i}": data.draw(level_lists) for i in range(3)}
    errors = data.draw(st.lists(st.none() | st.text(), min_size=len(ids), max_size=len(ids)))
    rows = PackRows(
        trials={**rows.trials, **given_levels, "error": errors},
        metrics=data.draw(long_rows(METRICS.names, ids)),
        gradients=data.draw(long_rows(GRADIENTS.names, ids)),
        answers=rows.answers,
    )
    commit(paths, "pack", rows)
    for name in TABLES:
        back = dict(columns_of(pq.read_table(paths.part(name, "pack"))))
        assert set(back) == set(getattr(rows, name))
        for column, values in back.items():
            assert same(list(getattr(rows, name)[column]), values)


def same(before: list[Any], after: list[Any]) -> bool:
    """Equal, with values of mixed types as text, and integers beside fractions as floats."""
    kinds = {type(value) for value in before if value is not None}
    integers = [v for v in before if isinstance(v, int)]
    if kinds == {int, float} and all(abs(v) <= 2**53 for v in integers):
        before = [None if v is None else float(v) for v in before]
    elif len(kinds) > 1:
        before = [v if v is None or isinstance(v, str) else json.dumps(v) for v in before]
    return before == after
