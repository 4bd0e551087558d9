"""One step of training."""

from collections.abc import Sequence

from torch import Tensor

from orchestrator.models.losses import Loss
from orchestrator.study.settings import Training
from orchestrator.training.losses.smoothing import smoothed
from orchestrator.training.masked_means import mean_per_member
from orchestrator.training.optim.clipping import clipping
from orchestrator.training.optim.optimizers.catalogue import new_optimizer
from orchestrator.training.stacking.members import Members


class Update:
    """Computes the gradient of all members on a batch, and moves their parameters.

    trainings: settings of each member.   loss: that of the task or of the settings.
    """

    def __init__(self, members: Members, trainings: Sequence[Training], loss: Loss) -> None:
        self.members = members
        self.loss = smoothed(loss, trainings, members.flat)  # what is differentiated
        self.optimizer = new_optimizer(members, trainings)
        self.clip = clipping(trainings, members.flat)

    def gradient(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """(members, parameters), of the mean loss of each member over its batch."""
        outputs = self.members.model(inputs)  # (members, batch, …)
        losses = mean_per_member(self.loss(outputs, targets), targets)  # (members,)
        # Members share no parameter: the gradient of the sum holds that of each.
        return self.members.gradient(losses.sum())

    def apply(self, gradient: Tensor) -> None:
        """Clip the gradient and step."""
        self.optimizer.step(self.clip(gradient))
