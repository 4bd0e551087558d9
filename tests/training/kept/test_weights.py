"""The weights that are kept are those whose metrics are reported, and their files are whole."""

from typing import Any

import pytest
import torch

from orchestrator.models.settings import MLP, Adding, ModelSettings, Recurrent, TaskSettings
from orchestrator.plan.records import Pack, Trial
from orchestrator.study.settings import Keep
from orchestrator.training.checkpoint_policy import CheckpointPolicy
from orchestrator.training.data import load_data
from orchestrator.training.engine import build_model, train
from orchestrator.training.kept.weights import DamagedWeights, from_file, to_file
from orchestrator.training.records import PackRows
from tests.training.packs import SMALL_DIGITS, normal, pack, variant
from tests.training.test_checkpoints import cut_off, never

LAST, BEST = Keep(weights="last"), Keep(weights="best")
ADDING = Adding(length=5, examples=100)
CASES: dict[str, tuple[TaskSettings, ModelSettings, dict[str, Any]]] = {
    "stacked": (SMALL_DIGITS, MLP(depth=2, width=12), {}),
    "stopped early": (SMALL_DIGITS, MLP(width=8), {"learning_rate": 1.0, "early_stopping": 1}),
    "best epoch": (SMALL_DIGITS, MLP(width=8), {"learning_rate": 4.0, "select": "best"}),
    "one by one": (ADDING, Recurrent(cell="lstm", hidden=4, layers=2, dropout=0.3), {}),
}


def losses_of(trial: Trial, rows: PackRows) -> tuple[float, float]:
    """Loss of the kept model on the test split by torch alone, and the reported one."""
    model = load(trial, rows)
    data = load_data([trial], 0, "cpu", torch.float32)
    inputs, targets = (each[0] for each in data.take(data.splits["test"]))
    with torch.no_grad():
        outputs = model(inputs)
    is_class = outputs.shape[-1] == 10
    loss = torch.nn.functional.cross_entropy if is_class else torch.nn.functional.mse_loss
    row = list(rows.trials["trial_id"]).index(trial.trial_id)
    return float(
        loss(outputs, targets.reshape(-1) if is_class else targets.view_as(outputs))
    ), rows.trials["final.test/loss"][row]


def load(trial: Trial, rows: PackRows) -> torch.nn.Module:
    model = build_model(trial, load_data([trial], 0, "cpu", torch.float32).shape, 0)
    model.load_state_dict(from_file(rows.weights[trial.trial_id]))
    return model.eval()


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_the_kept_network_has_the_reported_loss(case: str) -> None:
    task, model, training = CASES[case]
    members = pack([variant(task=task, model=model, **{"epochs": 4, **training})])
    rows = train(members, keep=BEST if training.get("select") == "best" else LAST)
    assert set(rows.weights) == set(rows.trials["trial_id"])
    for trial in members.trials:
        found, reported = losses_of(trial, rows)
        assert found == pytest.approx(reported, rel=1e-5)


@pytest.mark.slow
def test_the_best_epoch_is_kept_also_where_the_last_is_reported() -> None:
    members = pack([variant(model=MLP(width=8), epochs=6, learning_rate=4.0)], replicates=1)
    best, last = train(members, keep=BEST), train(members, keep=LAST)
    selected = train(
        pack([variant(model=MLP(width=8), epochs=6, learning_rate=4.0, select="best")], 1)
    )
    (trial,) = members.trials
    found = [losses_of(trial, rows)[0] for rows in (best, last)]
    assert found[0] == pytest.approx(selected.trials["final.test/loss"][0], rel=1e-5)
    assert found[1] == pytest.approx(last.trials["final.test/loss"][0], rel=1e-5)
    assert found[0] != found[1]


@pytest.mark.slow
@pytest.mark.parametrize("keep", [LAST, BEST], ids=["last", "best"])
@pytest.mark.parametrize("case", ["stacked", "one by one"])
def test_a_resumed_training_keeps_the_same_weights(case: str, keep: Keep) -> None:
    task, model, _ = CASES[case]
    members = pack([variant(task=task, model=model, epochs=3)])
    storage = cut_off(members, 3, keep)
    resumed = train(members, checkpoints=CheckpointPolicy(storage, 0, never), keep=keep)
    assert resumed.weights == train(members, keep=keep).weights
    assert len(resumed.weights) == 2


def test_tuning_trials_and_diverged_ones_have_none() -> None:
    model = MLP(activation="relu", init=normal(1))
    wild = variant("wild", model=model, optimizer="adam", learning_rate=1e30)
    assert train(pack([wild]), keep=LAST).weights == {}
    (trial,) = pack([variant()], replicates=1).trials
    tuning = Trial(trial.trial_id, trial.variant, 0, "tuning", 0, 0)
    rows = train(Pack("pack", (tuning,), "test", 0, "0" * 16), keep=LAST)
    assert rows.trials["status"] == ["completed"]
    assert rows.weights == {}


def test_nothing_is_kept_unless_it_is_asked_for() -> None:
    rows = train(pack([variant()]), keep=Keep(answers="off"))
    assert rows.weights == {}
    assert len(rows.answers["trial_id"]) == 0


def test_a_file_comes_back_and_a_changed_one_is_refused() -> None:
    state = {"a": torch.arange(6.0).view(2, 3), "b": torch.tensor(3), "c": torch.zeros(0)}
    data = to_file(state, {"epoch": "3"})
    found = from_file(data)
    assert {name: value.tolist() for name, value in found.items()} == {
        name: value.tolist() for name, value in state.items()
    }
    flipped = bytearray(data)
    flipped[-20] ^= 1
    for wrong in (bytes(flipped), data[:-3], b"", b"no such file"):
        with pytest.raises(DamagedWeights):
            from_file(wrong)
