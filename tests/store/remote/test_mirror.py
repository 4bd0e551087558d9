"""The mirror of results on a real S3 server."""

import os
import warnings
from http.client import HTTPConnection
from urllib.parse import quote, urlsplit

import pytest

from orchestrator.addresses import options
from orchestrator.paths import ResultsPaths
from orchestrator.store.commit import commit
from orchestrator.store.damage import DamagedPart
from orchestrator.store.local.lock import exclusive
from orchestrator.store.pack_files import statuses
from orchestrator.store.remote.mirror import refresh
from orchestrator.store.remote.object_io import put, remove
from tests.object_storage import ObjectStorage
from tests.store.plans import rows_of


def test_a_refresh_copies_and_removes_what_has_changed_and_nothing_twice(
    object_storage: ObjectStorage, paths: ResultsPaths
) -> None:
    refresh(paths)
    assert statuses(paths) == {"a": "completed", "b diverge": "diverged", "c": "completed"}
    object_storage.requests.clear()
    refresh(paths)
    assert len(object_storage.requests) == 1  # the listing
    commit(paths, "two", rows_of("c", status="failed"))  # trained again: the same names
    remove(paths.at(paths.part("trials", "one")))
    refresh(paths)
    assert statuses(paths) == {"c": "failed"}


def test_a_pack_that_is_being_committed_is_left_for_later(paths: ResultsPaths) -> None:
    remove(paths.at(paths.part("gradients", "two")))  # as in a listing during the commit
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        refresh(paths)
        assert statuses(paths).keys() == {"a", "b diverge"}


def test_a_study_that_runs_on_this_machine_is_not_replaced(paths: ResultsPaths) -> None:
    events = paths.study("s").events
    put(paths.at(events), b"uploaded\n")
    put(events, b"uploaded\nand more\n")
    with exclusive(paths.study("s").lock):
        refresh(paths)
        assert events.read_bytes().endswith(b"and more\n")
    refresh(paths)
    assert events.read_bytes().endswith(b"and more\n"), "newer than the object"
    os.utime(events, ns=(7, 7))
    refresh(paths)
    assert events.read_bytes() == b"uploaded\n"


def put_key(uri: str, key: str) -> None:
    """Past pyarrow, which refuses some keys: a stranger has other clients."""
    parts = urlsplit(uri)
    connection = HTTPConnection(options(uri)["endpoint_override"])
    path = quote(f"/{parts.netloc}{parts.path}/{key}", safe="/.")
    connection.request("PUT", path, body=b"{}")
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize(
    "key",
    ["store/samples/../../../x.json", "../x.json", "/x.json", "a//x.json", "a/./x.json",
     "a\\..\\x.json", "a/\x1b[31m.json", f"a/{'x' * 300}.json", "study/plan.json/more"],
)  # fmt: skip
def test_keys_that_are_no_names_of_files_are_left_out_and_named(
    object_storage: ObjectStorage, paths: ResultsPaths, key: str
) -> None:
    assert paths.uri is not None
    put(paths.at(paths.study("study").plan), b"{}")
    put_key(paths.uri, key)
    with pytest.warns(DamagedPart, match="left out, as no file can have this name"):
        refresh(paths)
    written = {file.name for file in paths.root.parents[1].rglob("*") if file.is_file()}
    assert "x.json" not in {name.rpartition("\\")[2] for name in written}
    assert not [name for name in written if not name.isprintable() or len(name) > 200]
