"""Real data that lies beside the repository and is not part of it."""

import os
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "shared" / "data"
EWT = {
    split: f"ud_english_ewt/en_ewt-ud-{file}.conllu.gz"
    for split, file in {"train": "train", "validation": "dev", "test": "test"}.items()
}
MNIST = {
    "images": "mnist/t10k-images-idx3-ubyte.gz",
    "labels": "mnist/t10k-labels-idx1-ubyte.gz",
}


def shared_data(name: str) -> str:
    """Path of a shared file. Where it is missing, CI fails and a user's machine skips the test."""
    path = FOLDER / name
    if path.is_file():
        return str(path)
    message = f"this test needs {name} in {FOLDER}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
