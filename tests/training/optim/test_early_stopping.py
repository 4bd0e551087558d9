"""When a trial stops, and which epoch is its result; Keras's rule is written out beside ours."""

from math import inf
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from orchestrator.models.settings import MLP
from orchestrator.study.settings import Schedule
from orchestrator.training.engine import train
from orchestrator.training.optim.early_stopping import EarlyStopping
from tests.training.packs import pack, variant

OPPOSITE = [1.0, 0.9, 0.91, 0.9, 0.5, 0.6, 0.5, 0.7, 0.4, 0.4, 0.4, 0.4, 0.4]


def keras_stop(losses: list[float], patience: int) -> tuple[int, int]:
    """Last epoch and best epoch, from 1, of `on_epoch_end` of keras.callbacks.EarlyStopping 3.

    With min_delta 0; Lightning's `_evaluate_stopping_criteria` stops in the same epoch.
    """
    best, best_epoch, wait = inf, 0, 0
    for epoch, loss in enumerate(losses):
        wait += 1
        if loss < best:
            best, best_epoch, wait = loss, epoch, 0
            continue
        if wait >= patience and epoch > 0:
            return epoch + 1, best_epoch + 1
    return len(losses), best_epoch + 1


def wandering(seed: int) -> list[float]:
    steps = np.random.default_rng(seed).choice([-0.05, -1e-6, 0.0, 0.02], size=30)
    return list(1.0 + np.cumsum(steps))


@pytest.mark.parametrize("patience", [1, 2, 4])
@pytest.mark.parametrize("losses", [OPPOSITE, *map(wandering, range(5))])
def test_stops_in_the_epoch_in_which_keras_does(losses: list[float], patience: int) -> None:
    early_stopping, epoch = EarlyStopping(patience, members=1), 0
    early_stopping.update(0, torch.tensor([0.0]))  # the untrained network is never the best
    while epoch < len(losses) and not early_stopping.stopping.any():
        epoch += 1
        early_stopping.update(epoch, torch.tensor(losses[epoch - 1 : epoch], dtype=torch.float64))
    assert (epoch, early_stopping.best_epoch.item()) == keras_stop(losses, patience)


def test_each_member_waits_by_itself() -> None:
    early_stopping = EarlyStopping(1, members=2)
    for epoch, losses in enumerate([[1.0, 1.0], [2.0, 0.5], [2.0, 0.4], [1.0, 0.3]]):
        early_stopping.update(epoch, torch.tensor(losses, dtype=torch.float64))
    assert early_stopping.stopping.tolist() == [True, False]
    assert early_stopping.best_epoch.tolist() == [1, 3], "a stopped member has no better epoch"


def trained(**settings: Any) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """Trials, and the validation losses by epoch, of one trial that learns and one too fast."""
    slow, wild = (
        variant(name, model=MLP(), **{"epochs": 12, "learning_rate": rate, **settings})
        for name, rate in (("slow", 0.02), ("wild", 8.0))
    )
    rows = train(pack([slow, wild], replicates=1))
    trials = pd.DataFrame(rows.trials).set_index("trial_id")
    assert trials.status.tolist() == ["completed", "completed"]
    metrics = pd.DataFrame(rows.metrics)
    losses = metrics[(metrics.split == "validation") & (metrics.metric == "loss")]
    answers = pd.DataFrame(rows.answers).set_index("trial_id")
    assert answers.epoch.to_dict() == trials.final_epoch.to_dict()
    return trials, {str(t): own.set_index("epoch").value for t, own in losses.groupby("trial_id")}


@pytest.mark.parametrize("patience", [None, 2])
@pytest.mark.parametrize("select", ["last", "best"])
@pytest.mark.slow
def test_the_result_of_every_trial_is_of_the_selected_epoch(
    select: str, patience: int | None
) -> None:
    """Whether the trial stopped early or not."""
    trials, losses = trained(select=select, early_stopping=patience)
    assert trials.epochs_done["slow-0"] == 12
    assert (trials.epochs_done["wild-0"] < 12) == (patience is not None)
    for trial, own in losses.items():
        last, best = trials.epochs_done[trial], own.loc[1:].idxmin()
        assert own.index.max() == last, "no rows after the stop"
        assert trials.final_epoch[trial] == (last if select == "last" else best)
        assert trials["final.validation/loss"][trial] == own[trials.final_epoch[trial]]
    assert losses["wild-0"].idxmin() < trials.epochs_done["wild-0"]


def test_an_untrained_network_is_never_the_result() -> None:
    """Even if training makes it worse from the first step on."""
    trials, losses = trained(select="best", early_stopping=1, learning_rate=50.0)
    assert losses["wild-0"].idxmin() == 0
    assert trials.final_epoch.min() >= 1


@pytest.mark.slow
def test_a_trial_stops_beside_a_plateau_of_smaller_patience() -> None:
    plateau = Schedule(kind="plateau", patience=1, factor=0.9)
    trials, losses = trained(early_stopping=4, schedule=plateau, epochs=30, learning_rate=8.0)
    last, best = keras_stop(list(losses["wild-0"].loc[1:]), 4)
    assert trials.epochs_done["wild-0"] == last == best + 4


def test_the_best_of_the_measured_epochs() -> None:
    trials, losses = trained(select="best", evaluate_every=5)
    for trial, own in losses.items():
        assert list(own.index) == [0, 5, 10, 12]
        assert trials.final_epoch[trial] == own.loc[1:].idxmin()


@pytest.mark.parametrize("select", ["last", "best"])
@pytest.mark.slow
def test_members_stop_and_select_exactly_as_alone(select: str) -> None:
    common: dict[str, Any] = {"epochs": 8, "early_stopping": 2, "select": select}
    variants = [variant(str(rate), learning_rate=rate, **common) for rate in (0.05, 1.0, 8.0)]
    together = pd.DataFrame(train(pack(variants, replicates=1)).trials)
    alone = [pd.DataFrame(train(pack([v], replicates=1)).trials) for v in variants]
    assert together.epochs_done.nunique() > 1
    columns = ["status", "epochs_done", "final_epoch", "final.test/accuracy"]
    expected = pd.concat(alone, ignore_index=True)[columns]
    pd.testing.assert_frame_equal(together[columns], expected)
