"""Predictions that are kept: from them alone, numpy computes the reported metrics again."""

from typing import Any, Literal

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from orchestrator.models.settings import (
    MLP,
    Adding,
    ConvNet,
    Diabetes,
    ModelSettings,
    Parity,
    Recurrent,
    TaskSettings,
    ToyNextWord,
    ToyTagging,
)
from orchestrator.models.shape import TaskShape
from orchestrator.plan.records import Pack, Trial
from orchestrator.study.settings import Keep
from orchestrator.training.checkpoint_policy import CheckpointPolicy
from orchestrator.training.data import load_data
from orchestrator.training.engine import train
from orchestrator.training.kept.predictions import Predictions
from orchestrator.training.records import Columns, PackRows
from tests.training.packs import SMALL_DIGITS, normal, pack, variant
from tests.training.test_checkpoints import cut_off, never

TEST, VALIDATION = Keep(predictions="test"), Keep(predictions="validation")
LSTM = Recurrent(cell="lstm", hidden=6)
CASES: dict[str, tuple[TaskSettings, ModelSettings, dict[str, Any]]] = {
    "mlp": (SMALL_DIGITS, MLP(depth=2, width=12), {}),
    "best epoch": (SMALL_DIGITS, MLP(width=8), {"learning_rate": 4.0, "select": "best"}),
    "stopped early": (SMALL_DIGITS, MLP(width=8), {"learning_rate": 1.0, "early_stopping": 1}),
    "convnet": (SMALL_DIGITS, ConvNet(channels="2-3", width="8-8"), {}),
    "sigmoids": (SMALL_DIGITS, MLP(width=8), {"loss": "sigmoid_cross_entropy"}),
    "one sigmoid": (Parity(length=4, examples=60, test_examples=37), LSTM, {}),
    "sentences": (
        ToyTagging(train_examples=60, validation_examples=30, test_examples=37),
        LSTM,
        {},
    ),
    "one value": (Adding(examples=60, test_examples=37, length=5), LSTM, {}),
    "features": (Diabetes(), MLP(width=8), {"learning_rate": 0.01}),
}


def numbers(table: Columns, name: str) -> NDArray[np.float64]:
    return np.asarray(table[name], dtype=float)


def loss_of(table: Columns, name: str) -> float:
    """By numpy, from target and scores."""
    target = np.asarray(table["target"])
    classes = [column for column in table if column.startswith("score.")]
    if not classes:
        return float(np.square(numbers(table, "target") - numbers(table, "prediction")).mean())
    scores = np.stack([numbers(table, column) for column in classes], axis=1)
    own = scores[np.arange(len(scores)), target]
    if name != "sigmoids":
        assert scores.sum(1) == pytest.approx(1, abs=1e-5)
        return float(-np.log(own).mean())
    others = np.log(1 - scores).sum(1) - np.log(1 - own)
    return float(-(np.log(own) + others).mean())


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("split", ["test", "validation"])
def test_numpy_computes_the_final_metrics_from_them(
    case: str, split: Literal["test", "validation"]
) -> None:
    task, model, training = CASES[case]
    members = pack([variant(task=task, model=model, **{"epochs": 3, **training})])
    rows = train(members, keep=Keep(predictions=split))
    assert list(rows.predictions) == list(rows.trials["trial_id"])
    for table, loss in zip(
        rows.predictions.values(), rows.trials[f"final.{split}/loss"], strict=True
    ):
        assert set(table["split"]) == {split}
        assert loss_of(table, case) == pytest.approx(loss, rel=1e-4)
    accuracies = rows.trials.get(f"final.{split}/accuracy", ())
    for table, accuracy in zip(rows.predictions.values(), accuracies, strict=bool(accuracies)):
        right = np.asarray(table["target"]) == np.asarray(table["prediction"])
        assert right.mean() == pytest.approx(accuracy, abs=1e-12)


@pytest.mark.slow
def test_examples_are_rows_of_the_data_and_positions_words() -> None:
    task, model, _ = CASES["sentences"]
    members = pack([variant(task=task, model=model)])
    rows = train(members, keep=TEST)
    for trial in members.trials:
        data, table = load_data([trial], 0, "cpu", torch.float32), rows.predictions[trial.trial_id]
        targets = data.targets[table["example"], table["position"]]
        assert targets.tolist() == list(table["target"])
        assert len(targets) == (data.targets[data.splits["test"][0]] != -1).sum()


def test_a_replicate_with_data_of_its_own_counts_its_own_rows() -> None:
    task = Adding(examples=60, validation_examples=20, test_examples=10, length=3)
    members = pack([variant(task=task, model=Recurrent(hidden=3), epochs=1)])
    tables = train(members, keep=TEST).predictions.values()
    assert [list(table["example"]) for table in tables] == [[*range(80, 90)]] * 2
    assert [set(table["position"]) for table in tables] == [{None}] * 2
    first, second = (list(table["target"]) for table in tables)
    assert first != second


@pytest.mark.slow
def test_beside_others_and_alone_they_are_the_same() -> None:
    members = pack([variant()])
    together = train(members, keep=TEST).predictions
    for trial in members.trials:
        alone = Pack("pack", (trial,), "test", 0, "0" * 16)
        own = train(alone, keep=TEST).predictions[trial.trial_id]
        for name, values in together[trial.trial_id].items():
            if "score" in name:  # a stack rounds sums in another order
                assert own[name] == pytest.approx(values, rel=1e-5)
            else:
                assert list(values) == list(own[name])


@pytest.mark.slow
@pytest.mark.parametrize("case", ["mlp", "sentences"])
def test_a_resumed_training_keeps_the_same_ones(case: str) -> None:
    task, model, _ = CASES[case]
    members = pack([variant(task=task, model=model, epochs=3)])
    storage = cut_off(members, 3, TEST)
    resumed = train(members, checkpoints=CheckpointPolicy(storage, 0, never), keep=TEST)
    assert _listed(resumed) == _listed(train(members, keep=TEST))


def _listed(rows: PackRows) -> dict[str, dict[str, list[Any]]]:
    return {
        trial: {name: list(values) for name, values in table.items()}
        for trial, table in rows.predictions.items()
    }


def test_of_the_test_split_the_answers_have_the_loss() -> None:
    rows = train(pack([variant(epochs=1)], replicates=1), keep=TEST)
    answers = dict(zip(rows.answers["metric"], rows.answers["answers"], strict=True))
    assert set(answers) == {"loss", "accuracy"}
    mean = np.frombuffer(answers["loss"], "<f4").mean()
    assert mean == pytest.approx(rows.trials["final.test/loss"][0], rel=1e-6)
    assert train(pack([variant(epochs=1)]), keep=VALIDATION).answers["metric"] == ["accuracy"] * 2


def test_many_classes_have_no_scores() -> None:
    task = ToyNextWord(train_examples=40, validation_examples=20, test_examples=20)
    rows = train(pack([variant(task=task, model=LSTM, epochs=1)], replicates=1), keep=TEST)
    (table,) = rows.predictions.values()
    assert any(name.startswith("score.") for name in table)
    words = Predictions("test", TaskShape("words", "words", 200, 200), steps=2)
    words.add(torch.tensor([[0]]), torch.randn(1, 1, 2, 200), torch.tensor([[[5, -1]]]))
    (kept,) = words.of(1, torch.tensor([True])).values()
    assert kept["target"].tolist() == [5]
    assert kept["scores"].shape == (1, 0)


def test_of_several_values_each_has_a_row() -> None:
    found = Predictions("test", TaskShape("features", "value", 3, 2), steps=2)
    outputs, targets = torch.tensor([[[1.0, 2.0]]]), torch.tensor([[[3.0, 4.0]]])
    found.add(torch.tensor([[0]]), outputs, targets)
    (kept,) = found.of(1, torch.tensor([True])).values()
    assert kept["position"].tolist() == [0, 1]
    assert kept["prediction"].tolist() == [1, 2]
    assert kept["target"].tolist() == [3, 4]


def test_tuning_trials_and_diverged_ones_have_none() -> None:
    model = MLP(activation="relu", init=normal(1))
    wild = variant("wild", model=model, optimizer="adam", learning_rate=1e30)
    assert train(pack([wild]), keep=TEST).predictions == {}
    (trial,) = pack([variant()], replicates=1).trials
    tuning = Trial(trial.trial_id, trial.variant, 0, "tuning", 0, 0)
    rows = train(Pack("pack", (tuning,), "test", 0, "0" * 16), keep=VALIDATION)
    assert rows.trials["status"] == ["completed"]
    assert rows.predictions == {}
    assert train(pack([variant()], replicates=1)).predictions == {}
