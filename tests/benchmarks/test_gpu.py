"""The benchmark of GPUs, where there is none: its functions on the CPU, at small sizes."""

import json

import pytest
import torch

from benchmarks import gpu
from orchestrator.models.settings import MLP, Adding, Digits, Recurrent

SMALL = Digits(train_examples=64, validation_examples=20, test_examples=20)
WORKS = [
    gpu.Work("lstm", 15, Adding(length=5, examples=64), Recurrent(hidden=4), members=3),
    gpu.Work("mlp", 30, SMALL, MLP(depth=2, width=5), members=3),
]


def test_without_a_gpu_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    gpu.main()
    assert json.loads(capsys.readouterr().out)["note"] == "no GPU here"


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.name)
@pytest.mark.slow
def test_stacked_and_one_by_one_are_the_same_work(
    work: gpu.Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "orchestrator.training.choose_stacking.STEPWISE_ON", ("cpu",)
    )  # as on a GPU
    row = gpu.measure(work, "cpu")
    assert row["times_faster"] > 0
    assert row["largest_difference"] < 1e-5
