"""A pack's training kept while it lasts, so that another process can go on with it.

At the end of an epoch that is: parameters, what the optimizer remembers, the diary, and which
epoch it was. Random streams are named by their epoch (`Streams`), so that no generator has a state
to be kept, and what goes on gives the same bits as what was never interrupted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from time import monotonic
from typing import Any

import torch
from torch import Tensor

from orchestrator.training.keeping import Keeping, Shelf
from orchestrator.training.optim.optimizers import Optimizer
from orchestrator.training.optim.schedules import Plateau
from orchestrator.training.recorder import Recorder
from orchestrator.training.stacking.members import Members


@dataclass(frozen=True, slots=True)
class Course:
    """All that changes while members train."""

    members: Members
    optimizer: Optimizer
    plateau: Plateau
    diary: Recorder

    @property
    def tensors(self) -> Mapping[str, Tensor]:
        """Name → tensor that is changed in place."""
        remembered = {f"optimizer.{i}": kept for i, kept in enumerate(self.optimizer.state)}
        buffers = {f"buffer.{name}": b for name, b in self.members.model.named_buffers()}
        return {
            "flat": self.members.flat,
            "learning_rate": self.optimizer.hyper.learning_rate,
            **remembered,
            **buffers,
        }

    def state(self) -> dict[str, Any]:
        """What `restore` takes, in plain values and tensors."""
        return {
            "tensors": {name: tensor.detach().cpu() for name, tensor in self.tensors.items()},
            "steps": self.optimizer.steps,
            "plateau": vars(self.plateau),
            "diary": self.diary.state(),
        }

    @torch.no_grad()
    def restore(self, state: Mapping[str, Any]) -> None:
        for name, tensor in self.tensors.items():
            tensor.copy_(state["tensors"][name])
        self.optimizer.steps = state["steps"]
        vars(self.plateau).update(state["plateau"])
        self.diary.restore(state["diary"])


class Saves:
    """The checkpoints of a pack, whose members train in portions, one after another.

    keeping: None keeps nothing.   size: members of a portion; of another, a checkpoint is none.
    """

    def __init__(self, keeping: Keeping | None, size: int) -> None:
        self.keeping, self.size = keeping, size
        found = _read(keeping.shelf, size) if keeping else None
        self.done: list[Mapping[str, Any]] = found["done"] if found else []  # diaries
        self.under_way: Mapping[str, Any] | None = found["under_way"] if found else None
        self.saved_at = monotonic()

    def is_done(self, portion: int, diary: Recorder) -> bool:
        """Whether this portion was trained to its end; then its diary is filled."""
        if portion < len(self.done):
            diary.restore(self.done[portion])
            return True
        return False

    def finished(self, diary: Recorder) -> None:
        """The next portion has come to its end."""
        if self.keeping:
            self.done.append(diary.state())

    def resume(self, course: Course) -> tuple[int, int]:
        """Put things as they were; returns the epoch to go on with, and the steps before it."""
        state, self.under_way = self.under_way, None
        if state is None:
            return 0, 0
        course.restore(state)
        return state["epoch"] + 1, state["step"]

    def after_epoch(self, epoch: int, step: int, course: Course) -> None:
        """Write a checkpoint if it is time; raises what `pause` raises."""
        if self.keeping is None:
            return
        try:
            self.keeping.pause()
        except BaseException:
            self._write(epoch, step, course)
            raise
        if monotonic() - self.saved_at >= self.keeping.every_s:
            self._write(epoch, step, course)
            self.saved_at = monotonic()

    def _write(self, epoch: int, step: int, course: Course) -> None:
        assert self.keeping is not None
        under_way = {"epoch": epoch, "step": step, **course.state()}
        file = BytesIO()
        torch.save({"size": self.size, "done": self.done, "under_way": under_way}, file)
        self.keeping.shelf.write(file.getvalue())


def _read(shelf: Shelf, size: int) -> Mapping[str, Any] | None:
    data = shelf.read()
    if data is None:
        return None
    found: Mapping[str, Any] = torch.load(BytesIO(data), map_location="cpu", weights_only=True)
    return found if found["size"] == size else None
