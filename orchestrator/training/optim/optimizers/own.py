"""An optimizer of `torch.optim`, or of the user's code, for one model at a time."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from orchestrator.models.own.importing import importable
from orchestrator.study.parts.signature import Part
from orchestrator.study.settings import Training
from orchestrator.training.optim.optimizers.protocol import Hyperparameters
from orchestrator.training.stacking.members import CannotStack, Members, Single, is_bias


class OwnOptimizer:
    """A `torch.optim.Optimizer` that moves the parameters of a single model.

    It may look at their shapes, and its state is its own: `state_dict` goes into checkpoints.
    Raises CannotStack for a stack: what it computes of one parameter is not known.
    """

    def __init__(self, members: Members, trainings: Sequence[Training]) -> None:
        if not isinstance(members.model, Single):
            raise CannotStack
        (training,) = trainings
        self.part: Part = type(training).own_parts["training.optimizer"]
        self.members, self.hyper = members, Hyperparameters(members, trainings)
        self.state: tuple[Tensor, ...] = ()
        self.steps = 0
        with importable(self.part.code.folders):
            self.torchs: torch.optim.Optimizer = self.part.function()(
                self._groups(training), **self.part.arguments(training)
            )

    def _groups(self, training: Training) -> list[Any]:
        """The parameters; without `decay_biases` in two groups, as usual with torch."""
        named = self.members.parameters
        has_decay = "weight_decay" in self.part.parameters
        if training.decay_biases or not has_decay:
            return list(named.values())
        biases = [parameter for name, parameter in named.items() if is_bias(name)]
        weights = [parameter for name, parameter in named.items() if not is_bias(name)]
        groups: list[dict[str, Any]] = [
            {"params": weights},
            {"params": biases, "weight_decay": 0.0},
        ]
        return [group for group in groups if group["params"]]

    def step(self, gradient: Tensor) -> None:
        self.steps += 1
        rate = self.hyper.learning_rate.item()
        for group in self.torchs.param_groups:
            group["lr"] = rate
        parts = self.members.named(gradient)
        for name, parameter in self.members.parameters.items():
            parameter.grad = parts[name][0].to(parameter.dtype)
        with importable(self.part.code.folders):
            self.torchs.step()
        flat = self.members.named(self.members.flat)
        for name, parameter in self.members.parameters.items():
            parameter.grad = None
            if parameter.data_ptr() != flat[name].data_ptr():  # it has put another tensor there
                flat[name][0].copy_(parameter.detach())
                parameter.data = flat[name][0]

    def state_dict(self) -> Mapping[str, Any]:
        """What a checkpoint keeps."""
        return self.torchs.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.torchs.load_state_dict(dict(state))
