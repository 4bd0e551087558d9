"""The table of settings without effect, against training: the same bits, or others.

Every setting of training, models and probes is walked: one in the table must do nothing where its
condition fails and something where it holds, any other one must do something.
"""

from typing import Any

import numpy as np
import pytest

from orchestrator.models.settings import (
    MLP,
    Adding,
    Chain,
    ConvNet,
    Diabetes,
    Digits,
    LogLinear,
    ModelSettings,
    Recurrent,
    TaskSettings,
    ToyNextWord,
    ToyTagging,
    WindowTagger,
)
from orchestrator.study.design.effects import BY_PATH, CONDITIONS, idle, is_default
from orchestrator.study.design.nuisance_values import with_nuisance
from orchestrator.study.parsing.setting_paths import settings_in
from orchestrator.study.probes import Probes
from orchestrator.study.records import Variant
from orchestrator.study.settings import Schedule, Training
from orchestrator.training.engine import train
from tests.training.packs import pack, variant

FEW: dict[str, Any] = {"train_examples": 40, "validation_examples": 20, "test_examples": 20}
DIGITS, WORDS, NEXT = Digits(**FEW), ToyTagging(**FEW), ToyNextWord(**FEW)
VALUES = Diabetes(**FEW)
NUMBERS = Adding(length=5, examples=40, validation_examples=20, test_examples=20)
DEEP, FLAT = MLP(depth=1, width=6), MLP(depth=0)
OFF = Probes(examples=0)


def plain(task: TaskSettings = DIGITS, model: ModelSettings = DEEP, **more: Any) -> Variant:
    return variant(task=task, model=model, **{"learning_rate": 0.5, **more})


def cell(name: str, task: TaskSettings = NUMBERS, **more: Any) -> Variant:
    return plain(task, Recurrent.model_validate({"cell": name, "hidden": 4, **more}))


def stepping(kind: str) -> Variant:
    schedule = Schedule.model_validate({"kind": kind, "every_epochs": 1, "patience": 1})
    return plain(schedule=schedule, epochs=6, learning_rate=60.0)


ADAM = plain(optimizer="adam", learning_rate=0.01)
MUON = plain(optimizer="muon", learning_rate=0.01)
DECAY = plain(weight_decay=0.1)
WINDOW = plain(WORDS, WindowTagger(embedding=4, width=6))
WINDOW_FLAT = plain(WORDS, WindowTagger(embedding=4, depth=0))
TAGGER = cell("rnn", WORDS, embedding=4)

EXAMPLES: list[tuple[str, Any, Variant, Variant]] = [  # path, value, without effect, with effect
    ("training.momentum", 0.9, ADAM, plain()),
    ("training.momentum", 0.9, plain(optimizer="adamw"), plain(optimizer="rmsprop")),
    ("training.momentum", 0.9, plain(optimizer="lion"), MUON),
    ("training.weight_decay", 0.1, plain(optimizer="Rprop"), plain(optimizer="Adadelta")),
    ("training.nesterov", True, plain(optimizer="rmsprop", momentum=0.5), plain(momentum=0.5)),
    ("training.nesterov", False, plain(optimizer="muon", momentum=0.0), MUON),
    ("training.beta1", 0.5, plain(), ADAM),
    ("training.beta1", 0.5, plain(optimizer="adagrad"), plain(optimizer="lion")),
    ("training.beta1", 0.5, plain(), plain(optimizer="nadam", learning_rate=0.01)),
    ("training.beta2", 0.9, plain(optimizer="rmsprop"), ADAM),
    ("training.beta2", 0.9, plain(), MUON),
    ("training.beta2", 0.9, plain(), plain(optimizer="radam", learning_rate=0.01, epochs=4)),
    ("training.beta2", 0.9, plain(optimizer="adagrad"), plain(optimizer="lion", epochs=4)),
    ("training.label_smoothing", 0.2, plain(loss="sigmoid_cross_entropy"),
     plain(loss="cross_entropy")),
    ("training.decay_biases", False, plain(), DECAY),
    ("training.decay_biases", False,
     plain(model=MLP(depth=1, bias=False), weight_decay=0.1), DECAY),
    ("training.schedule.every_epochs", 2, stepping("plateau"), stepping("step")),
    ("training.schedule.patience", 3, stepping("step"), stepping("plateau")),
    ("training.schedule.factor", 0.5, plain(), stepping("step")),
    ("training.schedule.factor", 0.5, plain(), stepping("plateau")),
    ("training.schedule.end_factor", 0.5, stepping("one_cycle"), stepping("cosine")),
    ("training.schedule.end_factor", 0.5, stepping("step"), stepping("linear")),
    ("training.schedule.rise", 0.6, stepping("cosine"), stepping("one_cycle")),
    ("training.schedule.warmup_epochs", 2, stepping("one_cycle"), stepping("constant")),
    ("training.schedule.warmup_epochs", 2, stepping("one_cycle"), stepping("plateau")),
    ("model.width", 9, plain(model=FLAT), plain()),
    ("model.width", 9, WINDOW_FLAT, WINDOW),
    ("model.activation", "relu", plain(model=FLAT), plain()),
    ("model.activation", "relu", WINDOW_FLAT, WINDOW),
    ("model.init.bias", 0.3, plain(model=MLP(bias=False)), plain()),
    ("model.init.bias", 0.3, plain(model=LogLinear(bias=False)), plain(model=LogLinear())),
    ("model.embedding", 7, cell("lstm"), TAGGER),
    ("model.pooling", "max", TAGGER, cell("rnn")),
    ("probes.every_epochs", 2, variant(probes=OFF), variant(probes=Probes(every_epochs=1))),
    ("probes.quantities", "full", variant(probes=OFF), plain()),
    ("probes.step", 1, plain(), TAGGER),
    ("probes.step", 1, WINDOW, TAGGER),
]  # fmt: skip

ALWAYS: list[tuple[str, Any, Variant]] = [  # path, value, a trial in which it does something
    ("training.optimizer", "rmsprop", plain()),
    ("training.learning_rate", 0.2, plain()),
    ("training.batch_size", 10, plain()),
    ("training.epochs", 3, plain()),
    ("training.evaluate_every", 2, plain()),
    ("training.clip_norm", 0.01, plain()),
    ("training.clip_value", 0.001, plain()),
    ("training.schedule.kind", "step", stepping("constant")),
    ("training.early_stopping", 1, stepping("constant")),
    ("training.select", "best", stepping("constant")),
    ("training.loss", "sigmoid_cross_entropy", plain()),
    ("probes.examples", 5, plain()),
    ("model.bias", False, plain()),
    ("model.bias", False, plain(model=LogLinear())),
    ("model.depth", 2, plain()),
    ("model.depth", 2, plain(model=Chain(depth=1))),
    ("model.depth", 2, WINDOW),
    ("model.activation", "relu", plain(model=Chain(depth=1))),
    ("model.activation", "tanh", plain(model=ConvNet(channels="2-2", width="4-4"))),
    ("model.activation", "relu", cell("rnn")),
    ("model.channels", "2-3", plain(model=ConvNet(channels="2-2", width="4-4"))),
    ("model.width", "5-4", plain(model=ConvNet(channels="2-2", width="4-4"))),
    ("model.output_activation", "softplus", plain(VALUES)),
    ("model.window", 2, WINDOW),
    ("model.embedding", 5, WINDOW),
    ("model.init.scheme", "xavier", plain()),
    ("model.init.scale", 2.0, plain()),
    ("model.init.bias", 0.3, cell("lstm")),
    ("model.cell", "gru", cell("lstm")),
    ("model.hidden", 5, cell("lstm")),
    ("model.layers", 2, cell("lstm")),
    ("model.bidirectional", True, cell("lstm")),
    ("model.forget_bias", 1.0, cell("lstm")),
    ("model.peephole", True, cell("lstm")),
    ("model.dropout", 0.5, cell("lstm", layers=2)),
    ("model.tie_embedding", True, cell("lstm", NEXT, embedding=4)),
    ("model.bptt_steps", 2, cell("lstm")),
    ("model.recurrent_init.scheme", "identity", cell("lstm")),
    ("model.recurrent_init.scale", 2.0, cell("lstm")),
]


def bits(of: Variant) -> list[bytes]:
    """Of everything that a training leaves behind."""
    rows = train(pack([of], replicates=1))
    tables = [
        (name, values)
        for table in (rows.metrics, rows.gradients, rows.answers)
        for name, values in table.items()
    ]
    finals = [(n, v) for n, v in rows.trials.items() if n.startswith("final") or n == "epochs_done"]
    return [repr(np.asarray(v).tolist()).encode() for _, v in [*tables, *finals]]


def changed(of: Variant, path: str, value: Any) -> Variant:
    found = with_nuisance(of, {path: value})
    assert found.settings != of.settings, "another value"
    return found


def names(examples: list[Any]) -> list[str]:
    return [f"{path}-{number}" for number, (path, *_) in enumerate(examples)]


@pytest.mark.slow
@pytest.mark.parametrize(("path", "value", "without", "with_"), EXAMPLES, ids=names(EXAMPLES))
def test_the_table_says_when_a_setting_does_something(
    path: str, value: Any, without: Variant, with_: Variant
) -> None:
    assert idle(without.settings, path) is BY_PATH[path]
    assert idle(with_.settings, path) is None
    assert bits(changed(without, path, value)) == bits(without)
    assert bits(changed(with_, path, value)) != bits(with_)


@pytest.mark.slow
@pytest.mark.parametrize(("path", "value", "of"), ALWAYS, ids=names(ALWAYS))
def test_every_other_setting_does_something(path: str, value: Any, of: Variant) -> None:
    assert idle(of.settings, path) is None
    assert bits(changed(of, path, value)) != bits(of)


def test_every_setting_is_walked() -> None:
    models = (LogLinear, MLP, Chain, ConvNet, WindowTagger, Recurrent)
    every = {p for m in models for p in settings_in(m, "model")} - {"model.name"}
    every |= {*settings_in(Training, "training"), *settings_in(Probes, "probes")}
    walked = {path for path, *_ in EXAMPLES} | {path for path, *_ in ALWAYS}
    assert walked == every
    assert {path for path, *_ in EXAMPLES} == set(BY_PATH)
    assert len(BY_PATH) == sum(len(condition.paths) for condition in CONDITIONS), "once each"


def test_a_default_is_what_a_setting_has_when_it_is_left_out() -> None:
    given = plain(model=MLP.model_validate({"init": {"scheme": "normal"}}), momentum=0.5).settings
    assert is_default(given, "model.init.bias"), "which the scheme fills in"
    assert is_default(given, "training.schedule.patience")
    assert not is_default(given, "training.momentum")
