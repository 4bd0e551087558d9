"""442 patients with diabetes: ten measurements, and how far the disease went within a year.

Measurements are age, sex, body mass index, blood pressure and six of blood serum, scaled to mean
0 and variance 1 on the training split. The target is the doctors' score, 25 to 346, in hundreds:
positive, so that also o = eˣ and o = softplus(x) can reach it.

Baseline: the mean of the training split.
Source: Efron, Hastie, Johnstone & Tibshirani 2004; it comes with scikit-learn.
"""

from functools import cache

import torch
from sklearn.datasets import load_diabetes
from torch import Tensor

from orchestrator.models.settings import Diabetes
from orchestrator.models.shape import TaskShape
from orchestrator.models.tasks.baselines import mean_value
from orchestrator.models.tasks.dataset import Dataset, SeedFor, random_splits

SHAPE = TaskShape("features", "value", features=10, values=1)


def load(settings: Diabetes, seed_for: SeedFor) -> Dataset:
    """Inputs (442, 10), targets (442, 1); split anew for every replicate."""
    measurements, targets = _patients()
    splits = random_splits(len(targets), settings.sizes, seed_for("split"))
    train = measurements[splits["train"]]
    inputs = (measurements - train.mean(0)) / train.std(0, correction=0).clamp(min=1e-9)
    error = mean_value(targets, splits)
    return Dataset(inputs.float(), targets, splits, SHAPE, {"mse": error, "loss": error})


@cache
def _patients() -> tuple[Tensor, Tensor]:
    measurements, score = load_diabetes(return_X_y=True, scaled=False)
    return torch.from_numpy(measurements), torch.from_numpy(score / 100).float().unsqueeze(1)
