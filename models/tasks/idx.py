"""The user's images, in the IDX format of MNIST."""

from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from orchestrator.models.files.idx import Bytes, check, read_labelled
from orchestrator.models.settings import Idx
from orchestrator.models.shape import TaskShape
from orchestrator.models.tasks.baselines import most_frequent_class
from orchestrator.models.tasks.dataset import Dataset, SeedFor, stratified_splits


def load(settings: Idx, seed_for: SeedFor) -> Dataset:
    """All images, split anew for every replicate; bytes scaled to [0, 1]. Raises DataError."""
    check(settings)
    inputs, targets = _table(Path(settings.images), Path(settings.labels))
    splits = stratified_splits(targets, settings.sizes, seed_for("split"))
    classes = int(targets.max()) + 1
    shape = TaskShape("image", "class", features=inputs[0].numel(), values=max(classes, 2))
    baselines = {"accuracy": most_frequent_class(targets, splits)}
    return Dataset(inputs, targets, splits, shape, baselines)


def as_tensors(images: Bytes, labels: Bytes) -> tuple[Tensor, Tensor]:
    """(examples, height, width) and (examples,) of bytes → images in [0, 1] and class numbers."""
    pixels = torch.from_numpy(images.copy()).unsqueeze(1)  # the bytes of a file are read-only
    return pixels / 255, torch.from_numpy(labels.copy()).long()


@lru_cache(maxsize=1)  # training keeps one copy of a table that all replicates share
def _table(images: Path, labels: Path) -> tuple[Tensor, Tensor]:
    return as_tensors(*read_labelled(images, labels))
