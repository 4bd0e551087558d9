"""Weights in the store: of a folder and of a bucket, where they stay."""

from dataclasses import replace

import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import ResultsPaths
from orchestrator.store.commit import commit
from orchestrator.store.remote.mirror import mirrored, refresh
from orchestrator.store.weights import read_weights, trials_with_weights
from tests.object_storage import ObjectStorage
from tests.store.plans import rows_of


def with_weights(paths: ResultsPaths) -> None:
    assert trials_with_weights(paths) == frozenset()
    commit(paths, "one", replace(rows_of("a", "b"), weights={"a": b"of a"}))
    assert trials_with_weights(paths) == {"a"}
    assert read_weights(paths, "a") == b"of a"
    with pytest.raises(EnvironmentFault, match=r"no weights of trial b .*\n.*keep\.weights=last"):
        read_weights(paths, "b")


def test_in_a_folder(paths: ResultsPaths) -> None:
    with_weights(paths)


@pytest.mark.slow
def test_at_a_uri_they_are_read_there(
    object_storage: ObjectStorage,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    place = mirrored(object_storage.uri())
    with_weights(place)
    refresh(place)
    assert place.part("trials", "one").exists()
    assert not place.weights("a").exists()
