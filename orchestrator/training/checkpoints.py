"""Checkpoints of a pack in training, from which another process can continue.

A checkpoint is written at the end of an epoch: parameters, buffers and plain attributes of the
model, the optimizer's state, what the recorder holds, and the number of the epoch. Random streams
are named by their epoch (`RandomStreams`), so no generator has a state to save, and a resumed
training gives the same bits as an uninterrupted one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from time import monotonic
from typing import Any

import torch
from torch import Tensor, nn

from orchestrator.training.checkpoint_policy import CheckpointPolicy, CheckpointStorage, Reached
from orchestrator.training.optim.early_stopping import EarlyStopping
from orchestrator.training.optim.optimizers.own import OwnOptimizer
from orchestrator.training.optim.optimizers.protocol import Optimizer
from orchestrator.training.optim.schedules import Schedule
from orchestrator.training.recorder import Recorder
from orchestrator.training.stacking.members import Members

PLAIN = (int, float, bool, str)  # types of attributes of modules that a checkpoint holds


@dataclass(frozen=True, slots=True)
class TrainingState:
    """Everything that changes while members train."""

    members: Members
    optimizer: Optimizer
    early_stopping: EarlyStopping
    schedule: Schedule
    recorder: Recorder

    @property
    def tensors(self) -> Mapping[str, Tensor]:
        """Name → tensor that is changed in place."""
        remembered = {f"optimizer.{i}": kept for i, kept in enumerate(self.optimizer.state)}
        buffers = {f"buffer.{name}": b for name, b in self.members.model.named_buffers()}
        return {
            "flat": self.members.flat,
            "base_rate": self.optimizer.hyper.base_rate,
            "learning_rate": self.optimizer.hyper.learning_rate,
            **remembered,
            **buffers,
        }

    def to_dict(self) -> dict[str, Any]:
        """What `restore` takes, in plain values and tensors."""
        return {
            "tensors": {name: tensor.detach().cpu() for name, tensor in self.tensors.items()},
            "attributes": _attributes(self.members.model),
            "steps": self.optimizer.steps,
            "own_optimizer": _own_state(self.optimizer),
            "early_stopping": self.early_stopping.state(),
            "schedule": self.schedule.state(),
            "recorder": self.recorder.state(),
        }

    @torch.no_grad()
    def restore(self, state: Mapping[str, Any]) -> None:
        for name, tensor in self.tensors.items():
            tensor.copy_(state["tensors"][name])
        for module, values in state["attributes"].items():
            vars(self.members.model.get_submodule(module)).update(values)
        self.optimizer.steps = state["steps"]
        if isinstance(self.optimizer, OwnOptimizer):
            self.optimizer.load_state_dict(state["own_optimizer"])
        self.early_stopping.restore(state["early_stopping"])
        self.schedule.restore(state["schedule"])
        self.recorder.restore(state["recorder"])


def _own_state(optimizer: Optimizer) -> Mapping[str, Any]:
    return optimizer.state_dict() if isinstance(optimizer, OwnOptimizer) else {}


def _attributes(model: nn.Module) -> dict[str, dict[str, int | float | str]]:
    """Module → attribute → number or text: own code may count its steps in one."""
    return {
        name: {key: value for key, value in vars(module).items() if type(value) in PLAIN}
        for name, module in model.named_modules()
    }


class Checkpointer:
    """Reads and writes the checkpoints of a pack, whose members train in stacks, one after another.

    policy: None writes no checkpoints.
    size: members of a stack; a checkpoint made with another size is ignored.
    """

    def __init__(self, policy: CheckpointPolicy | None, size: int) -> None:
        self.policy, self.size = policy, size
        found = _read(policy.storage, size) if policy else None
        self.finished: list[Mapping[str, Any]] = found["finished"] if found else []  # recorders
        self.unfinished: Mapping[str, Any] | None = found["unfinished"] if found else None
        self.resumed = 0.0  # share of the pack's work that the checkpoint brought
        self.saved_at = monotonic()

    def is_finished(self, stack: int, recorder: Recorder) -> bool:
        """Whether this stack was trained to its end; then the recorder is filled."""
        if stack < len(self.finished):
            recorder.restore(self.finished[stack])
            return True
        return False

    def finish(self, recorder: Recorder) -> None:
        """Keep what was recorded of a stack that was trained to its end."""
        if self.policy:
            self.finished.append(recorder.state())

    def resume(self, state: TrainingState) -> tuple[int, int]:
        """Restore the state; returns the epoch to continue with, and the steps before it."""
        found, self.unfinished = self.unfinished, None
        if found is None:
            return 0, 0
        state.restore(found)
        self.resumed = self._share(found["epoch"], state.recorder)
        return found["epoch"] + 1, found["step"]

    def after_epoch(self, epoch: int, step: int, state: TrainingState) -> None:
        """Write a checkpoint if it is due; raises what `pause` raises."""
        if self.policy is None:
            return
        try:
            self.policy.pause(self._reached(epoch, state.recorder))
        except BaseException:
            self._write(epoch, step, state)
            raise
        if monotonic() - self.saved_at >= self.policy.every_s:
            self._write(epoch, step, state)
            self.saved_at = monotonic()

    def _reached(self, epoch: int, recorder: Recorder) -> Reached:
        epochs = recorder.trials[0].variant.loop.training.epochs
        share = self._share(epoch, recorder)
        return Reached(epoch, epochs, share, recorder.means(), self.resumed)

    def _share(self, epoch: int, recorder: Recorder) -> float:
        """Stacks are trained one after another, each to its last epoch."""
        epochs = recorder.trials[0].variant.loop.training.epochs
        here = len(recorder.trials) * epoch / epochs
        return (self.size * len(self.finished) + here) / len(recorder.pack.trials)

    def _write(self, epoch: int, step: int, state: TrainingState) -> None:
        assert self.policy is not None
        unfinished = {"epoch": epoch, "step": step, **state.to_dict()}
        file = BytesIO()
        checkpoint = {"size": self.size, "finished": self.finished, "unfinished": unfinished}
        torch.save(checkpoint, file)
        self.policy.storage.write(file.getvalue())


def _read(storage: CheckpointStorage, size: int) -> Mapping[str, Any] | None:
    data = storage.read()
    if data is None:
        return None
    found: Mapping[str, Any] = torch.load(BytesIO(data), map_location="cpu", weights_only=True)
    return found if found["size"] == size else None
