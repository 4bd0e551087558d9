"""IDX files: what is broken is refused by the file's name."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from orchestrator.models.catalogue import check_data, data_paths
from orchestrator.models.files.errors import DataError
from orchestrator.models.files.idx import read_idx
from orchestrator.models.settings import Idx

IMAGES = np.arange(6 * 4 * 5, dtype=np.uint8).reshape(6, 4, 5)
LABELS = np.array([0, 1, 2, 0, 1, 2], dtype=np.uint8)


def idx_bytes(array: np.ndarray) -> bytes:
    """By the definition: 0, 0, 8 for unsigned bytes, the dimensions, their sizes, the bytes."""
    header = bytes([0, 0, 8, array.ndim])
    return header + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "images").write_bytes(idx_bytes(IMAGES))
    (tmp_path / "labels").write_bytes(idx_bytes(LABELS))
    return tmp_path


def settings(folder: Path, train: int = 3) -> Idx:
    return Idx(
        images=str(folder / "images"),
        labels=str(folder / "labels"),
        train_examples=train,
        validation_examples=1,
        test_examples=2,
    )


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_idx_round_trip(files: Path, pack: Callable[[bytes], bytes]) -> None:
    (files / "images").write_bytes(pack(idx_bytes(IMAGES)))
    np.testing.assert_array_equal(read_idx(files / "images", dimensions=3), IMAGES)


def test_good_idx_files_pass_the_check(files: Path) -> None:
    check_data(settings(files))
    assert data_paths(settings(files)) == [files / "images", files / "labels"]


BROKEN_IDX: dict[str, tuple[str, bytes, str]] = {
    "wrong magic": ("images", b"\x89PNG" + bytes(200), r"images: is a single PNG image"),
    "other magic": ("images", b"abcd" + bytes(200), r"images: begins with 0x61626364, but IDX"),
    "labels as images": ("images", idx_bytes(LABELS), "images: begins with 0x00000801.*labels"),
    "images as labels": ("labels", idx_bytes(IMAGES), "labels: begins with 0x00000803.*images"),
    "floats": ("images", b"\x00\x00\x0d\x03" + bytes(500), "images: begins with 0x00000d03"),
    "empty": ("labels", b"", "labels: is empty"),
    "half a header": ("images", idx_bytes(IMAGES)[:9], "images: begins with 0x00000803"),
    "cut off": ("images", idx_bytes(IMAGES)[:-1], "6 × 4 × 5 bytes, but 119 follow"),
    "too long": ("labels", idx_bytes(LABELS) + b"x", "promises 6 bytes, but 7 follow"),
    "no image": ("images", idx_bytes(IMAGES[:0]), "images: holds no images"),
    "fewer labels": ("labels", idx_bytes(LABELS[:4]), "labels: 4 labels for the 6 images of"),
    "cut-off gzip": ("images", gzip.compress(idx_bytes(IMAGES))[:-9], "images: damaged or cut off"),
    "no gzip": ("images", b"\x1f\x8b" + bytes(90), "images: damaged or cut off"),
}


@pytest.mark.parametrize("case", BROKEN_IDX)
def test_a_broken_idx_file_is_refused_by_name(files: Path, case: str) -> None:
    name, content, message = BROKEN_IDX[case]
    (files / name).write_bytes(content)
    with pytest.raises(DataError, match=f"(?s){message}"):
        check_data(settings(files))


def test_a_missing_file_is_named_and_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"(?s)here: cannot be read: No such file.*starts at") as at:
        check_data(Idx.model_validate(settings(tmp_path).model_dump() | {"images": "here"}))
    assert str(tmp_path) in str(at.value)


def test_more_images_than_the_file_has_are_refused(files: Path) -> None:
    with pytest.raises(DataError, match=r"(?s)asked for 7 images, has 6.*lower train_examples"):
        check_data(settings(files, train=4))
