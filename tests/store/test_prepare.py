"""The folders of the results before a run."""

from pathlib import Path

import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.files import owner
from orchestrator.paths import SAMPLES, TABLES, ResultsPaths
from orchestrator.store.prepare import prepare
from orchestrator.store.remote.mirror import mirrored
from orchestrator.store.remote.object_io import listing
from tests.object_storage import ObjectStorage
from tests.test_files import dead_pid


def test_folders_are_made_and_nothing_is_left_in_them(paths: ResultsPaths) -> None:
    prepare(paths, "demo")
    folders = {paths.store(name) for name in (*TABLES, SAMPLES)} | {paths.study("demo").root}
    assert all(folder.is_dir() for folder in folders)
    assert not [path for path in paths.root.rglob("*") if path.is_file()]


def test_temporary_files_of_dead_processes_are_removed(paths: ResultsPaths) -> None:
    prepare(paths, "demo")
    dead = owner().rpartition("~")[0] + f"~{dead_pid()}"
    folders = paths.store("trials"), paths.study("demo").root
    for folder in folders:
        for process in (dead, owner()):
            (folder / f".x.parquet.{process}.ab12.tmp").touch()
    prepare(paths, "demo")
    for folder in folders:
        assert [path.name for path in folder.iterdir()] == [f".x.parquet.{owner()}.ab12.tmp"]


def test_a_file_in_the_way_of_a_folder(paths: ResultsPaths) -> None:
    (paths.root / "demo").write_text("")
    with pytest.raises(EnvironmentFault, match=r"cannot make the folder .*demo"):
        prepare(paths, "demo")


def test_a_uri_is_written_to_and_left_as_it_was(object_storage: ObjectStorage) -> None:
    uri = object_storage.uri()
    object_storage.requests.clear()
    prepare(mirrored(uri), "demo")
    assert {request.split()[0] for request in object_storage.requests} >= {"PUT", "DELETE"}
    assert listing(uri) == {}


def test_a_uri_that_cannot_be_written(object_storage: ObjectStorage, tmp_path: Path) -> None:
    query = f"?endpoint_override=127.0.0.1:{object_storage.port}&scheme=http"
    with pytest.raises(EnvironmentFault, match="make the bucket"):
        prepare(mirrored(f"s3://no-such-bucket/results{query}"), "demo")
