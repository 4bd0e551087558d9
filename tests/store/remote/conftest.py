"""Results on a real S3 server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.paths import Location, ResultsPaths
from orchestrator.store.commit import commit
from orchestrator.store.remote import filesystems
from orchestrator.store.remote.mirror import mirrored
from tests.object_storage import ObjectStorage
from tests.store.plans import rows_of


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


@pytest.fixture
def impatient(paths: ResultsPaths, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """File systems that give up soon; `paths` was written by patient ones."""
    monkeypatch.setattr(filesystems, "ATTEMPTS", 2)
    monkeypatch.setattr(filesystems, "ANSWER_S", 1)
    filesystems._file_system.cache_clear()
    yield
    filesystems._file_system.cache_clear()
