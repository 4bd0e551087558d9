"""Models stacked as the engine stacks them, for tests."""

from collections.abc import Sequence

from torch import Tensor, nn

from orchestrator.training.stacking.members import Members, find_stacking


def stacked(models: Sequence[nn.Module], inputs: Tensor) -> Members:
    """inputs: (members, a few examples, …)."""
    way = find_stacking(models, inputs)
    assert way is not None
    return way(models)
