"""Models stacked as the engine stacks them, for tests."""

from collections.abc import Sequence
from copy import deepcopy
from functools import partial

from torch import Tensor, nn

from orchestrator.models.losses import squared_error
from orchestrator.study.settings import Training
from orchestrator.training.choose_stacking import Rehearsal, choose_stacking
from orchestrator.training.stacking.members import Members, Stacking


def way_of(models: Sequence[nn.Module], inputs: Tensor) -> Stacking | None:
    """inputs: (members, a few examples, …)."""
    builds = [partial(deepcopy, model) for model in models]
    targets = models[0](inputs[0]).detach().expand(len(models), *[-1] * (inputs.dim() - 1)) + 1
    trainings = [Training()] * len(models)
    return choose_stacking(Rehearsal(builds, inputs, targets, trainings, squared_error))


def stacked(models: Sequence[nn.Module], inputs: Tensor) -> Members:
    way = way_of(models, inputs)
    assert way is not None
    return way(models)
