"""Finals that need no training: how many answers the test metrics are means of, and baselines."""

import torch

from orchestrator.models.shape import NO_TAG, TaskShape
from orchestrator.training.data import TrialData


def data(targets: torch.Tensor, outputs: str, **splits: torch.Tensor) -> TrialData:
    shape = TaskShape("numbers", outputs, features=3, values=2)  # type: ignore[arg-type]
    baselines = [{"accuracy": 0.5}, {"accuracy": 0.25}]
    return TrialData(torch.zeros(4, 3), targets, splits, shape, None, baselines, 0.0)


def test_padding_is_no_answer() -> None:
    tags = torch.tensor([[0, 1, 0], [1, NO_TAG, NO_TAG], [0, 1, NO_TAG], [0, 0, 0]])
    found = data(tags, "tags", test=torch.tensor([[0, 1], [1, 2]])).known
    assert found == [
        {"test/answers": 4.0, "test/baseline_accuracy": 0.5},
        {"test/answers": 3.0, "test/baseline_accuracy": 0.25},
    ]


def test_an_example_is_one_answer() -> None:
    rows = torch.tensor([[0, 1, 2], [1, 2, 3]])
    for targets in (torch.zeros(4, dtype=torch.long), torch.zeros(4, 1)):
        assert [each["test/answers"] for each in data(targets, "classes", test=rows).known] == [
            3,
            3,
        ]


def test_tuning_does_not_know_the_test_split() -> None:
    assert data(torch.zeros(4), "classes", train=torch.tensor([[0], [1]])).known == [{}, {}]
