"""Loss and metrics of all members on whole splits."""

from collections.abc import Mapping

import torch
from torch import Tensor

from models.losses import Loss
from models.metrics import METRICS, PerExample
from orchestrator.training.data import PackData
from orchestrator.training.stacking import Stack

CHUNK_NUMBERS = 2**18  # input numbers evaluated at once: they stay in the cache


@torch.no_grad()
def evaluate(stack: Stack, data: PackData, loss: Loss) -> dict[tuple[str, str], Tensor]:
    """(split, metric) → mean over the examples of the split, (members,) in float64."""
    stack.model.eval()
    functions: Mapping[str, PerExample] = {"loss": loss, **METRICS[data.shape.outputs]}
    return {
        (split, name): values
        for split, rows in data.splits.items()
        for name, values in _means(stack, data, rows, functions).items()
    }


def _means(
    stack: Stack, data: PackData, rows: Tensor, functions: Mapping[str, PerExample]
) -> dict[str, Tensor]:
    members, examples = rows.shape
    per_chunk = max(1, CHUNK_NUMBERS // (members * data.inputs[0].numel()))
    sums = {name: torch.zeros(members, dtype=torch.float64) for name in functions}
    for chunk in rows.split(per_chunk, dim=1):
        outputs, targets = stack.model(data.inputs[chunk]), data.targets[chunk]
        for name, function in functions.items():
            sums[name] += function(outputs, targets).sum(1, dtype=torch.float64).cpu()
    return {name: total / examples for name, total in sums.items()}
