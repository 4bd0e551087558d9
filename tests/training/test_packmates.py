"""A trial gives the same results beside any members, and in any portions of its pack."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from orchestrator.models.settings import (
    MLP,
    Adding,
    ConvNet,
    Digits,
    Recurrent,
    ToyTagging,
    WindowTagger,
)
from orchestrator.models.settings.own import OwnCode
from orchestrator.plan.records import Pack
from orchestrator.training.choose_stacking import choose_stacking
from orchestrator.training.data import load_data
from orchestrator.training.engine import rehearsal_of, train
from tests.own_code import own_settings, write_module
from tests.training.packs import pack, variant

MEMBERS = 4
ROUNDING = 1e-8  # of float64, after two epochs; measured: 1e-12
TABLES: Mapping[str, list[str]] = {
    "metrics": ["epoch", "split", "metric"],
    "gradients": ["epoch", "axis", "site", "position", "quantity"],
}
SENTENCES = ToyTagging(
    train_examples=60, validation_examples=20, test_examples=20, word_dropout=0.1
)
DIGITS = Digits(train_examples=300, validation_examples=40, test_examples=700)
SHIPPED: dict[str, dict[str, Any]] = {
    "mlp": {"task": DIGITS, "model": MLP(depth=2, width=9), "clip_norm": 0.5},
    "convnet": {"model": ConvNet(channels="2-3", width="8-8")},
    "window_tagger": {"task": SENTENCES, "model": WindowTagger(embedding=4, width=5)},
    "recurrent": {
        "task": SENTENCES,
        "model": Recurrent(cell="gru", hidden=4, embedding=3, bidirectional=True),
    },
    "recurrent, one class": {
        "task": Adding(length=6, examples=40, validation_examples=10, test_examples=10),
        "model": Recurrent(hidden=4),
    },
}
OWN = {  # text of a forward pass after an embedding → how it trains
    "self.last(h)": "stacked",
    "self.last(self.over_time(h.transpose(1, 2)).transpose(1, 2))": "sequential",  # sees padding
    "self.last(h - h.mean(0))": "stacked",  # over its batch, whoever trains beside it
    "self.last(h / h.shape[1])": "sequential",
}
TAGGER = """\
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.words = nn.Embedding(inputs, 8)
        self.over_time = nn.Conv1d(8, 8, 3, padding=1)
        self.last = nn.Linear(8, outputs)

    def forward(self, x):
        h = self.words(x)
        return {forward}
"""
OF_SENTENCES = """\
import torch
from torch import nn
from orchestrator.models.own import orch_task
from orchestrator.models.shape import TaskShape
from orchestrator.models.tasks.dataset import Dataset, consecutive_splits, generator

@orch_task(inputs="words", outputs="class", sampling="generated")
def load(seed_for):
    '''Sentences whose longest is as long as the replicate says: which word comes first?'''
    draws = generator(seed_for, "data")
    longest = 4 + int(torch.randint(6, (), generator=draws))
    lengths = torch.randint(2, longest + 1, (60, 1), generator=draws)
    words = torch.randint(2, 9, (60, longest), generator=draws)
    words[torch.arange(longest) >= lengths] = 0
    splits = consecutive_splits({"train": 40, "validation": 10, "test": 10})
    shape = TaskShape("words", "class", 9, 2)
    return Dataset(words, words[:, 0] % 2, splits, shape, word_dropout=0.2)

class Net(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.words, self.hidden = nn.Embedding(inputs, 8), nn.Linear(8, 6)
        self.last = nn.Linear(6, outputs)

    def forward(self, x):
        there = (x != 0).unsqueeze(-1)
        h = torch.tanh(self.hidden(self.words(x))) * there
        return self.last(h.sum(1) / there.sum(1))
"""


def trials_of(pack: Pack) -> dict[str, dict[str, "pd.Series[float]"]]:
    """Trial → table → values by label."""
    rows = train(pack, precision=torch.float64)
    found: dict[str, dict[str, pd.Series[float]]] = {trial.trial_id: {} for trial in pack.trials}
    for table, labels in TABLES.items():
        frame = pd.DataFrame(getattr(rows, table))
        for trial_id, own in frame.groupby("trial_id"):
            found[str(trial_id)][table] = own.set_index(labels).value.sort_index()
    return found


def assert_same_beside_any(members: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two random choices of packmates, and portions of two."""
    whole = trials_of(members)
    draws = np.random.default_rng(0)
    choices = [sorted(draws.choice(len(members.trials), n, replace=False)) for n in (1, 3)]
    packs = [replace(members, trials=tuple(members.trials[i] for i in c)) for c in choices]
    results = [trials_of(each) for each in packs]
    monkeypatch.setattr("orchestrator.training.engine.stack_size", lambda *_: 2)
    results.append(trials_of(members))
    for result in results:
        for trial_id, tables in result.items():
            assert tables.keys() == whole[trial_id].keys()
            for table, values in tables.items():
                pd.testing.assert_series_equal(
                    values, whole[trial_id][table], rtol=ROUNDING, atol=1e-12
                )


def of_variants(**settings: Any) -> Pack:
    training: dict[str, Any] = {
        "epochs": 3,
        "optimizer": "adam",
        "learning_rate": 0.01,
        "batch_size": 16,
    }
    settings = {**training, **settings}
    return pack(
        [
            variant("a", **settings),
            variant("b", **{**settings, "weight_decay": 0.01, "clip_norm": None}),
        ],
        replicates=MEMBERS,
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_of_shipped_models(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_same_beside_any(of_variants(**SHIPPED[name]), monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("forward", OWN)
def test_of_own_taggers(forward: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = write_module(tmp_path, TAGGER.format(forward=forward))
    model = own_settings("model", OwnCode(f"{module}:Net", (tmp_path,)))
    members = of_variants(task=SENTENCES, model=model)
    data = load_data(members.trials, 0, "cpu", torch.float64)
    way = choose_stacking(rehearsal_of(members, data, torch.float64))
    assert ("sequential" if way is None else "stacked") == OWN[forward]
    assert_same_beside_any(members, monkeypatch)


@pytest.mark.slow
def test_of_own_sentences_of_other_lengths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are as wide as each replicate's longest sentence; probes leave the padding out."""
    module = write_module(tmp_path, OF_SENTENCES)
    task = own_settings("task", OwnCode(f"{module}:load", (tmp_path,)))
    model = own_settings("model", OwnCode(f"{module}:Net", (tmp_path,)))
    members = of_variants(task=task, model=model)
    assert set(train(members).trials["execution"]) == {"stacked"}
    assert_same_beside_any(members, monkeypatch)
