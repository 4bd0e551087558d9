"""What one evaluation collects besides metrics."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from orchestrator.models.catalogue import task_entry
from orchestrator.models.shape import PER_STEP
from orchestrator.study.records import LoopSettings
from orchestrator.study.settings import Keep
from orchestrator.training.data import TrialData
from orchestrator.training.kept.answers import TestAnswers
from orchestrator.training.kept.predictions import Kept, Predictions


@dataclass(frozen=True)
class Collected:
    """None: not kept of this epoch."""

    answers: TestAnswers | None = None
    predictions: Predictions | None = None

    @classmethod
    def of(cls, keep: Keep, data: TrialData, settings: LoopSettings) -> "Collected":
        """Tuning trials have no test split, and nobody asks for their predictions."""
        if "test" not in data.splits:
            return cls()
        with_loss = keep.predictions == "test"
        return cls(
            TestAnswers(data.group, with_loss) if keep.answers == "on" else None,
            _predictions(keep.predictions, data, settings) if keep.predictions != "off" else None,
        )

    def answer_rows(self, data: TrialData, wanted: Tensor) -> dict[int, list[dict[str, Any]]]:
        """wanted: (members,) of bool."""
        return self.answers.rows(data.test_shape, wanted) if self.answers else {}

    def predictions_of(self, data: TrialData, wanted: Tensor) -> dict[int, Kept]:
        found = self.predictions
        return found.of(data.splits[found.split].shape[1], wanted) if found else {}


def _predictions(split: str, data: TrialData, settings: LoopSettings) -> Predictions:
    loss = settings.training.loss or task_entry(settings.task).loss
    shape = data.shape
    width = shape.values if shape.outputs == "value" else 1
    steps = data.targets.shape[1] if shape.outputs in PER_STEP else width
    return Predictions(split, shape, steps, loss == "sigmoid_cross_entropy", data.group)
