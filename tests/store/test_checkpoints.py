"""A checkpoint is read as it was written, or not at all."""

from pathlib import Path

import pytest

from orchestrator.paths import ResultsPaths
from orchestrator.store.checkpoints import Checkpoint, DamagedCheckpoint, digest, remove_stale
from orchestrator.store.remote.mirror import mirrored
from tests.object_storage import ObjectStorage


@pytest.fixture(params=["folder", "s3"])
def paths(request: pytest.FixtureRequest, tmp_path: Path) -> ResultsPaths:
    if request.param == "folder":
        return ResultsPaths(tmp_path)
    storage: ObjectStorage = request.getfixturevalue("object_storage")
    return mirrored(storage.uri())


def checkpoint(paths: ResultsPaths, pack_id: str = "a", made_by: str = "me") -> Checkpoint:
    return Checkpoint(paths.at(paths.checkpoint("study", pack_id)), made_by)


@pytest.mark.slow
def test_the_newest_comes_back(paths: ResultsPaths) -> None:
    ours = checkpoint(paths)
    assert ours.read() is None
    assert digest(paths, "study", "a") is None
    ours.write(b"one\n\0two")
    first = digest(paths, "study", "a")
    assert ours.read() == b"one\n\0two"
    ours.write(b"three")
    assert ours.read() == b"three"
    assert first != digest(paths, "study", "a") is not None
    ours.remove()
    ours.remove()
    assert ours.read() is None


def test_a_checkpoint_of_other_code_is_not_read(paths: ResultsPaths) -> None:
    checkpoint(paths).write(b"data")
    assert checkpoint(paths, made_by="another").read() is None


@pytest.mark.parametrize("keep", [0, 1, 20, 60, 120, -1])
def test_a_damaged_checkpoint_is_an_error(tmp_path: Path, keep: int) -> None:
    """Cut off anywhere, or one bit changed."""
    ours = checkpoint(ResultsPaths(tmp_path))
    ours.write(bytes(100))
    assert isinstance(ours.location, Path)
    data = ours.location.read_bytes()
    cut = data[:keep] if keep >= 0 else data[:-1] + b"\1"
    ours.location.write_bytes(cut)
    with pytest.raises(DamagedCheckpoint, match=r"a\.pt is damaged: the pack is trained from its"):
        ours.read()
    ours.location.write_bytes(b"[1]\n")
    with pytest.raises(DamagedCheckpoint, match="is damaged"):
        ours.read()


def test_checkpoints_of_other_packs_are_removed(paths: ResultsPaths) -> None:
    remove_stale(paths, "study", {"a"})
    for name in "abc":
        checkpoint(paths, name).write(b"data")
    remove_stale(paths, "study", {"a"})
    assert [checkpoint(paths, name).read() for name in "abc"] == [b"data", None, None]
    remove_stale(paths, "study", ())
    assert checkpoint(paths).read() is None
