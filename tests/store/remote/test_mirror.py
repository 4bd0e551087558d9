"""The mirror of results on a real S3 server."""

import os
import warnings

from orchestrator.paths import ResultsPaths
from orchestrator.store.commit import commit
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
