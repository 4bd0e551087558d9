"""Models and tasks of the user's own in training, against plain loops of torch."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from orchestrator.plan.make_plan import make_plan
from orchestrator.plan.records import Pack
from orchestrator.seeds import seed_for
from orchestrator.study.probes import QUANTITIES
from orchestrator.study.records import Study
from orchestrator.training.data import load_data
from orchestrator.training.engine import build_model, train
from orchestrator.training.probes.layers import probe
from orchestrator.training.random_streams import RandomStreams
from orchestrator.training.records import PackRows
from orchestrator.training.stacking.members import Mapped, single
from tests.own_code import MODEL, TASK, own_study, write_module
from tests.training.stacking.stacked import stacked, way_of

HEAD = "import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n"
SEQUENCES = "digits_rows, train_examples: 40, validation_examples: 20, test_examples: 20"
LSTM = (
    "    def __init__(self, inputs, outputs):\n        super().__init__()\n"
    "        self.lstm = nn.LSTM(inputs, 6, num_layers=2, batch_first=True)\n"
    "        self.head = nn.Linear(6, outputs)\n"
    "    def forward(self, x):\n        return self.head(self.lstm(x)[0][:, -1])\n"
)
FORWARDS = {  # of a net with two layers → how a pack of it trains
    "self.b(self.a(x).tanh())": "stacked",
    "self.b(F.relu_(self.a(x)))": "stacked",
    "self.b(F.layer_norm(self.a(x), (6,)))": "stacked",
    "self.b(torch.flatten(self.a(x), 1))": "stacked",
    "self.b(F.dropout(self.a(x), 0.01, self.training))": "sequential",
    "self.b(self.a(x) + 0.1 * torch.randn_like(self.a(x)))": "sequential",
    "self.b(self.a(x) if x.sum() > 0 else self.a(-x))": "sequential",
}
LAYERS = {
    "nn.LayerNorm(6)": "stacked",
    "nn.GroupNorm(2, 6)": "stacked",
    "nn.ReLU(inplace=True)": "stacked",
    "nn.Dropout(0.01)": "sequential",
    "nn.BatchNorm1d(6)": "sequential",
    "nn.BatchNorm1d(6, affine=False)": "sequential",
}


def net(forward: str) -> str:
    return (
        f"{HEAD}class Net(nn.Module):\n    def __init__(self, inputs, outputs):\n"
        "        super().__init__()\n        self.a = nn.Linear(inputs, 6)\n"
        f"        self.b = nn.Linear(6, outputs)\n    def forward(self, x):\n"
        f"        return {forward}\n"
    )


def layered(layer: str) -> str:
    layers = f"nn.Linear(inputs, 6), {layer}, nn.Linear(6, outputs)"
    return f"{HEAD}def Net(inputs, outputs):\n    return nn.Sequential({layers})\n"


def packs(study: Study) -> tuple[Pack, ...]:
    return make_plan(study, {}, workers=2).packs


ALL = frozenset(QUANTITIES)


def trained(folder: Path, text: str, **parts: Any) -> tuple[Pack, PackRows]:
    """The only pack of a study of a model `Net` in this module."""
    study = own_study(folder, f'"{write_module(folder, text)}:Net"', **parts)
    (pack,) = packs(study)
    return pack, train(pack)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "execution"),
    [(net(forward), way) for forward, way in FORWARDS.items()]
    + [(layered(layer), way) for layer, way in LAYERS.items()],
    ids=[*FORWARDS, *LAYERS],
)
def test_members_train_side_by_side_where_that_is_the_same(
    tmp_path: Path, text: str, execution: str
) -> None:
    pack, rows = trained(tmp_path, text)
    assert len(pack.trials) == 4
    assert set(rows.trials["execution"]) == {execution}
    assert set(rows.trials["status"]) == {"completed"}


@pytest.mark.slow
def test_a_recurrent_model_trains_alone_and_is_probed(tmp_path: Path) -> None:
    _, rows = trained(tmp_path, f"{HEAD}class Net(nn.Module):\n{LSTM}", task=SEQUENCES)
    assert set(rows.trials["execution"]) == {"sequential"}
    assert set(rows.gradients["site"]) == {"head", "input", "forward.0", "forward.1"}


@pytest.mark.slow
def test_batch_norm_and_dropout_train_as_in_a_plain_loop(tmp_path: Path) -> None:
    pack, rows = trained(tmp_path, layered("nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.3)"))
    for number, trial in enumerate(pack.trials):
        expected = plain_loop(pack, number)
        assert rows.trials["final.test/loss"][number] == pytest.approx(expected, rel=1e-5)
        assert rows.trials["trial_id"][number] == trial.trial_id


def plain_loop(pack: Pack, number: int) -> float:
    """Test loss of one trial, by torch alone; only data, seeds and orders are taken from orch."""
    trial = pack.trials[number]
    settings = trial.variant.loop
    data = load_data([trial], pack.study_seed, "cpu", torch.float32)
    streams = RandomStreams([trial], pack.study_seed)
    torch.manual_seed(seed_for("init", trial.replicate))
    model = nn.Sequential(
        nn.Linear(64, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.3), nn.Linear(6, 10)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=settings.training.learning_rate)
    rows = data.splits["train"][0]
    for epoch in (1, 2):
        model.train()
        torch.manual_seed(streams.seed("dropout", epoch))
        order = streams.permutations(len(rows), "order", epoch)[0]
        for batch in rows[order].split(32):
            optimizer.zero_grad()
            functional.cross_entropy(model(data.inputs[batch]), data.targets[batch]).backward()
            optimizer.step()
    test = data.splits["test"][0]
    outputs = model.eval()(data.inputs[test])
    return functional.cross_entropy(outputs, data.targets[test]).item()


# --- initial parameters --------------------------------------------------------------------


def initial(study: Study) -> dict[tuple[int, int], nn.Module]:
    """(variant, replicate) → untrained model."""
    trials = [trial for pack in packs(study) for trial in pack.trials]
    order = [variant.variant_id for variant in study.variants]
    shape = load_data(trials[:1], 0, "cpu", torch.float32).shape
    return {
        (order.index(trial.variant.variant_id), trial.replicate): build_model(trial, shape, 0)
        for trial in trials
    }


def weights(model: nn.Module) -> torch.Tensor:
    return nn.utils.parameters_to_vector(model.parameters()).detach()


@pytest.mark.slow
def test_variants_of_a_replicate_share_their_draws(tmp_path: Path) -> None:
    name = write_module(tmp_path, MODEL)
    study = own_study(tmp_path, f'"{name}:build"', factors="model.kind: [a, b]")
    before = torch.get_rng_state()
    models = initial(study)
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(weights(models[0, 0]), weights(models[1, 0]))
    assert torch.equal(weights(models[0, 1]), weights(models[1, 1]))
    assert not torch.equal(weights(models[0, 0]), weights(models[0, 1]))


@pytest.mark.slow
def test_a_rule_draws_instead_of_the_constructor(tmp_path: Path) -> None:
    name = write_module(tmp_path, MODEL)
    model = f'"{name}:build", width: 10'
    study = own_study(tmp_path, model, factors="model.init.scheme: [null, orthogonal]")
    models = initial(study)
    (W,) = (p for n, p in models[1, 0].named_parameters() if n == "2.weight")  # (10, 10)
    torch.testing.assert_close(W @ W.T, torch.eye(10), rtol=0, atol=1e-5)
    drawn = dict(models[0, 0].named_parameters())["2.weight"]
    assert not torch.allclose(drawn @ drawn.T, torch.eye(10), rtol=0, atol=1e-2)


@pytest.mark.slow
def test_rules_reach_all_layers_of_a_recurrent_network(tmp_path: Path) -> None:
    name = write_module(tmp_path, f"{HEAD}class Net(nn.Module):\n{LSTM}")
    model = f'"{name}:Net", init: {{scheme: normal, scale: 0}}'
    study = own_study(tmp_path, model, SEQUENCES)
    parameters = dict(initial(study)[0, 0].named_parameters())
    assert not parameters["lstm.weight_ih_l1"].any()
    assert parameters["lstm.weight_hh_l1"].any()  # recurrent_init, which has its own scale


# --- how models are compared and probed ----------------------------------------------------


class HiddenByZeros(nn.Module):
    """Its last layer is zero at first: outputs say nothing of what comes before."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(5, 5), nn.Linear(5, 2)
        nn.init.zeros_(self.b.weight)
        nn.init.zeros_(self.b.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        outputs: torch.Tensor = self.b(self.a(x).softmax(1))  # over members, if broadcast
        return outputs


def test_zeros_hide_no_difference() -> None:
    members = stacked([HiddenByZeros(), HiddenByZeros()], torch.randn(2, 3, 5))
    assert isinstance(members.model, Mapped)


class Counting(nn.Module):
    """Remembers something in its forward pass."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(5, 2)
        self.mean: torch.Tensor
        self.register_buffer("mean", torch.zeros(()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.mean = 0.9 * self.mean + 0.1 * x.mean()
        outputs: torch.Tensor = self.linear(x) - self.mean
        return outputs


def test_a_model_that_remembers_trains_alone() -> None:
    assert way_of([Counting(), Counting()], torch.randn(2, 3, 5)) is None


@pytest.mark.parametrize("together", [True, False])
def test_an_activation_in_place_changes_no_probe(together: bool) -> None:
    readings = []
    for in_place in (True, False):
        torch.manual_seed(0)
        nets = [
            nn.Sequential(nn.Linear(5, 4), nn.ReLU(in_place), nn.Linear(4, 3)) for _ in range(2)
        ]
        inputs, targets = torch.randn(2, 6, 5), torch.randint(3, (2, 6))
        members = stacked(nets, inputs) if together else single(nets[0])
        count = len(members.flat)
        readings.append(probe(members, loss, inputs[:count], targets[:count], ALL))
    for one, other in zip(*readings, strict=True):
        assert (one.site, one.quantity) == (other.site, other.quantity)
        torch.testing.assert_close(one.values, other.values)
    assert {reading.quantity for reading in readings[0]} >= {"delta", "saturation"}


def loss(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return -outputs.log_softmax(-1).gather(-1, targets.unsqueeze(-1)).squeeze(-1)


@pytest.mark.slow
def test_layers_of_no_consequence_have_no_gradient(tmp_path: Path) -> None:
    forward = "self.b(self.a(x).tanh()) if self.a(x) is not None else x"
    _, rows = trained(tmp_path, net(forward))
    deltas = [
        value
        for position, quantity, value in zip(
            rows.gradients["position"],
            rows.gradients["quantity"],
            rows.gradients["value"],
            strict=True,
        )
        if quantity == "delta" and position == 1
    ]
    assert deltas
    assert not any(deltas)


# --- a task --------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_metric_of_a_task_is_reported(tmp_path: Path) -> None:
    name = write_module(tmp_path, TASK)
    study = own_study(tmp_path, "log_linear", f'"{name}:load"', "task.noise: [0, 2]")
    for pack in packs(study):
        rows = train(pack).trials
        assert set(rows["status"]) == {"completed"}
        for distance, mse in zip(rows["final.test/distance"], rows["final.test/mse"], strict=True):
            assert 0 < distance <= mse**0.5  # Jensen
        assert set(rows["final.test/solved"]) == {1.0}


@pytest.mark.slow
def test_data_belong_to_the_replicate(tmp_path: Path) -> None:
    name = write_module(tmp_path, TASK)
    study = own_study(tmp_path, "log_linear", f'"{name}:load"', "training.epochs: [1, 2]")
    first, second = (load_data(pack.trials, 0, "cpu", torch.float32) for pack in packs(study))
    assert torch.equal(first.inputs, second.inputs)
    assert not torch.equal(first.inputs[:60], first.inputs[60:])
