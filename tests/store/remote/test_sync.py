"""Results are copied between folders and a real S3 server."""

import os
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from orchestrator.paths import Location, ResultsPaths
from orchestrator.store.commit import commit
from orchestrator.store.damage import DamagedPart
from orchestrator.store.pack_files import statuses
from orchestrator.store.remote.object_io import get, put
from orchestrator.store.remote.sync import copy, push, results_at
from tests.store.plans import rows_of


def pull(place: Location, folder: Path) -> list[str]:
    return copy(place, folder, results_at(place), spared=lambda name: False)


def flipped(data: bytes) -> bytes:
    """One bit of a page is another one."""
    middle = data.index(b"PAR1") + 40
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.mark.parametrize("damage", [lambda data: data[:-9], flipped], ids=["cut off", "a bit"])
@pytest.mark.slow
def test_a_damaged_object_is_left_out(
    paths: ResultsPaths, tmp_path: Path, damage: "type[bytes]"
) -> None:
    part = paths.at(paths.part("metrics", "two"))
    put(part, damage(get(part) or b""))
    with pytest.warns(DamagedPart, match=r"s3://.*/store/metrics/two\.parquet.* is left out"):
        copies = pull(str(paths.uri), tmp_path / "fetched")
    assert "store/metrics/two.parquet" not in copies
    with pytest.warns(DamagedPart, match="is missing"):
        assert statuses(ResultsPaths(tmp_path / "fetched")).keys() == {"a", "b diverge"}


@pytest.mark.slow
def test_pushed_results_are_pulled_and_only_changes_are_copied_again(
    place: Location, tmp_path: Path
) -> None:
    source, copied = tmp_path / "source", tmp_path / "copied"
    commit(ResultsPaths(source), "one", rows_of("a"))
    for name in ("s/plan.json", "s/report.html", "s/export/csv/x.csv", "s/.lock", "index.html"):
        put(source / name, name.encode())
    assert push(source, place)[-2:] == ["index.html", "s/report.html"]
    assert push(source, place) == []
    pull(place, copied)
    found = {path.relative_to(copied).as_posix() for path in copied.rglob("*") if path.is_file()}
    assert found == {
        "s/plan.json", "s/report.html", "index.html",
        *(f"store/{table}/one.parquet" for table in ("answers", "metrics", "gradients", "trials")),
    }  # fmt: skip
    part = "store/metrics/one.parquet"
    assert pq.read_table(copied / part).equals(pq.read_table(source / part))
    time.sleep(1.1)  # S3 dates objects by the second
    put(source / "s/plan.json", b"S/plan.json")  # another text of the same length
    os.utime(source / "s/plan.json", ns=(7, 7))
    assert push(source, place) == ["s/plan.json"]
    assert pull(place, copied) == ["s/plan.json"]
