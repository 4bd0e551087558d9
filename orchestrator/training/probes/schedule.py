"""When a pack is probed, what for, and on which examples."""

import torch
from torch import Tensor

from orchestrator.models.losses import Loss
from orchestrator.study.probes import QUANTITIES, Probes
from orchestrator.training.data import TrialData
from orchestrator.training.probes.layers import Reading, probe
from orchestrator.training.probes.time import probe_time
from orchestrator.training.random_streams import Streams
from orchestrator.training.recorder import Recorder
from orchestrator.training.stacking.members import Members

EVERY_PROBE = ("delta", "delta_mean", "weight_grad", "update_ratio", "saturation", "initial",
               "hidden_grad", "cell_grad")  # fmt: skip
ENDS = ("pre_activation", "path_factor", "gates")  # `light` has them before and after training


def quantities_at(epoch: int, probes: Probes, *, is_last: bool) -> frozenset[str]:
    """What is to be measured after this epoch: nothing in most of them."""
    is_end = epoch == 0 or is_last
    if probes.examples == 0 or not (is_end or epoch % probes.every_epochs == 0):
        return frozenset()
    if probes.quantities == "light":
        wanted: tuple[str, ...] = EVERY_PROBE + ENDS * is_end
    else:
        wanted = QUANTITIES if probes.quantities == "full" else tuple(probes.quantities.split())
    return frozenset(wanted) - ({"initial"} if epoch > 0 else {"update_ratio"})


class Probing:
    """The probes of some members: a fixed batch of training examples of each."""

    def __init__(self, members: Members, data: TrialData, streams: Streams, loss: Loss) -> None:
        self.members, self.loss = members, loss
        settings = streams.trials[0].variant.settings
        self.settings, self.epochs = settings.probes, settings.training.epochs
        self.batch = data.take(_rows(data, streams, self.settings.examples))
        self.before = torch.empty_like(members.flat)  # the last optimizer step of an epoch

    def before_last_step(self) -> None:
        """Remember the parameters, so that the step can be compared with them."""
        if self.settings.examples > 0:
            self.before.copy_(self.members.flat)

    def after_epoch(self, epoch: int, step: int, stopping: Tensor, diary: Recorder) -> None:
        """Record what is due; for members that are `stopping` early, this epoch is the last."""
        is_stopping = stopping.numpy()
        for members, is_last in ((~is_stopping, epoch == self.epochs), (is_stopping, True)):
            active = diary.active & members
            quantities = quantities_at(epoch, self.settings, is_last=is_last)
            if quantities and active.any():
                diary.probed(epoch, step, self.readings(quantities), active)

    def readings(self, quantities: frozenset[str]) -> list[Reading]:
        """Measured now, in evaluation mode."""
        depth = probe(self.members, self.loss, *self.batch, quantities, self.before)
        step = None if self.settings.step == "last" else self.settings.step - 1
        return depth + probe_time(self.members, self.loss, *self.batch, quantities, step)


def _rows(data: TrialData, streams: Streams, examples: int) -> Tensor:
    """Training rows of the probe batch, (members, examples)."""
    rows = data.splits["train"]
    order = streams.permutations(rows.shape[1], "probe")[:, : max(examples, 1)]
    return rows.gather(1, order.to(rows.device))
