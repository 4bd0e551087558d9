"""The content of a data file, packed or not."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from orchestrator.models.files.content import read_bytes
from orchestrator.models.files.errors import DataError


def test_flipped_bits_in_a_gzip_are_found(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(np.random.default_rng(0).bytes(5000)))
    packed[2500] ^= 0xFF
    (tmp_path / "images").write_bytes(packed)
    with pytest.raises(DataError, match="images: damaged or cut off"):
        read_bytes(tmp_path / "images")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        read_bytes(tmp_path)
