"""IDX, the format of MNIST: a magic number, the size of each dimension, then unsigned bytes.

Source: https://yann.lecun.com/exdb/mnist. All numbers are big-endian, the sizes of 32 bits.
"""

from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orchestrator.models.files.content import read_bytes
from orchestrator.models.files.errors import DataError
from orchestrator.models.settings import Idx

Bytes = NDArray[np.uint8]

MAGIC = {1: 0x00000801, 3: 0x00000803}  # dimensions → 08, unsigned bytes, and how many dimensions
WHAT = {1: "labels", 3: "images"}


def read_labelled(images: Path, labels: Path) -> tuple[Bytes, Bytes]:
    """(examples, height, width) and (examples,). Raises DataError if they do not go together."""
    pictures, classes = read_idx(images, dimensions=3), read_idx(labels, dimensions=1)
    if len(pictures) != len(classes):
        what = f"{len(classes)} labels for the {len(pictures)} images of {images}"
        raise DataError(labels, what, "give the labels of just these images")
    return pictures, classes


def read_idx(path: Path, dimensions: int) -> Bytes:
    """The array in a file, plain or .gz. Raises DataError for anything else."""
    content = read_bytes(path)
    start = 4 + 4 * dimensions
    given = int.from_bytes(content[:4], "big")
    if len(content) < start or given != MAGIC[dimensions]:
        expected = f"IDX {WHAT[dimensions]} begin with {MAGIC[dimensions]:#010x}"
        other = [f"these are {WHAT[n]}" for n, magic in MAGIC.items() if magic == given]
        raise DataError(path, f"begins with {given:#010x}, but {expected}", *other)
    sizes = [int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4)]
    if len(content) - start != prod(sizes):
        shape = " × ".join(map(str, sizes))
        what = f"its header promises {shape} bytes, but {len(content) - start} follow"
        raise DataError(path, what, "copy it anew")
    if prod(sizes) == 0:
        raise DataError(path, f"holds no {WHAT[dimensions]}")
    return np.frombuffer(content, np.uint8, offset=start).reshape(sizes)


def check(settings: Idx) -> None:
    """Raises DataError if the files are bad, or too small for the splits."""
    _, labels = read_labelled(Path(settings.images), Path(settings.labels))
    asked = sum(settings.sizes.values())
    if asked > len(labels):
        cure = "lower train_examples, validation_examples or test_examples"
        raise DataError(settings.images, f"asked for {asked} images, has {len(labels)}", cure)


def count(settings: Idx) -> int:
    """How many images the files have. Raises DataError."""
    return len(read_idx(Path(settings.labels), dimensions=1))
