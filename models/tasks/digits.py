"""Handwritten digits of 8×8 pixels: small, real, and on every machine with scikit-learn.

One image is given in three ways: whole, row by row, or pixel by pixel.
"""

from functools import cache

import numpy as np
import torch
from torch import Tensor

from orchestrator.models.catalogue import data_paths
from orchestrator.models.settings import Digits, DigitsPixels, DigitsRows
from orchestrator.models.shape import TaskShape
from orchestrator.models.tasks.baselines import most_frequent_class
from orchestrator.models.tasks.dataset import Dataset, SeedFor, stratified_splits

IMAGE = TaskShape("image", "class", features=64, values=10)
ROWS = TaskShape("sequence", "class", features=8, values=10)
PIXELS = TaskShape("sequence", "class", features=1, values=10)


def load(settings: Digits, seed_for: SeedFor) -> Dataset:
    """All digits, split anew for every replicate; pixels scaled to [0, 1]."""
    return _dataset(settings, seed_for, IMAGE)


def load_rows(settings: DigitsRows, seed_for: SeedFor) -> Dataset:
    """The same digits as sequences: 8 steps, at each the 8 pixels of a row, from the top."""
    return _dataset(settings, seed_for, ROWS)


def load_pixels(settings: DigitsPixels, seed_for: SeedFor) -> Dataset:
    """The same digits as sequences: 64 steps of one pixel, row by row. Source: Le et al. 2015."""
    return _dataset(settings, seed_for, PIXELS)


def _dataset(
    settings: Digits | DigitsRows | DigitsPixels, seed_for: SeedFor, shape: TaskShape
) -> Dataset:
    inputs, targets = _table(shape)
    splits = stratified_splits(targets, settings.sizes, seed_for("split"))
    baselines = {"accuracy": most_frequent_class(targets, splits)}
    return Dataset(inputs, targets, splits, shape, baselines)


@cache  # training keeps one copy of a table that all replicates share
def _table(shape: TaskShape) -> tuple[Tensor, Tensor]:
    (table,) = data_paths(Digits())  # read directly: importing scikit-learn takes a second
    rows = torch.from_numpy(np.loadtxt(table, delimiter=","))  # (1797, 65): 0…16, then the class
    inputs = (rows[:, :-1] / 16).float()
    size = (-1, 1, 8, 8) if shape.inputs == "image" else (-1, 64 // shape.features, shape.features)
    return inputs.reshape(size), rows[:, -1].long()
