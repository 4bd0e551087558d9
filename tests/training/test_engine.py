"""A stacked pack against the same trials trained one by one with torch.nn and torch.optim."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from orchestrator.models.settings import MLP, Activation, Digits, MNIST5k
from orchestrator.models.shape import TaskShape
from orchestrator.models.tasks import digits
from orchestrator.plan.records import Pack, Trial
from orchestrator.seeds import seed_for
from orchestrator.study.probes import Probes
from orchestrator.study.settings import Schedule
from orchestrator.training.data import load_data
from orchestrator.training.engine import build_model, train
from tests.models.modules import linear
from tests.training.packs import SMALL_DIGITS, normal, pack, variant

OPTIMIZERS: dict[str, dict[str, Any]] = {
    "sgd": {"optimizer": "sgd", "learning_rate": 0.1},
    "momentum": {"optimizer": "sgd", "learning_rate": 0.05, "momentum": 0.9, "weight_decay": 0.01},
    "nesterov": {"optimizer": "sgd", "learning_rate": 0.05, "momentum": 0.8, "nesterov": True},
    "adam": {"optimizer": "adam", "learning_rate": 0.01, "weight_decay": 0.1, "beta1": 0.8},
    "adamw": {"optimizer": "adamw", "learning_rate": 0.01, "weight_decay": 0.1, "beta2": 0.99},
    "rmsprop": {"optimizer": "rmsprop", "learning_rate": 0.005, "momentum": 0.5},
    "decayed rmsprop": {"optimizer": "rmsprop", "learning_rate": 0.005, "weight_decay": 0.1},
    "smoothed": {"optimizer": "sgd", "learning_rate": 0.1, "label_smoothing": 0.2},
    "nadam": {"optimizer": "nadam", "learning_rate": 0.01},
    "radam": {"optimizer": "radam", "learning_rate": 0.01, "weight_decay": 0.1},
    "adagrad": {"optimizer": "adagrad", "learning_rate": 0.05},
    "lion": {"optimizer": "lion", "learning_rate": 0.01},
    "muon": {"optimizer": "muon", "learning_rate": 0.01},
}
ALONE = OPTIMIZERS.keys() - {"lion", "muon", "nadam"}  # tests/training/optim/optimizers


def reference_optimizer(model: nn.Module, trial: Trial) -> torch.optim.Optimizer:
    t = trial.variant.loop.training
    weights = [p for name, p in model.named_parameters() if name.endswith("weight")]
    biases = [p for name, p in model.named_parameters() if name.endswith("bias")]
    groups = [
        {"params": weights, "weight_decay": t.weight_decay},
        {"params": biases, "weight_decay": t.weight_decay if t.decay_biases else 0.0},
    ]
    match t.optimizer:
        case "sgd":
            return torch.optim.SGD(
                groups, lr=t.learning_rate, momentum=t.momentum, nesterov=t.nesterov
            )
        case "adam":
            return torch.optim.Adam(groups, lr=t.learning_rate, betas=(t.beta1, t.beta2))
        case "adamw":
            return torch.optim.AdamW(groups, lr=t.learning_rate, betas=(t.beta1, t.beta2))
        case "rmsprop":
            return torch.optim.RMSprop(groups, lr=t.learning_rate, momentum=t.momentum)
        case "nadam":
            return torch.optim.NAdam(groups, lr=t.learning_rate, betas=(t.beta1, t.beta2))
        case "radam":
            return torch.optim.RAdam(groups, lr=t.learning_rate, betas=(t.beta1, t.beta2))
        case "adagrad":
            return torch.optim.Adagrad(groups, lr=t.learning_rate)
        case _:
            raise ValueError(t.optimizer)


def losses_alone(pack: Pack, trial: Trial, precision: torch.dtype) -> Iterator[dict[str, float]]:
    """Train one trial the plain way; yields the losses before training and after each epoch."""
    settings = trial.variant.loop
    assert isinstance(settings.task, Digits)
    data = digits.load(settings.task, lambda stream: seed_for(stream, trial.replicate))
    inputs, targets = data.inputs.flatten(1).to(precision), data.targets
    model = build_model(trial, data.shape, pack.study_seed).to(precision)
    optimizer = reference_optimizer(model, trial)
    rows = data.splits["train"]

    def losses() -> dict[str, float]:
        with torch.no_grad():
            return {
                split: functional.cross_entropy(model(inputs[rows]), targets[rows]).item()
                for split, rows in data.splits.items()
            }

    yield losses()
    for epoch in range(1, settings.training.epochs + 1):
        generator = torch.Generator().manual_seed(seed_for("order", trial.replicate, epoch))
        order = rows[torch.randperm(len(rows), generator=generator)]
        size = settings.training.batch_size
        for batch in order.split(len(rows) if size == "full" else size):
            optimizer.zero_grad()
            smoothing = settings.training.label_smoothing
            functional.cross_entropy(
                model(inputs[batch]), targets[batch], label_smoothing=smoothing
            ).backward()
            if settings.training.clip_norm is not None:
                nn.utils.clip_grad_norm_(model.parameters(), settings.training.clip_norm)
            if settings.training.clip_value is not None:
                nn.utils.clip_grad_value_(model.parameters(), settings.training.clip_value)
            optimizer.step()
        yield losses()


def assert_trains_as_alone(pack: Pack, precision: torch.dtype, tolerance: float) -> None:
    metrics = pd.DataFrame(train(pack, precision=precision).metrics)
    stacked = metrics[metrics.metric == "loss"].set_index(["trial_id", "epoch", "split"]).value
    for trial in pack.trials:
        for epoch, losses in enumerate(losses_alone(pack, trial, precision)):
            for split, loss in losses.items():
                assert stacked[trial.trial_id, epoch, split] == pytest.approx(loss, rel=tolerance)


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", sorted(ALONE))
@pytest.mark.parametrize(
    ("precision", "tolerance"), [(torch.float64, 1e-10), (torch.float32, 1e-4)]
)
def test_a_member_trains_exactly_as_it_would_alone(
    optimizer: str, precision: torch.dtype, tolerance: float
) -> None:
    """After 52 steps: 4 epochs of 13 batches, the last one smaller."""
    settings = {"epochs": 4, "batch_size": 8, **OPTIMIZERS[optimizer]}
    other_rate = {**settings, "learning_rate": settings["learning_rate"] / 3}
    variants = [
        variant("a", model=MLP(depth=2, width=12, init=normal(1)), **settings),
        variant("b", model=MLP(depth=2, width=12, init=normal(2, bias=0.1)), **other_rate),
    ]
    assert_trains_as_alone(pack(variants), precision, tolerance)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "softplus", "identity"])
@pytest.mark.parametrize("depth", [0, 1, 4])
@pytest.mark.slow
def test_every_activation_and_depth_trains_as_alone(activation: Activation, depth: int) -> None:
    model = MLP(depth=depth, width=7, activation=activation, init=normal(1.5))
    assert_trains_as_alone(pack([variant(model=model, learning_rate=0.05)]), torch.float64, 1e-10)


def test_without_biases_and_in_full_batches() -> None:
    model = MLP(depth=2, width=9, bias=False)
    members = pack([variant(model=model, batch_size="full", epochs=5)])
    assert_trains_as_alone(members, torch.float64, 1e-10)


def test_weight_decay_can_spare_the_biases() -> None:
    model = MLP(depth=1, init=normal(1, bias=1))
    decayed = variant(model=model, weight_decay=0.5, decay_biases=False, learning_rate=0.05)
    assert_trains_as_alone(pack([decayed]), torch.float64, 1e-10)


def test_members_clip_by_their_own_thresholds() -> None:
    variants = [
        variant("norm", learning_rate=0.5, clip_norm=0.1),
        variant("value", learning_rate=0.5, clip_value=0.01),
        variant("both", learning_rate=0.5, clip_norm=1.0, clip_value=0.02),
        variant("none", learning_rate=0.5),
    ]
    assert_trains_as_alone(pack(variants, replicates=1), torch.float64, 1e-10)


def test_members_may_differ_in_smoothing_and_schedule() -> None:
    """The same bits as beside none: a pack of nets on the CPU computes each by itself."""
    kinds = ["constant", "step", "cosine", "linear", "one_cycle", "plateau"]
    variants = [
        variant(kind, epochs=3, label_smoothing=share / 10, learning_rate=0.5,
                schedule=Schedule.model_validate({"kind": kind, "every_epochs": 1}))
        for share, kind in enumerate(kinds)
    ]  # fmt: skip
    together = train(pack(variants))
    assert set(together.trials["execution"]) == {"stacked"}
    metrics = pd.DataFrame(together.metrics)
    for each in variants:
        own = metrics[metrics.trial_id.str.startswith(f"{each.label}-")].reset_index(drop=True)
        pd.testing.assert_frame_equal(own, pd.DataFrame(train(pack([each])).metrics), rtol=1e-5)
    assert metrics[metrics.epoch == 3].value.nunique() > 5 * len(kinds), "none is another's"


def test_a_diverging_member_is_marked_and_disturbs_nobody() -> None:
    model = MLP(depth=2, activation="relu", init=normal(1))
    tame = variant("tame", model=model, epochs=4)
    wild = variant("wild", model=model, epochs=4, learning_rate=1e30)
    rows = train(pack([tame, wild]))
    trials = pd.DataFrame(rows.trials).set_index("trial_id")
    assert list(trials.status) == ["completed", "completed", "diverged", "diverged"]
    assert trials.error["wild-0"] == "loss was not finite in epoch 1"
    assert trials.epochs_done.to_dict() == {"tame-0": 4, "tame-1": 4, "wild-0": 0, "wild-1": 0}
    assert trials["final.test/accuracy"].isna().tolist() == [False, False, True, True]
    metrics = pd.DataFrame(rows.metrics)
    assert set(metrics[metrics.trial_id == "wild-0"].epoch) == {0}
    alone = pd.DataFrame(train(pack([tame])).metrics)
    beside = metrics[metrics.trial_id.str.startswith("tame")].reset_index(drop=True)
    pd.testing.assert_frame_equal(beside, alone, rtol=1e-5)


@pytest.mark.parametrize("optimizer", [o for o in OPTIMIZERS if o != "sgd"])
def test_a_diverged_member_stays_frozen_under_every_optimizer(optimizer: str) -> None:
    settings = {**OPTIMIZERS[optimizer], "epochs": 4}
    tame, wild = (
        variant(str(scale), model=MLP(activation="relu", init=normal(scale)), **settings)
        for scale in (1.0, 1e38)
    )
    rows = train(pack([tame, wild], replicates=1))
    trials = pd.DataFrame(rows.trials)
    assert trials.status.tolist() == ["completed", "diverged"]
    assert all(math.isfinite(value) for value in rows.metrics["value"])


@pytest.mark.slow
def test_same_pack_same_bits_other_seed_other_numbers() -> None:
    members = pack([variant("a"), variant("b", learning_rate=0.3)])
    first, again = train(members), train(members)
    for table in ("metrics", "gradients"):
        np.testing.assert_array_equal(
            getattr(first, table)["value"], getattr(again, table)["value"]
        )
    other = train(pack([variant("a"), variant("b", learning_rate=0.3)], seed=1))
    assert np.mean(first.metrics["value"] == other.metrics["value"]) < 0.2


def output_weight(trial: Trial, shape: TaskShape) -> Tensor:
    return linear(build_model(trial, shape, study_seed=0), "output").weight


def test_variants_of_a_replicate_share_splits_orders_and_draws() -> None:
    """Scaling a linear, bias-free net's draw by s scales its outputs by s at epoch 0."""
    members = pack(
        [
            variant(str(scale), model=MLP(depth=0, bias=False, init=normal(scale)))
            for scale in (1, 2)
        ],
        replicates=1,
    )
    data = load_data(members.trials, 0, "cpu", torch.float32)
    one, two = (output_weight(trial, data.shape) for trial in members.trials)
    torch.testing.assert_close(2 * one, two)
    assert torch.equal(data.splits["train"][0], data.splits["train"][1])


def test_replicates_differ_in_splits_and_draws() -> None:
    members = pack([variant()])
    data = load_data(members.trials, 0, "cpu", torch.float32)
    one, two = (output_weight(trial, data.shape) for trial in members.trials)
    assert not torch.equal(one, two)
    assert not torch.equal(data.splits["test"][0], data.splits["test"][1])
    assert len(data.inputs) == 1797, "both replicates draw from one copy of the images"


def test_probes_come_at_epoch_0_then_every_few_and_at_the_end() -> None:
    members = pack([variant(epochs=5, probes=Probes(every_epochs=2, examples=10))])
    assert sorted(set(train(members).gradients["epoch"])) == [0, 2, 4, 5]


def test_probes_can_be_off() -> None:
    members = pack([variant(probes=Probes(examples=0))])
    assert len(train(members).gradients["value"]) == 0


@pytest.mark.slow
def test_metrics_can_be_rare_and_change_nothing_else() -> None:
    always, seldom = (
        train(pack([variant(epochs=7, evaluate_every=every)], replicates=2)) for every in (1, 3)
    )
    metrics = pd.DataFrame(always.metrics)
    is_kept = metrics.epoch.isin([0, 3, 6, 7])  # before training, every third, the last
    pd.testing.assert_frame_equal(
        pd.DataFrame(seldom.metrics), metrics[is_kept].reset_index(drop=True)
    )
    finals = [name for name in always.trials if name.startswith("final.")]
    assert [seldom.trials[name] for name in finals] == [always.trials[name] for name in finals]


def test_rows_have_one_row_per_trial_epoch_split_and_metric() -> None:
    metrics = pd.DataFrame(train(pack([variant(epochs=3)])).metrics)
    assert len(metrics) == 2 * 4 * 3 * 2
    assert set(metrics.split) == {"train", "validation", "test"}
    steps = metrics.groupby("epoch").step.first().to_dict()
    assert steps == {0: 0, 1: 4, 2: 8, 3: 12}, "100 examples in batches of 32"


@pytest.mark.slow
@pytest.mark.parametrize("task", [Digits(), MNIST5k()])
def test_a_small_net_learns_real_digits(task: Digits | MNIST5k) -> None:
    """k nearest neighbours reach about .98 on digits; a net of 30 neurons comes near it."""
    learner = variant(task=task, model=MLP(width=30), epochs=10, batch_size=16)
    trials = pd.DataFrame(train(pack([learner])).trials)
    assert (trials["final.test/accuracy"] > 0.88).all()
    assert SMALL_DIGITS.train_examples < task.train_examples


def test_products_on_a_gpu_keep_all_bits_of_float32() -> None:
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    train(pack([variant("relu", epochs=1)]))
    assert not torch.backends.cuda.matmul.allow_tf32
    assert not torch.backends.cudnn.allow_tf32
