"""Handwritten digits of 8×8 pixels: small, real, and on every machine with scikit-learn."""

from functools import cache

import torch
from sklearn.datasets import load_digits
from torch import Tensor

from models.settings import Digits
from models.tasks.dataset import Dataset, SeedFor, stratified_splits


def load(settings: Digits, seed_for: SeedFor) -> Dataset:
    """All digits, split anew for every replicate; pixels scaled to [0, 1]."""
    inputs, targets = _images()
    return Dataset(
        inputs, targets, stratified_splits(targets, settings.sizes, seed_for("split")), classes=10
    )


@cache
def _images() -> tuple[Tensor, Tensor]:
    pixels, classes = load_digits(return_X_y=True)  # (1797, 64) in 0…16, (1797,)
    return torch.from_numpy(pixels / 16).float(), torch.from_numpy(classes).long()
