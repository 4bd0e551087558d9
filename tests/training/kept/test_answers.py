"""What the store keeps of each test example: its mean is the final metric."""

from typing import Any, Literal

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from orchestrator.models.settings import Adding, Recurrent, TaskSettings, ToyTagging
from orchestrator.study.settings import Keep
from orchestrator.training.engine import train
from orchestrator.training.kept.answers import TestAnswers
from orchestrator.training.recorder import Recorder
from orchestrator.training.records import PackRows
from tests.training.packs import SMALL_DIGITS, pack, variant

ALL = torch.tensor([True])


def decoded(row: dict[str, Any]) -> NDArray[np.float64]:
    data = np.frombuffer(row["answers"], np.uint8 if row["kind"] == "bit" else "<f4")
    return (np.unpackbits(data, count=row["n"]) if row["kind"] == "bit" else data).astype(float)


def by_trial(rows: PackRows) -> dict[str, dict[str, Any]]:
    columns = rows.answers
    each = zip(*columns.values(), strict=True)
    return {str(values[0]): dict(zip(columns, values, strict=True)) for values in each}


@pytest.mark.parametrize(
    ("task", "model", "metric"),
    [
        (SMALL_DIGITS, None, "accuracy"),
        (
            ToyTagging(train_examples=60, validation_examples=30, test_examples=37),
            Recurrent(cell="lstm", hidden=8),
            "accuracy",
        ),
        (
            Adding(examples=60, validation_examples=30, test_examples=37, length=8),
            Recurrent(cell="lstm", hidden=8),
            "mse",
        ),
    ],
)
@pytest.mark.parametrize("patience", [None, 1])
@pytest.mark.slow
def test_the_mean_of_the_answers_is_the_final_metric(
    task: TaskSettings, model: Any, metric: str, patience: int | None
) -> None:
    settings: dict[str, Any] = {"epochs": 3, "early_stopping": patience, "learning_rate": 0.5}
    rows = train(pack([variant(task=task, model=model, **settings)], replicates=3))
    finals, counts = rows.trials[f"final.test/{metric}"], rows.trials["final.test/answers"]
    found = by_trial(rows)
    assert list(found) == list(rows.trials["trial_id"])
    for row, final, count in zip(found.values(), finals, counts, strict=True):
        assert row["metric"] == metric
        assert row["n"] == count
        assert decoded(row).mean() == pytest.approx(final, rel=1e-6)
        if row["words"] is not None:
            assert np.frombuffer(row["words"], "<u4").sum() == count


def test_a_diverged_trial_has_no_answers() -> None:
    rows = train(pack([variant("wild", learning_rate=1e200), variant("calm")]))
    statuses = dict(zip(rows.trials["trial_id"], rows.trials["status"], strict=True))
    assert statuses["wild-0"] == "diverged"
    assert set(by_trial(rows)) == {"calm-0", "calm-1"}


def test_values_come_in_the_order_of_the_split() -> None:
    answers = TestAnswers()
    answers.expect("mse")
    answers.add("mse", torch.tensor([[2, 0]]), torch.tensor([[2.5, 0.5]]), torch.ones(1, 2))
    answers.add("mse", torch.tensor([[1]]), torch.tensor([[1.5]]), torch.ones(1, 1))
    ((row,),) = answers.rows((1, 3, 1), ALL).values()
    assert decoded(row).tolist() == [0.5, 1.5, 2.5]


def test_padding_is_left_out() -> None:
    answers = TestAnswers()
    answers.expect("accuracy")
    right = torch.tensor([[[1.0, 0.0], [1.0, 1.0]]])
    weights = torch.tensor([[[1.0, 0.0], [1.0, 1.0]]])
    answers.add("accuracy", torch.tensor([[1, 0]]), right, weights)
    ((row,),) = answers.rows((1, 2, 4), ALL).values()
    assert (row["kind"], row["n"]) == ("bit", 3)
    assert decoded(row).tolist() == [1, 1, 1]
    assert np.frombuffer(row["words"], "<u4").tolist() == [2, 1]


@pytest.mark.parametrize("answers", ["on", "off"])
def test_answers_that_are_not_kept_are_not_collected(
    monkeypatch: pytest.MonkeyPatch, answers: Literal["on", "off"]
) -> None:
    collected = []
    monkeypatch.setattr(TestAnswers, "expect", lambda self, metric: collected.append(metric))
    monkeypatch.setattr(TestAnswers, "add", lambda *block: None)
    monkeypatch.setattr(TestAnswers, "rows", lambda *about: {})
    rows = train(pack([variant(epochs=1)]), keep=Keep(answers=answers))
    assert set(collected) == ({"accuracy", "loss"} if answers == "on" else set())
    assert not by_trial(rows)


def test_a_resumed_pack_drops_answers_that_are_no_longer_kept() -> None:
    trained = pack([variant(epochs=1)])
    answer = {"metric": "accuracy", "kind": "bit", "n": 1, "answers": b"\x80", "words": None}
    first = Recorder(trained, trained.trials, [{}] * len(trained.trials))
    first.measured(0, 0, {("test", "accuracy"): torch.zeros(len(trained.trials))})
    first.answered(0, {0: [answer]})
    again = Recorder(trained, trained.trials, first.known, Keep(answers="off"))
    again.restore(first.state())
    assert first.answers
    assert not again.answers
