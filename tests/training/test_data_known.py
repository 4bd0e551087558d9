"""Finals that need no training: how many answers the test metrics are means of, and baselines."""

import torch

from orchestrator.models.shape import NO_TAG, OutputKind, TaskShape
from orchestrator.training.data import TrialData


def data(targets: torch.Tensor, outputs: OutputKind, **splits: torch.Tensor) -> TrialData:
    shape = TaskShape("features", outputs, features=3, values=2)
    baselines = [{"accuracy": 0.5}, {"accuracy": 0.25}]
    return TrialData(torch.zeros(4, 3), targets, splits, [shape], None, [3], [0], baselines, 0.0)


def test_padding_is_no_answer() -> None:
    tags = torch.tensor([[0, 1, 0], [1, NO_TAG, NO_TAG], [0, 1, NO_TAG], [0, 0, 0]])
    found = data(tags, "tags", test=torch.tensor([[0, 1], [1, 2]])).known
    assert found == [
        {"test/answers": 4.0, "test/baseline_accuracy": 0.5},
        {"test/answers": 3.0, "test/baseline_accuracy": 0.25},
    ]


def test_an_example_is_one_answer() -> None:
    rows = torch.tensor([[0, 1, 2], [1, 2, 3]])
    classes, values = torch.zeros(4, dtype=torch.long), torch.zeros(4, 1)
    for found in (data(classes, "class", test=rows), data(values, "value", test=rows)):
        assert [each["test/answers"] for each in found.known] == [3, 3]


def test_tuning_does_not_know_the_test_split() -> None:
    assert data(torch.zeros(4), "class", train=torch.tensor([[0], [1]])).known == [{}, {}]
