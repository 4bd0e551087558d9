"""What each network says of every example of one split, as the store keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from orchestrator.models.shape import NO_TAG, PER_STEP, TaskShape
from orchestrator.training.distributed.process_group import ALONE, ProcessGroup
from orchestrator.training.records import Columns

MOST_SCORES = 100  # classes; of more, such as the words of a vocabulary, no scores are kept
_PRESENT, _TARGET, _PREDICTION, _SCORES = range(4)  # columns of a block; scores to the end

Kept = Mapping[str, Tensor]  # of one trial: place, position, target, prediction, scores


@dataclass
class Predictions:
    """Collects the outputs of one evaluation; it computes no forward pass itself.

    split: validation | test.
    steps: of the table of targets, padding included; values of a task with several; else 1.
    sigmoids: classes have a sigmoid each, and no softmax together.
    group: the processes among which the split is divided.
    """

    split: str
    shape: TaskShape
    steps: int
    sigmoids: bool = False
    group: ProcessGroup = ALONE
    blocks: list[tuple[Tensor, Tensor]] = field(default_factory=list)

    def add(self, places: Tensor, outputs: Tensor, targets: Tensor) -> None:
        """Keep the outputs for some examples.

        places: (members, batch) index of each example in the split.
        outputs, targets: as a loss takes them, (members, batch, …).
        """
        self.blocks.append((places.cpu(), self._columns(outputs, targets).float().cpu()))

    def of(self, examples: int, wanted: Tensor) -> dict[int, Kept]:
        """Of each wanted member its predictions, in the order of the split; the same in all
        processes.

        examples: of the split. wanted: (members,) of bool.
        """
        return {m: self._of_member(m, examples) for m in wanted.nonzero().flatten().tolist()}

    @property
    def _scores(self) -> int:
        """Score columns."""
        classes = max(self.shape.values, 2)
        return 0 if self.shape.outputs == "value" or classes > MOST_SCORES else classes

    def _columns(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """(members, batch, steps, columns)."""
        if self.shape.outputs == "value":
            return torch.stack([torch.ones_like(targets), targets, outputs], -1)
        single = outputs.shape[-1] == 1
        predicted = (outputs.squeeze(-1) > 0).long() if single else outputs.max(-1).indices
        parts = torch.stack([targets != NO_TAG, targets, predicted], -1).to(outputs.dtype)
        found = torch.cat([parts, self._probabilities(outputs)], -1) if self._scores else parts
        return found if self.shape.outputs in PER_STEP else found.unsqueeze(2)

    def _probabilities(self, outputs: Tensor) -> Tensor:
        if outputs.shape[-1] == 1:
            return torch.cat([torch.sigmoid(-outputs), torch.sigmoid(outputs)], -1)
        return torch.sigmoid(outputs) if self.sigmoids else functional.softmax(outputs, -1)

    def _of_member(self, member: int, examples: int) -> Kept:
        whole = torch.zeros(examples, self.steps, _SCORES + self._scores)
        for places, columns in self.blocks:
            whole[places[member], : columns.shape[2]] = columns[member]
        whole = self.group.sum(whole)
        place, position = whole[..., _PRESENT].nonzero(as_tuple=True)
        rows = whole[place, position]
        return {
            "place": place.int(),
            "position": position.int(),
            "target": rows[:, _TARGET].clone(),
            "prediction": rows[:, _PREDICTION].clone(),
            "scores": rows[:, _SCORES:].clone(),
        }


def columns_of(
    kept: Kept, trial_id: str, split: str, examples: Tensor, shape: TaskShape
) -> Columns:
    """One table of predictions, as docs/results.md has it.

    examples: (examples of the split,) the number of each in the task's data.
    """
    rows = len(kept["place"])
    is_value = shape.outputs == "value"
    several = shape.outputs in PER_STEP or (is_value and shape.values > 1)
    answers = {name: _finite(kept[name].numpy()) for name in ("target", "prediction")}
    if not is_value:
        answers = {name: kept[name].numpy().astype(np.int32) for name in answers}
    columns: dict[str, Any] = {
        "trial_id": [trial_id] * rows,
        "split": [split] * rows,
        "example": examples.cpu().numpy()[kept["place"].numpy()].astype(np.int32),
        "position": kept["position"].numpy() if several else [None] * rows,
        **answers,
    }
    scores = _finite(kept["scores"].numpy())
    return columns | {f"score.{number}": scores[:, number] for number in range(scores.shape[1])}


def _finite(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """NaN, which the store has as null, where a number is too large: with a loss of own code."""
    found: NDArray[np.float32] = np.where(np.isfinite(values), values, np.float32(np.nan))
    return found
