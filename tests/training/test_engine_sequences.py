"""Recurrent trials and taggers against the same training written out plainly."""

from dataclasses import replace

import pandas as pd
import pytest
import torch
from torch import nn
from torch.nn import functional

from orchestrator.models.settings import (
    Adding,
    Cell,
    Recurrent,
    TaskSettings,
    ToyTagging,
    WindowTagger,
)
from orchestrator.models.tasks import adding, toy_tagging
from orchestrator.models.tasks.dataset import Dataset, SeedFor
from orchestrator.seeds import seed_for
from orchestrator.study.probes import Probes
from orchestrator.training.batches import batches
from orchestrator.training.data import TrialData, load_data
from orchestrator.training.engine import build_model, train
from orchestrator.training.masked_means import mean_per_member
from orchestrator.training.random_streams import RandomStreams
from tests.training.packs import pack, variant

SHORT = Adding(length=6, examples=40, validation_examples=10, test_examples=10)
SENTENCES = ToyTagging(train_examples=90, validation_examples=20, test_examples=20)
FEW_SENTENCES = ToyTagging(
    train_examples=20,
    validation_examples=4,
    test_examples=4,
    phrases=1,
    distance=3,
    word_dropout=0.2,
)
NO_PROBES = Probes(examples=0)
KEYS = {"metrics": ["split", "metric"], "gradients": ["axis", "site", "position", "quantity"]}


def loss_table(rows: pd.DataFrame) -> "pd.Series[float]":
    losses: pd.Series[float] = rows[rows.metric == "loss"].set_index(["epoch", "split"]).value
    return losses


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_recurrent_trial_trains_as_a_plain_loop_does(cell: Cell) -> None:
    alone = variant(
        task=SHORT,
        model=Recurrent(cell=cell, hidden=5),
        probes=NO_PROBES,
        optimizer="adam",
        learning_rate=0.01,
        batch_size=8,
        clip_norm=0.5,
    )
    members = pack([alone], replicates=1)
    ours = loss_table(pd.DataFrame(train(members, precision=torch.float64).metrics))

    data = adding.load(SHORT, lambda stream: seed_for(stream, 0))
    inputs, targets = data.inputs.double(), data.targets.double()
    model = build_model(members.trials[0], data.shape, 0).double()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    rows = data.splits["train"]
    for epoch in (1, 2):
        generator = torch.Generator().manual_seed(seed_for("order", 0, epoch))
        for batch in rows[torch.randperm(len(rows), generator=generator)].split(8):
            optimizer.zero_grad()
            functional.mse_loss(model(inputs[batch]), targets[batch]).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step()
        for split, chosen in data.splits.items():
            with torch.no_grad():
                expected = functional.mse_loss(model(inputs[chosen]), targets[chosen]).item()
            assert ours[epoch, split] == pytest.approx(expected, rel=1e-10)


MAPPED: dict[str, tuple[TaskSettings, Recurrent]] = {
    "numbers": (SHORT, Recurrent(hidden=4, layers=2)),
    "words, both directions": (FEW_SENTENCES, Recurrent(hidden=4, embedding=3, bidirectional=True)),
}


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("kind", MAPPED)
def test_the_step_form_trains_stacked_to_what_the_kernels_train_in_turn(
    kind: str, cell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a GPU: losses, and gradients by layer and by time, of every member and epoch."""
    task, model = MAPPED[kind]
    variants = [
        variant(
            f"rate {rate}",
            task=task,
            model=model.model_copy(update={"cell": cell}),
            optimizer="adam",
            learning_rate=rate,
            batch_size=16,
            clip_norm=0.5,
        )
        for rate in (0.01, 0.03)
    ]
    in_turn = train(pack(variants), precision=torch.float64)
    monkeypatch.setattr("orchestrator.training.choose_stacking.STEPWISE_ON", ("cpu",))
    stacked = train(pack(variants), precision=torch.float64)
    assert set(in_turn.trials["execution"]) == {"sequential"}
    assert set(stacked.trials["execution"]) == {"stacked"}
    for table in ("metrics", "gradients"):
        keys = ["trial_id", "epoch", "step", *KEYS[table]]
        ours, theirs = (
            pd.DataFrame(getattr(rows, table)).set_index(keys).value.sort_index()
            for rows in (stacked, in_turn)
        )
        assert len(ours) > 0
        pd.testing.assert_series_equal(ours, theirs, rtol=1e-6, atol=1e-12)


def tagging_data() -> tuple[TrialData, RandomStreams]:
    members = pack([variant(task=SENTENCES, model=WindowTagger())], replicates=2)
    data = load_data(members.trials, 0, "cpu", torch.float64)
    return data, RandomStreams(members.trials, 0)


@pytest.mark.parametrize(
    "model",
    [
        WindowTagger(window=1, embedding=4, width=5),
        Recurrent(cell="gru", hidden=4, embedding=3, bidirectional=True),
    ],
    ids=lambda model: model.name,
)
@pytest.mark.slow
def test_padding_never_counts(
    model: WindowTagger | Recurrent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same sentences in a table twice as wide train to the same losses."""
    members = pack([variant(task=SENTENCES, model=model, probes=NO_PROBES)], replicates=1)
    narrow = loss_table(pd.DataFrame(train(members, precision=torch.float64).metrics))
    load = toy_tagging.load

    def wide(settings: ToyTagging, seed_for: SeedFor) -> Dataset:
        data = load(settings, seed_for)
        more = (0, data.inputs.shape[1])
        return replace(
            data,
            inputs=functional.pad(data.inputs, more, value=0),
            targets=functional.pad(data.targets, more, value=-1),
        )

    monkeypatch.setattr(toy_tagging, "load", wide)
    padded = loss_table(pd.DataFrame(train(members, precision=torch.float64).metrics))
    pd.testing.assert_series_equal(narrow, padded, rtol=1e-9)


def test_the_loss_of_a_batch_is_the_mean_over_its_words() -> None:
    losses = torch.tensor([[[1.0, 3.0], [5.0, 100.0]]])  # (members, batch, time)
    tags = torch.tensor([[[0, 1], [1, -1]]])
    assert mean_per_member(losses, tags).tolist() == [3.0]


def test_every_sentence_is_in_one_batch_of_an_epoch_with_others_of_its_length() -> None:
    data, streams = tagging_data()
    seen = [inputs for inputs, _ in batches(data, streams, 1, 8)]
    assert sum(inputs.shape[1] for inputs in seen) == 90
    for member in (0, 1):
        sentences = [tuple(s[s > 0].tolist()) for inputs in seen for s in inputs[member]]
        rows = data.splits["train"][member]
        expected = [tuple(s[s > 0].tolist()) for s in data.inputs[rows]]
        assert sorted(sentences) == sorted(expected)
    padding = sum(int((inputs == 0).sum()) for inputs in seen)
    words = sum(int((inputs > 0).sum()) for inputs in seen)
    assert padding < 0.2 * words


def test_orders_differ_by_epoch_and_repeat() -> None:
    data, streams = tagging_data()
    first, again, other = (next(batches(data, streams, e, 8))[0] for e in (1, 1, 2))
    assert torch.equal(first, again)
    assert first.shape != other.shape or not torch.equal(first, other)


def test_word_dropout_hides_about_its_share_of_the_words() -> None:
    data, streams = tagging_data()
    dropping = replace(data, word_dropout=0.3)
    plain = torch.cat([i.flatten() for i, _ in batches(data, streams, 1, 8)])
    hidden = torch.cat([i.flatten() for i, _ in batches(dropping, streams, 1, 8)])
    assert ((hidden == plain) | (hidden == 1)).all()
    assert ((hidden == 0) == (plain == 0)).all()
    assert ((hidden != plain).sum() / (plain > 1).sum()).item() == pytest.approx(0.3, abs=0.05)
