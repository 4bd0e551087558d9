"""`trial.probe`: gradients of own trials as rows, those of orch's own loop among them."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import orchestrator
from orchestrator.models.settings import MLP, Adding, Recurrent
from orchestrator.own_trials.engine import train
from orchestrator.own_trials.probed import Probed
from orchestrator.store.schemas import FIXED, arrow
from orchestrator.study.probes import Probes
from orchestrator.training.batches import batch_size, batches
from orchestrator.training.checkpoint_policy import CheckpointPolicy, Reached
from orchestrator.training.data import load_data
from orchestrator.training.engine import build_model
from orchestrator.training.engine import train as train_in_own_loop
from orchestrator.training.losses.choose import loss_of
from orchestrator.training.probes.schedule import _rows
from orchestrator.training.random_streams import RandomStreams
from tests.own_trials.studies import METRICS, REST, frame, own_study, packs_of, problems
from tests.own_trials.test_engine import Kept, Stop
from tests.training.packs import pack, variant

SMALL = """\
import torch
from torch import nn
from torch.nn import functional as F


def train(trial, *, warmup: int = 0, epochs: int = 4):
    torch.manual_seed(trial.seed)
    model = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 2))
    x, y = torch.randn(8, 4), torch.randint(2, (8,))
    optimizer, first = torch.optim.SGD(model.parameters(), 0.5), 0
    if trial.resume_from:
        state = torch.load(trial.resume_from)
        model.load_state_dict(state["model"])
        first = state["epoch"] + 1
    for epoch in range(first, epochs + 1):
        loss = F.cross_entropy(model(x), y)
        if epoch:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            trial.report({"train/loss": loss, "test/accuracy": 0.5}, epoch=epoch)
        trial.probe(model, lambda: F.cross_entropy(model(x), y), epoch=epoch)
        torch.save({"model": model.state_dict(), "epoch": epoch}, trial.folder / "state.pt")
        trial.checkpoint(trial.folder / "state.pt")
"""


def test_rows_of_a_trial_are_those_of_the_table(tmp_path: Path) -> None:
    own = packs_of(own_study(tmp_path, SMALL))[0]
    rows = train(own)
    assert rows.trials["status"] == ["completed"], rows.trials["error"]
    for name in FIXED:
        arrow(name, getattr(rows, name))
    found = frame(rows.gradients)
    assert set(found["trial_id"]) == {own.trials[0].trial_id}
    assert set(found["epoch"]) == {0, 1, 2, 3, 4}
    assert set(found["epoch"][found["quantity"] == "weight_variance"]) == {0}
    delta = found[(found["quantity"] == "delta") & (found["epoch"] == 0)]
    assert delta[["site", "position"]].values.tolist() == [["0", 1], ["2", 2], ["4", 3]]


def test_a_probe_changes_no_result(tmp_path: Path) -> None:
    lines = SMALL.splitlines(keepends=True)
    without = "".join(line for line in lines if "trial.probe" not in line)
    results = [
        frame(train(packs_of(own_study(tmp_path / name, text))[0]).metrics)["value"].tolist()
        for name, text in (("with", SMALL), ("without", without))
    ]
    assert len(results[0]) == 8
    assert results[0] == results[1]


def test_a_trial_that_resumes_keeps_what_was_probed(tmp_path: Path) -> None:
    own = packs_of(own_study(tmp_path, SMALL))[0]
    whole = train(own)
    assert set(whole.gradients["epoch"]) == {0, 1, 2, 3, 4}

    def stop_at_3(reached: Reached | None) -> None:
        if reached and reached.epoch == 3:
            raise Stop

    kept = Kept()
    with pytest.raises(Stop):
        train(own, checkpoints=CheckpointPolicy(kept, 0.0, stop_at_3))
    again = train(own, checkpoints=CheckpointPolicy(kept, 0.0, lambda reached: None))
    pd.testing.assert_frame_equal(frame(again.gradients), frame(whole.gradients))


LOOPS = {
    "depth": variant(
        model=MLP(depth=3, width=8, activation="relu"),
        probes=Probes(every_epochs=1, examples=20, quantities="full"),
        batch_size=25,
    ),
    "time": variant(
        task=Adding(length=6, examples=60),
        model=Recurrent(cell="lstm", hidden=4, layers=2, bidirectional=True),
        probes=Probes(every_epochs=1, examples=20, quantities="full"),
        batch_size=8,
    ),
}


@pytest.mark.parametrize("name", LOOPS)
def test_they_are_the_rows_of_orchs_own_loop(name: str) -> None:
    """The same model, data, batches and seeds, trained by torch's optimizer in a plain loop."""
    own = pack([LOOPS[name]], replicates=1)
    wanted = frame(train_in_own_loop(own).gradients)
    settings = own.trials[0].variant.loop
    data = load_data(own.trials, own.study_seed, "cpu", torch.float32)
    streams = RandomStreams(own.trials, own.study_seed)
    model = build_model(own.trials[0], data.shapes[0], own.study_seed)
    loss = loss_of(settings)
    x, y = data.take(_rows(data, streams, settings.probes.examples))
    optimizer = torch.optim.SGD(model.parameters(), settings.training.learning_rate)
    trial = orchestrator.standalone()
    for epoch in range(settings.training.epochs + 1):
        for inputs, targets in batches(data, streams, epoch, batch_size(settings.training, data)):
            if epoch == 0:
                break
            optimizer.zero_grad()
            loss(model(inputs[0]), targets[0]).mean().backward()
            optimizer.step()
        trial.probe(model, lambda: loss(model(x[0]), y[0]), epoch=epoch)
    keys = ["epoch", "axis", "site", "position", "quantity"]
    wanted = wanted[wanted["quantity"] != "update_ratio"]
    found = trial.gradients.set_index(keys)["value"].sort_index()
    assert len(wanted) > 100
    expected = wanted.set_index(keys)["value"].sort_index()
    pd.testing.assert_series_equal(found, expected, rtol=1e-4, atol=1e-9)


def network() -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))


def test_a_trial_without_a_study_collects_them(capsys: pytest.CaptureFixture[str]) -> None:
    trial, model, x = orchestrator.standalone(), network(), torch.randn(5, 4)
    assert trial.gradients.empty
    trial.probe(model, lambda: model(x).square().mean(), epoch=0)
    trial.probe(model, model(x).square().mean(), epoch=1)
    assert capsys.readouterr().out == (
        "epoch 0: gradients of 2 layers\nepoch 1: gradients of 2 layers\n"
    )
    columns = ["epoch", "step", "axis", "site", "position", "quantity", "value"]
    assert list(trial.gradients) == columns
    assert set(trial.gradients["epoch"]) == {0, 1}
    recurrent = nn.GRU(4, 3, batch_first=True)
    trial.probe(recurrent, lambda: recurrent(x[None])[0][:, -1].sum(1), epoch=2)
    assert capsys.readouterr().out == "epoch 2: gradients of 1 layers, 5 steps\n"


def test_only_what_is_asked_for_is_measured() -> None:
    trial, model, x = orchestrator.standalone(), network(), torch.randn(5, 4)
    trial.probe(model, lambda: model(x).square().mean(), epoch=0, quantities=["delta"])
    assert set(trial.gradients["quantity"]) == {"delta"}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"epoch": 1}, "epoch 1 is probed twice"),
        ({"epoch": -1}, "epoch=-1 is not a whole number"),
        ({"epoch": 0.5}, "epoch=0.5 is not a whole number"),
        ({"epoch": 2, "quantities": ["dleta"]}, "some of activation, cell_grad"),
        ({"epoch": 2, "quantities": "delta"}, "some of activation"),
        ({"epoch": 2, "quantities": ["update_ratio"]}, "some of activation"),
    ],
)
def test_bad_input_is_refused(more: dict[str, Any], message: str) -> None:
    trial, model, x = orchestrator.standalone(), network(), torch.randn(5, 4)

    def loss() -> Tensor:
        value: Tensor = model(x).square().mean()
        return value

    trial.probe(model, loss, epoch=1)
    with pytest.raises(ValueError, match=message):
        trial.probe(model, loss, **more)


def test_numbers_that_are_not_finite_have_no_row() -> None:
    probed, model = Probed(), network()
    with torch.no_grad():
        model.get_parameter("2.weight")[0, 0] = float("inf")
    probed.add(model, lambda: F.cross_entropy(model(torch.ones(5, 4)), torch.zeros(5).long()), 0,
               None)  # fmt: skip
    assert "nan" not in json.dumps(probed.state()).lower()


def test_a_study_may_compare_gradients_that_its_function_probes(tmp_path: Path) -> None:
    rest = f"{METRICS}{REST}compare: {{metric: gradient/total_decay}}\n"
    assert own_study(tmp_path, SMALL, rest).compare.metric == "gradient/total_decay"


def test_a_command_cannot_probe(tmp_path: Path) -> None:
    text = (
        "study: x\ntrial: {command: [echo, '{lr}'], lr: 1}\nfactors: {trial.lr: [1, 2]}\n"
        "metrics: {test/loss: {direction: minimize, unit: nat, pattern: '(1)'}}\n"
        "replicates: 2\ncompare: {metric: gradient/total_decay}\n"
    )
    (problem,) = problems(tmp_path, text)
    assert "is not a metric of metrics" in problem.what
