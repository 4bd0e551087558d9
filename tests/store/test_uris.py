"""Results at a URI, on a real S3 server that fails now and then."""

import os
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from orchestrator.addresses import below
from orchestrator.errors import EnvironmentFault
from orchestrator.paths import Location, ResultsPaths
from orchestrator.store.pack_files import DamagedPart, commit, statuses
from orchestrator.store.remote import filesystems
from orchestrator.store.remote.mirror import mirrored, refresh
from orchestrator.store.remote.object_io import get, listing, look, put, remove
from orchestrator.store.remote.sync import copy, push, results_at
from tests.object_storage import ObjectStorage
from tests.store.test_parts import rows_of

DOWN = "503 Service Unavailable"
SILENCE_S = 2.5  # longer than the second for which the file systems below wait


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    if request.param == "folder":
        return tmp_path / "place"
    storage: ObjectStorage = request.getfixturevalue("object_storage")
    return storage.uri()


@pytest.fixture
def paths(object_storage: ObjectStorage) -> ResultsPaths:
    """Results at a URI with two packs."""
    made = mirrored(object_storage.uri())
    commit(made, "one", rows_of("a", "b diverge"))
    commit(made, "two", rows_of("c"))
    return made


def inside(place: Location, name: str) -> Location:
    return place / name if isinstance(place, Path) else below(place, name)


def test_an_object_comes_back_until_it_is_removed(place: Location) -> None:
    one = inside(place, "deep/inside/one")
    assert get(one) is None
    assert look(one) is None
    assert put(one, b"first").size == 5
    put(one, b"second!")
    assert get(one) == b"second!"
    assert {name: found.size for name, found in listing(place).items()} == {"deep/inside/one": 7}
    remove(one)
    remove(one)
    assert get(one) is None
    assert listing(place) == {}


def test_a_part_is_put_by_a_single_request_and_listed_by_one(
    object_storage: ObjectStorage, paths: ResultsPaths
) -> None:
    object_storage.requests.clear()
    put(below(str(paths.uri), "store/metrics/x.parquet"), b"x" * 1_000_000)
    assert [each.split()[0] for each in object_storage.requests] == ["PUT", "HEAD"]
    object_storage.requests.clear()
    assert len(listing(str(paths.uri))) == 7
    assert len(object_storage.requests) == 1


def test_a_mirror_has_what_is_there_and_copies_nothing_twice(
    object_storage: ObjectStorage, paths: ResultsPaths
) -> None:
    refresh(paths)
    assert statuses(paths) == {"a": "completed", "b diverge": "diverged", "c": "completed"}
    object_storage.requests.clear()
    refresh(paths)
    assert len(object_storage.requests) == 1  # the listing
    commit(paths, "two", rows_of("c", status="failed"))  # trained anew: the same names
    remove(paths.at(paths.part("trials", "one")))
    refresh(paths)
    assert statuses(paths) == {"c": "failed"}


def test_a_pack_that_is_being_committed_is_left_for_later(paths: ResultsPaths) -> None:
    remove(paths.at(paths.part("gradients", "two")))  # as a listing sees it that goes on meanwhile
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        refresh(paths)
        assert statuses(paths).keys() == {"a", "b diverge"}


def pull(place: Location, folder: Path) -> list[str]:
    return copy(place, folder, results_at(place), spared=lambda name: False)


def flipped(data: bytes) -> bytes:
    """One bit of a page is another one."""
    middle = data.index(b"PAR1") + 40
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.mark.parametrize("damage", [lambda data: data[:-9], flipped], ids=["cut off", "a bit"])
def test_a_damaged_object_does_not_count(
    paths: ResultsPaths, tmp_path: Path, damage: "type[bytes]"
) -> None:
    part = paths.at(paths.part("metrics", "two"))
    put(part, damage(get(part) or b""))
    with pytest.warns(DamagedPart, match=r"s3://.*/store/metrics/two\.parquet.* is left out"):
        copies = pull(str(paths.uri), tmp_path / "fetched")
    assert "store/metrics/two.parquet" not in copies
    with pytest.warns(DamagedPart, match="is missing"):
        assert statuses(ResultsPaths(tmp_path / "fetched")).keys() == {"a", "b diverge"}


def test_what_is_pushed_is_pulled_whole(place: Location, tmp_path: Path) -> None:
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
        *(f"store/{table}/one.parquet" for table in ("metrics", "gradients", "trials")),
    }  # fmt: skip
    part = "store/metrics/one.parquet"
    assert pq.read_table(copied / part).equals(pq.read_table(source / part))
    time.sleep(1.1)  # S3 dates objects by the second
    put(source / "s/plan.json", b"S/plan.json")  # another text of the same length
    os.utime(source / "s/plan.json", ns=(7, 7))
    assert push(source, place) == ["s/plan.json"]
    assert pull(place, copied) == ["s/plan.json"]


def test_the_folder_of_a_study_that_runs_here_stays(paths: ResultsPaths) -> None:
    from orchestrator.store.local.lock import exclusive

    events = paths.study("s").events
    put(paths.at(events), b"what was put up\n")
    put(events, b"what was put up\nand what came then\n")
    with exclusive(paths.study("s").lock):
        refresh(paths)
        assert events.read_bytes().endswith(b"came then\n")
    refresh(paths)
    assert events.read_bytes().endswith(b"came then\n"), "newer than what was put up"
    os.utime(events, ns=(7, 7))
    refresh(paths)
    assert events.read_bytes() == b"what was put up\n"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """File systems that give up soon."""
    monkeypatch.setattr(filesystems, "ATTEMPTS", 2)
    monkeypatch.setattr(filesystems, "ANSWER_S", 1)
    filesystems._file_system.cache_clear()
    yield
    filesystems._file_system.cache_clear()


@pytest.mark.parametrize("how", [DOWN, pytest.param(SILENCE_S, marks=pytest.mark.slow)])
@pytest.mark.usefixtures("impatient")
def test_a_server_that_fails_once_is_asked_again(
    object_storage: ObjectStorage, paths: ResultsPaths, how: str | float
) -> None:
    part = paths.at(paths.part("trials", "one"))
    for ask in (lambda: get(part), lambda: listing(str(paths.uri))):
        with object_storage.failing(1, how):
            assert ask()
    with object_storage.failing(1, how, "PUT"):
        put(part, b"again")
    assert get(part) == b"again"


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_a_server_that_goes_on_failing_is_a_fault_and_what_was_there_stays(
    object_storage: ObjectStorage, paths: ResultsPaths
) -> None:
    with (
        object_storage.failing(99, DOWN, "PUT"),
        pytest.raises(EnvironmentFault, match=r"cannot write s3:.*\n.*errors; retry later"),
    ):
        commit(paths, "one", rows_of("a", status="failed"))
    refresh(paths)
    assert statuses(paths)["a"] == "completed"
    with (
        object_storage.failing(99, SILENCE_S),
        pytest.raises(EnvironmentFault, match=r"cannot read .*\n.*endpoint"),
    ):
        get(paths.at(paths.part("trials", "one")))


@pytest.mark.usefixtures("impatient")
def test_what_is_wrong_is_named_with_its_cure(object_storage: ObjectStorage) -> None:
    query = f"?endpoint_override=127.0.0.1:{object_storage.port}&scheme=http"
    with pytest.raises(EnvironmentFault, match=r"does not exist\n    make the bucket"):
        listing(f"s3://no-such-bucket/results{query}")
    with pytest.raises(EnvironmentFault, match=r"NO_SUCH_BUCKET.*\n    make the bucket"):
        put(f"s3://no-such-bucket/results/x{query}", b"")
    with pytest.raises(EnvironmentFault, match=r"\n    is the endpoint right"):
        get("s3://bucket/x?endpoint_override=127.0.0.1:9&scheme=http")
    one = object_storage.uri()
    with (
        object_storage.failing(9, "403 Forbidden"),
        pytest.raises(EnvironmentFault, match=r"\n    check the credentials"),
    ):
        put(one, b"")
