"""MNIST and Fashion-MNIST: 60,000 images to train and validate on, 10,000 to test on.

Sources: LeCun, Bottou, Bengio & Haffner 1998; Xiao, Rasul & Vollgraf 2017. Downloaded once.
"""

from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from orchestrator.models.files.downloads import fetch
from orchestrator.models.files.idx import read_labelled
from orchestrator.models.settings import MNIST, FashionMNIST
from orchestrator.models.shape import TaskShape
from orchestrator.models.tasks.baselines import most_frequent_class
from orchestrator.models.tasks.dataset import Dataset, SeedFor, stratified_splits
from orchestrator.models.tasks.idx import as_tensors

SHAPE = TaskShape("image", "class", features=784, values=10)


def load(settings: MNIST | FashionMNIST, seed_for: SeedFor) -> Dataset:
    """Train and validation are drawn anew for every replicate, test from the test images."""
    inputs, targets, first_test = _table(*fetch(settings.name))
    sizes, seed = settings.sizes, seed_for("split")
    test = {"test": sizes.pop("test")}
    splits = stratified_splits(targets[:first_test], sizes, seed)
    drawn = stratified_splits(targets[first_test:], test, seed)
    splits["test"] = drawn["test"] + first_test
    baselines = {"accuracy": most_frequent_class(targets, splits)}
    return Dataset(inputs, targets, splits, SHAPE, baselines)


@lru_cache(maxsize=1)
def _table(*paths: Path) -> tuple[Tensor, Tensor, int]:
    """All images and classes, and the row of the first test image."""
    train, test = (as_tensors(*read_labelled(*pair)) for pair in (paths[:2], paths[2:]))
    inputs, targets = (torch.cat(parts) for parts in zip(train, test, strict=True))
    return inputs, targets, len(train[0])
