"""When a pack is probed, what is measured, and on which examples."""

import torch
from torch import Tensor

from orchestrator.models.losses import Loss
from orchestrator.study.probes import QUANTITIES, Probes
from orchestrator.study.records import LoopSettings
from orchestrator.training.batches import steps_per_epoch
from orchestrator.training.data import TrialData
from orchestrator.training.probes.layers import probe
from orchestrator.training.probes.time import probe_time
from orchestrator.training.random_streams import RandomStreams
from orchestrator.training.reading import Reading
from orchestrator.training.recorder import Recorder
from orchestrator.training.stacking.members import Members

EVERY_PROBE = ("delta", "delta_mean", "weight_grad", "update_ratio", "saturation", "initial",
               "hidden_grad", "cell_grad")  # fmt: skip
ENDS = (
    "pre_activation",
    "path_factor",
    "gates",
)  # `light` measures them before and after training only


def quantities_at(epoch: int, probes: Probes, *, is_last: bool) -> frozenset[str]:
    """What is measured after this epoch; nothing in most epochs."""
    is_end = epoch == 0 or is_last
    if probes.examples == 0 or not (is_end or epoch % probes.every_epochs == 0):
        return frozenset()
    if probes.quantities == "light":
        wanted: tuple[str, ...] = EVERY_PROBE + ENDS * is_end
    else:
        wanted = QUANTITIES if probes.quantities == "full" else tuple(probes.quantities.split())
    return frozenset(wanted) - ({"initial"} if epoch > 0 else {"update_ratio"})


class ProbeSchedule:
    """Probes some members when it is due, on a fixed batch of training examples of each.

    settings: what all members have in common.
    """

    def __init__(
        self,
        members: Members,
        data: TrialData,
        settings: LoopSettings,
        loss: Loss,
        random_streams: RandomStreams,
        recorder: Recorder,
    ) -> None:
        self.members, self.loss, self.recorder = members, loss, recorder
        self.settings, self.epochs = settings.probes, settings.training.epochs
        self.is_on = settings.probes.examples > 0 and data.group.is_first
        self.batch = data.take(_rows(data, random_streams, self.settings.examples))
        self.steps_per_epoch = steps_per_epoch(settings.training, data)
        self.before = torch.empty_like(members.flat)  # the last optimizer step of an epoch

    def before_step(self, step: int) -> None:
        """Copy the parameters before the last step of an epoch, so that its size can be measured.

        step: optimizer steps before this one.
        """
        if self.is_on and (step + 1) % self.steps_per_epoch == 0:
            self.before.copy_(self.members.flat)

    def after_epoch(self, epoch: int, step: int, stopping: Tensor) -> None:
        """Record what is due; for members that are `stopping` early, this epoch is the last."""
        if not self.is_on:
            return
        is_stopping = stopping.numpy()
        for members, is_last in ((~is_stopping, epoch == self.epochs), (is_stopping, True)):
            active = self.recorder.active & members
            quantities = quantities_at(epoch, self.settings, is_last=is_last)
            if quantities and active.any():
                self.recorder.probed(epoch, step, self.readings(quantities), active)

    def readings(self, quantities: frozenset[str]) -> list[Reading]:
        """LayerValues now, in evaluation mode."""
        depth = probe(self.members, self.loss, *self.batch, quantities, self.before)
        step = None if self.settings.step == "last" else self.settings.step - 1
        return depth + probe_time(self.members, self.loss, *self.batch, quantities, step)


def _rows(data: TrialData, random_streams: RandomStreams, examples: int) -> Tensor:
    """Training rows of the probe batch, (members, examples)."""
    rows = data.splits["train"]
    order = random_streams.permutations(rows.shape[1], "probe")[:, : max(examples, 1)]
    return rows.gather(1, order.to(rows.device))
