"""When probes come and what they then measure; updates, on rows of real training."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from orchestrator.models.losses import cross_entropy, squared_error
from orchestrator.models.networks.recurrent import Recurrent as Network
from orchestrator.models.settings import MLP, Adding, Cell, Recurrent
from orchestrator.study.probes import QUANTITIES, Probes
from orchestrator.training.data import load_data
from orchestrator.training.engine import build_model, train
from orchestrator.training.probes.schedule import EVERY_PROBE, quantities_at
from orchestrator.training.probes.time import probe_time
from orchestrator.training.stacking.members import single
from tests.models.modules import kernel_of, linear_layers, recurrent_layer
from tests.training.packs import normal, pack, variant

TINY = float(np.finfo(np.float32).tiny)  # the smallest 32-bit number of full precision


def rows_of(*variants: Any, replicates: int = 2) -> pd.DataFrame:
    return pd.DataFrame(train(pack(variants, replicates)).gradients)


def test_light_measures_distributions_at_both_ends_only() -> None:
    every = set(EVERY_PROBE)
    assert quantities_at(0, Probes(), is_last=False) > every - {"update_ratio"}
    assert quantities_at(5, Probes(), is_last=False) == every - {"initial"}
    assert quantities_at(6, Probes(), is_last=False) == set()
    last = quantities_at(7, Probes(), is_last=True)
    assert last == every - {"initial"} | {"path_factor", "pre_activation", "gates"}


def test_full_measures_everything_at_each_probe() -> None:
    full = Probes(quantities="full", every_epochs=1)
    for epoch in (1, 2):
        assert quantities_at(epoch, full, is_last=False) == set(QUANTITIES) - {"initial"}


def test_a_list_is_measured_and_nothing_else() -> None:
    model = MLP(depth=2, width=6, activation="relu")
    wanted = Probes(every_epochs=1, examples=10, quantities="delta dead")
    rows = rows_of(variant(model=model, probes=wanted))
    assert set(rows.quantity) == {"delta", "dead"}


def test_no_probes_without_examples() -> None:
    assert quantities_at(0, Probes(examples=0), is_last=True) == set()


def test_settings_of_probes_change_no_metric() -> None:
    results = [
        train(pack([variant(probes=probes)])).trials["final.test/loss"]
        for probes in (Probes(examples=0), Probes(quantities="full", every_epochs=1))
    ]
    assert results[0] == results[1]


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
@pytest.mark.slow
def test_full_probes_change_no_metric_of_a_recurrent_net(cell: Cell) -> None:
    task, model = (
        Adding(length=8, examples=40),
        Recurrent(cell=cell, hidden=4, layers=2, dropout=0.5),
    )
    results = [
        train(pack([variant(task=task, model=model, probes=probes)])).trials["final.test/loss"]
        for probes in (Probes(examples=0), Probes(quantities="full", every_epochs=1))
    ]
    assert results[0] == results[1]


def update_ratios(optimizer: str, **training: Any) -> tuple[pd.Series, pd.DataFrame]:
    """Of one step on all examples, and what was measured before it; by trial and layer."""
    one_step = variant(
        model=MLP(depth=2, width=6, activation="sigmoid", init=normal(1.0)),
        probes=Probes(examples=100, quantities="full"),
        optimizer=optimizer,
        batch_size="full",
        epochs=1,
        **training,
    )
    rows = rows_of(one_step)
    key = ["trial_id", "position"]
    after = (
        rows[(rows.epoch == 1) & (rows.quantity == "update_ratio")]
        .set_index(key)
        .value.sort_index()
    )
    assert set(rows[rows.quantity == "update_ratio"].epoch) == {1}
    before = rows[rows.epoch == 0].pivot_table(index=key, columns="quantity", values="value")
    return after, before[before["weight_grad"].notna()]


OUTPUTS = {1: 6, 2: 6, 3: 10}  # of each layer
INPUTS = {1: 64, 2: 6, 3: 6}


def weight_norms(before: pd.DataFrame) -> pd.Series:
    """σ_w² = fan_in · mean W², so ‖W‖² = σ_w² · outputs."""
    outputs = before.index.get_level_values("position").map(OUTPUTS)
    return (before["weight_variance"] * outputs) ** 0.5


def test_a_step_of_sgd_moves_weights_by_rate_times_gradient() -> None:
    after, before = update_ratios("sgd", learning_rate=0.5)
    expected = 0.5 * before["weight_grad"] / weight_norms(before)
    pd.testing.assert_series_equal(after, expected, rtol=1e-4, check_names=False)


def test_the_first_step_of_adam_moves_every_weight_alike() -> None:
    """By the learning rate, whatever the gradient: the update is not the gradient."""
    after, before = update_ratios("adam", learning_rate=0.01)
    positions = before.index.get_level_values("position")
    moved = (positions.map(OUTPUTS) * positions.map(INPUTS)).to_numpy() ** 0.5 * 0.01
    ratios = after / (moved / weight_norms(before))
    assert ratios.loc[:, 2:].between(0.99, 1.001).all(), "ε makes tiny gradients move less"
    assert ratios.loc[:, 1].between(0.7, 1).all(), "some pixels are always 0"


def test_variances_are_those_of_the_tensors_drawn() -> None:
    net = MLP(depth=1, width=7, init=normal(2.0, bias=0.5))
    members = pack([variant(model=net)])
    rows = pd.DataFrame(train(members).gradients)
    shape = load_data(members.trials, 0, "cpu", torch.float32).shape
    for trial in members.trials:
        drawn = build_model(trial, shape, members.study_seed)
        for position, layer in enumerate(linear_layers(drawn), 1):
            mine = rows[(rows.trial_id == trial.trial_id) & (rows.position == position)]
            found = mine.set_index("quantity").value
            W, b = layer.weight.detach().double(), layer.bias.detach().double()
            assert found["weight_variance"] == pytest.approx(W.shape[1] * (W**2).mean().item())
            assert found["bias_variance"] == pytest.approx((b**2).mean().item())


def test_a_trial_that_stops_early_is_probed_in_its_last_epoch() -> None:
    """Whatever its pack does: the rows are those that it has alone."""
    common: dict[str, Any] = {
        "epochs": 12,
        "early_stopping": 1,
        "probes": Probes(every_epochs=100, examples=20),
    }
    hasty = variant("hasty", learning_rate=20.0, **common)
    slow = variant("slow", learning_rate=0.05, **common)
    together = train(pack([hasty, slow], replicates=1))
    rows = pd.DataFrame(together.gradients)
    trials = pd.DataFrame(together.trials)
    for trial_id, status, done in zip(
        trials.trial_id, trials.status, trials.epochs_done, strict=True
    ):
        assert status == "completed"
        mine = rows[rows.trial_id == trial_id]
        assert set(mine.epoch) == {0, done}
        assert "z_q50" in set(mine[mine.epoch == done].quantity)
    assert trials.epochs_done.nunique() == 2, "one of them has stopped before the other"


def tagger(**settings: Any) -> Network:
    torch.manual_seed(0)
    net = Network(9, 3, cell="rnn", hidden=4, embedding=3, pooling=None, **settings)
    return net.double()


def test_one_chosen_step_is_followed_back() -> None:
    """The loss of step 3 is that of a sentence that ends there."""
    words, tags = torch.tensor([[1, 2, 3, 4, 5], [3, 1, 2, 0, 0]]), torch.tensor(
        [[0, 1, 2, 0, 1], [1, 0, 2, -1, -1]]
    )  # fmt: skip
    net = single(tagger())
    chosen = probe_time(net, cross_entropy, words[None], tags[None], {"hidden_grad"}, step=2)
    short = probe_time(net, cross_entropy, words[None, :, :3], tags[None, :, :3], {"hidden_grad"})
    finite = {r.position: r.values.item() for r in chosen if r.values.isfinite()}
    assert finite == pytest.approx({r.position: r.values.item() for r in short})


def test_sentences_without_the_chosen_step_are_left_out() -> None:
    words = torch.tensor([[1, 2, 3, 4, 5], [3, 1, 0, 0, 0]])
    tags = torch.tensor([[0, 1, 2, 0, 1], [1, 0, -1, -1, -1]])
    net = single(tagger())
    both, one = (
        probe_time(net, cross_entropy, words[None, :n], tags[None, :n], {"hidden_grad"}, step=3)
        for n in (2, 1)
    )
    found, expected = ([r.values.item() for r in readings[:4]] for readings in (both, one))
    assert found == pytest.approx(expected)
    assert not any(r.values.isfinite() for r in both[4:]), "nothing comes after the loss"


def test_the_backward_direction_is_followed_from_the_chosen_step() -> None:
    words, tags = torch.randint(1, 9, (4, 6)), torch.randint(0, 3, (4, 6))
    net = single(tagger(bidirectional=True))
    readings = probe_time(net, cross_entropy, words[None], tags[None], {"hidden_grad"}, step=0)
    backward = [r.values.item() for r in readings if r.site == "backward.0"]
    forward = [r.values.item() for r in readings if r.site == "forward.0"]
    assert backward[0] > backward[5] > 0, "it has read the whole sentence before the first word"
    assert forward[0] > 0
    assert np.isnan(forward[1:]).all()


def test_gates_are_means_over_units_and_examples() -> None:
    torch.manual_seed(0)
    net = Network(3, 2, cell="lstm", hidden=1, pooling="last")
    inputs, targets = torch.randn(1, 50, 6, 3), torch.randn(1, 50, 2)
    with torch.no_grad():
        for parameter in recurrent_layer(net).parameters():
            parameter.zero_()
        bias = kernel_of(net).get_parameter("bias_ih_l0")
        bias.copy_(torch.tensor([0.2, 0.9, 0.0, 0.6]).logit())
    readings = probe_time(single(net), squared_error, inputs, targets, {"gates"})
    found = {(r.quantity, r.position): r.values.item() for r in readings}
    assert {name for name, _ in found} == {"forget_gate", "input_gate", "output_gate"}
    for lag in range(6):
        assert found["input_gate", lag] == pytest.approx(0.2)
        assert found["forget_gate", lag] == pytest.approx(0.9)
        assert found["output_gate", lag] == pytest.approx(0.6)


def test_the_update_gate_of_a_gru_weighs_the_past() -> None:
    """Of the step at each lag: x changes at one step, and there alone the gates do."""
    torch.manual_seed(0)
    net = Network(1, 2, cell="gru", hidden=3, pooling="last")
    kernel = kernel_of(net)
    inputs = torch.zeros(1, 5, 6, 1)
    inputs[0, :, 2] = 1.0  # lag 3
    with torch.no_grad():
        for parameter in kernel.parameters():
            parameter.zero_()
        kernel.get_parameter("weight_ih_l0")[3:6] = 2.0  # of the update gate
    readings = probe_time(single(net), squared_error, inputs, torch.zeros(1, 5, 2), {"gates"})
    update = [r.values.item() for r in readings if r.quantity == "update_gate"]
    opened = 1 / (1 + math.exp(-2))
    assert update == pytest.approx([0.5, 0.5, 0.5, opened, 0.5, 0.5])


def test_variances_of_a_recurrent_layer() -> None:
    torch.manual_seed(0)
    net = Network(3, 2, cell="rnn", hidden=40, pooling="last", layers=2, bidirectional=True)
    inputs = torch.randn(1, 20, 6, 3)
    readings = probe_time(single(net), squared_error, inputs, torch.zeros(1, 20, 2), {"initial"})
    found = {(r.site, r.quantity): r.values.item() for r in readings}
    assert found["input", "second_moment"] == pytest.approx((inputs**2).mean().item(), rel=1e-5)
    weights = recurrent_layer(net, 1).weights(1)
    R, W, b = weights.R.detach(), weights.W.detach(), (weights.b + weights.b_R).detach()
    for quantity, value in {
        "recurrent_weight_variance": 40 * (R**2).mean(),
        "input_weight_variance": 80 * (W**2).mean(),
        "bias_variance": (b**2).mean(),
    }.items():
        assert found["backward.1", quantity] == pytest.approx(value.item(), rel=1e-5)


def test_the_gradient_of_a_sigmoid_network_underflows_within_50_steps() -> None:
    """.1387 a step: after 50 of them 32-bit numbers have lost digits, then everything."""
    values = {}
    for precision in (torch.float32, torch.float64):
        torch.manual_seed(0)
        net = Network(2, 1, cell="rnn", hidden=64, pooling="last", activation="sigmoid")
        inputs, targets = torch.rand(1, 20, 60, 2), torch.rand(1, 20, 1)
        readings = probe_time(
            single(net.to(precision)),
            squared_error,
            inputs.to(precision),
            targets.to(precision),
            {"hidden_grad"},
        )
        values[precision] = np.array([r.values.item() for r in readings])
    exact, found = values[torch.float64], values[torch.float32]
    assert (exact > 0).all()
    factor = (exact[40] / exact[10]) ** (1 / 30)
    assert factor == pytest.approx(0.1387, rel=0.15)
    assert 0 < found[49] < TINY, "it is stored as it is"
    assert (found[56:] == 0.0).all()
    assert np.allclose(found[:40], exact[:40], rtol=1e-3, atol=0)
