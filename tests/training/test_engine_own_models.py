"""Models that torch trains and that are easily trained wrongly, against plain loops of torch."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.nn import functional

from orchestrator.models.settings.own import OwnCode
from orchestrator.plan.records import Pack
from orchestrator.training.data import load_data
from orchestrator.training.engine import rehearsal_of, train
from orchestrator.training.random_streams import RandomStreams
from tests.own_code import own_settings, write_module
from tests.training.packs import SMALL_DIGITS, pack, variant
from tests.training.test_checkpoints import assert_same, resumed

TEXT = """\
import random
import threading
import warnings
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn.utils import prune, weight_norm

@dataclass
class Output:
    hidden: torch.Tensor
    logits: torch.Tensor

class Net(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.first, self.tanh = nn.Linear(inputs, 8), nn.Tanh()
        self.last = nn.Linear(8, outputs)
        self.rng, self.steps = None, 0
        self.change()

    def change(self):
        {change}

    def forward(self, x):
        h = self.tanh(self.first(x))
        return {forward}

    def count(self):
        self.steps += self.training
        return self.steps

    def seen(self, h, hook):
        if h.requires_grad:
            h.register_hook(hook)
        return h
"""
PLAIN = "self.last(h)"
STACKED, ALONE = "stacked", "sequential"
WARN = "warnings.simplefilter('ignore'); "
TO_DOUBLE = "first = self.first.forward; self.first.forward = lambda x: first(x.double())"
CLAMPED = "self.first.weight.register_hook(lambda g: g.clamp(-.01, .01))"
HALVED = "self.last.weight.register_post_accumulate_grad_hook(lambda p: (p.grad.mul_(.5), None)[1])"
MASK = "self.register_buffer('mask', torch.rand(8))"
MODELS = {  # name → change of the net, forward pass, how it trains
    "nothing": ("pass", PLAIN, STACKED),
    "lock": ("self.lock = threading.Lock()", PLAIN, STACKED),
    "parameter hook": (
        "self.first.weight.register_hook(lambda g: g.clamp(-.01, .01))",
        PLAIN,
        ALONE,
    ),
    "after accumulation": (HALVED, PLAIN, ALONE),
    "backward hook": (
        "self.tanh.register_full_backward_hook(lambda m, given, got: (0.5 * given[0],))",
        PLAIN,
        ALONE,
    ),
    "backward pre-hook": (
        "self.last.register_full_backward_pre_hook(lambda m, got: (got[0].clamp(-.001, .001),))",
        PLAIN,
        ALONE,
    ),
    "forward hook": (
        "self.last.register_forward_hook(lambda m, given, out: 2 * out)",
        PLAIN,
        ALONE,
    ),
    "tensor hook": ("pass", "self.last(self.seen(h, lambda g: 0 * g))", ALONE),
    "tensor hook that acts on large gradients": (
        "pass",
        "self.last(self.seen(h, lambda g: g.clamp(-1e3, 1e3)))",
        ALONE,
    ),
    "complex": (
        "self.V = nn.Parameter(1j * torch.randn(8, 8)); self.b = nn.Parameter(torch.zeros(3))",
        "self.last((h.to(self.V.dtype) @ self.V.T).abs()) + self.b.sum()",
        ALONE,
    ),
    "frozen": ("self.first.requires_grad_(False)", PLAIN, ALONE),
    "double": (f"self.double(); {TO_DOUBLE}", PLAIN, STACKED),
    "sparse": (
        "self.table = nn.Embedding(4, 8, sparse=True)",
        "self.last(h + self.table((x.sum(1) % 4).long()))",
        ALONE,
    ),
    "lazy": ("self.lazy = nn.LazyLinear(8)", "self.last(self.lazy(h))", STACKED),
    "weight norm": (f"{WARN}weight_norm(self.first)", PLAIN, ALONE),
    "pruned": ("prune.random_unstructured(self.first, 'weight', 0.5)", PLAIN, ALONE),
    "buffer drawn": (
        "self.register_buffer('mask', torch.rand(8))",
        "self.last(h * self.mask)",
        ALONE,
    ),
    "number drawn": ("self.scale = torch.rand(()).item()", "self.last(h * self.scale)", ALONE),
    "tuple": ("pass", "self.last(h), h", STACKED),
    "none first": ("pass", "(None, self.last(h))", STACKED),
    "named": ("pass", "Output(h, self.last(h))", STACKED),
}
DRAWS = {  # forward pass
    "numpy": "self.last(h) * (1 + np.random.rand())",
    "Python": "self.last(h) * (1 + random.random())",
    "its own generator": "self.last(h) * (1 + self.rng.random())",
    "in evaluation": "self.last(h) + torch.rand(())",
}
COUNTS = "self.last(h) / (1 + self.count())"
HOLDS = "self.rng = np.random.default_rng()"


def of(folder: Path, change: str, forward: str, **settings: Any) -> Pack:
    """Three trials of one variant, and three of another."""
    module = write_module(folder, TEXT.format(change=change, forward=forward))
    model = own_settings("model", OwnCode(f"{module}:Net", (folder,)), **settings)
    chosen = {"task": SMALL_DIGITS, "model": model, "learning_rate": 0.1}
    return pack(
        [variant("a", **chosen), variant("b", **{**chosen, "learning_rate": 0.05})], replicates=2
    )


def alone(pack: Pack, number: int) -> float:
    """Test loss of one trial, by torch; data, orders and the untrained model are orch's."""
    trial = pack.trials[number]
    settings = trial.variant.loop
    data = load_data([trial], pack.study_seed, "cpu", torch.float32)
    one = Pack("one", (trial,), "test", pack.study_seed, "")
    model: nn.Module = rehearsal_of(one, data, torch.float32).builds[0]()
    moved = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(moved, lr=settings.training.learning_rate)
    streams, rows = RandomStreams([trial], pack.study_seed), data.splits["train"][0]
    for epoch in (1, 2):
        order = streams.permutations(len(rows), "order", epoch)[0]
        for batch in rows[order].split(32):
            model.zero_grad()
            functional.cross_entropy(model(data.inputs[batch]), data.targets[batch]).backward()
            for p in moved:
                if p.grad is not None and p.grad.is_sparse:
                    p.grad = p.grad.to_dense()
            optimizer.step()
    test = data.splits["test"][0]
    with torch.no_grad():
        outputs = model.eval()(data.inputs[test])
    return functional.cross_entropy(outputs, data.targets[test]).item()


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_it_trains_as_torch_trains_it(name: str, tmp_path: Path) -> None:
    change, forward, execution = MODELS[name]
    named = {"output": "logits"} if name == "named" else {}
    members = of(tmp_path, change, forward, **named)
    trials = pd.DataFrame(train(members).trials)
    assert set(trials.execution) == {execution}
    for number, loss in enumerate(trials["final.test/loss"]):
        assert loss == pytest.approx(alone(members, number), rel=1e-4)


def test_a_hook_on_all_modules_takes_effect(tmp_path: Path) -> None:
    members = of(tmp_path, "pass", PLAIN)
    hook = nn.modules.module.register_module_forward_hook(lambda *_: None)
    try:
        assert set(train(members).trials["execution"]) == {"sequential"}
    finally:
        hook.remove()


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAWS)
def test_what_draws_gives_the_same_again_and_after_it_was_cut_off(
    name: str, tmp_path: Path
) -> None:
    members = of(tmp_path, HOLDS, DRAWS[name])
    rows = train(members)
    assert set(rows.trials["execution"]) == {"sequential"}
    np.random.rand(3)  # noqa: NPY002
    torch.rand(3)
    states = state()
    assert_same(rows, train(members))
    assert_same(rows, resumed(members, after=1))
    assert all(map(np.array_equal, states, state()))
    values = pd.DataFrame(rows.metrics).query("epoch == 0").groupby("trial_id").value
    assert len(set(values.first().round(6))) > 1


@pytest.mark.slow
def test_a_counter_goes_on_where_training_was_cut_off(tmp_path: Path) -> None:
    members = of(tmp_path, "pass", COUNTS)
    assert_same(train(members), resumed(members, after=2))


def state() -> tuple[Any, ...]:
    numbers: Any = np.random.get_state(legacy=True)[1]  # type: ignore[index]  # noqa: NPY002
    return torch.get_rng_state().numpy(), numbers, np.array(random.getstate()[1])


def test_constructors_may_draw_from_any_generator(tmp_path: Path) -> None:
    members = of(tmp_path, "self.scale = np.random.rand()", "self.last(h * self.scale)")
    data = load_data(members.trials, 0, "cpu", torch.float32)
    before = state()
    builds = rehearsal_of(members, data, torch.float32).builds
    first, again, other = (build().scale for build in (builds[0], builds[0], builds[1]))
    assert first == again != other
    assert all(map(np.array_equal, before, state()))


METRIC = """\
from orchestrator.models.own import OwnMetric, orch_task
from orchestrator.models.settings import Digits
from orchestrator.models.tasks import digits

def of_zeros(outputs, targets):
    right = (outputs.argmax(-1) == targets).float()
    return right.masked_fill(targets != 0, float("nan"))

def of_none(outputs, targets):
    return outputs[..., 0] * float("nan")

METRICS = (
    OwnMetric("of_zeros", of_zeros, "maximize", "%"), OwnMetric("of_none", of_none, "maximize", "%")
)

@orch_task(inputs="image", outputs="class", metrics=METRICS)
def load(seed_for):
    sizes = {"train_examples": 100, "validation_examples": 40, "test_examples": 40}
    return digits.load(Digits(**sizes), seed_for)
"""


def test_a_metric_without_a_value_is_null_and_no_divergence(tmp_path: Path) -> None:
    module = write_module(tmp_path, METRIC)
    task = own_settings("task", OwnCode(f"{module}:load", (tmp_path,)))
    rows = train(pack([variant(task=task)]))
    trials = pd.DataFrame(rows.trials)
    assert set(trials.status) == {"completed"}
    assert trials["final.test/of_none"].isna().all()
    assert trials["final.test/of_zeros"].between(0, 1).all()
    assert "of_none" not in set(rows.metrics["metric"])
    answers = pd.DataFrame(rows.answers).set_index(["trial_id", "metric"])
    for trial_id in trials.trial_id:
        kept = np.frombuffer(answers.answers[trial_id, "of_zeros"], "<f4")
        assert len(kept) == answers.n[trial_id, "accuracy"] == 40
        final = trials.set_index("trial_id")["final.test/of_zeros"][trial_id]
        assert final == pytest.approx(np.nanmean(kept))
