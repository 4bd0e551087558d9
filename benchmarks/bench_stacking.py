"""Training a pack against training its members one after another with torch.nn and torch.optim.

The nets of studies/vanishing_gradient.yaml: 30 wide, 30 members, digits, SGD in batches of 32;
one thread, both sides interleaved, medians of 3. Both sides shuffle, take batches and step;
neither evaluates. Prints steps of one member per second, and how many times faster the pack is.
"""

import json
from collections.abc import Callable
from statistics import median
from time import perf_counter

import torch
from torch.nn import functional

from models.losses import cross_entropy
from models.settings import MLP, Digits, Init
from orchestrator.plan.records import Trial
from orchestrator.study.probes import Probes
from orchestrator.study.records import TrialSettings, Variant
from orchestrator.study.settings import Training
from orchestrator.training.batches import batches
from orchestrator.training.data import TrialData, load_data
from orchestrator.training.engine import build_model
from orchestrator.training.means import mean_per_member
from orchestrator.training.members import side_by_side
from orchestrator.training.optimizers import OPTIMIZERS
from orchestrator.training.streams import Streams

MEMBERS, EPOCHS, REPEATS = 30, 3, 3
BATCH = 32


def make_trials(activation: str, depth: int) -> list[Trial]:
    model = MLP(depth=depth, activation=activation, init=Init(scheme="normal"))
    settings = TrialSettings(Digits(), model, Training(), Probes())
    variant = Variant("v", "v", {}, settings)
    return [Trial(f"t{replicate}", variant, replicate) for replicate in range(MEMBERS)]


def stacked(trials: list[Trial], data: TrialData) -> None:
    models = [build_model(trial, data.shape, 0) for trial in trials]
    members = side_by_side(models, data.take(data.splits["train"][:, :2])[0])
    assert members is not None
    optimizer = OPTIMIZERS["sgd"](members, [trial.variant.settings.training for trial in trials])
    for epoch in range(EPOCHS):
        for inputs, targets in batches(data, Streams(trials, 0), epoch, BATCH):
            losses = mean_per_member(cross_entropy(members.model(inputs), targets), targets)
            optimizer.step(members.gradient(losses.sum()))


def one_by_one(trials: list[Trial], data: TrialData) -> None:
    for member, trial in enumerate(trials):
        model = build_model(trial, data.shape, 0)
        rate = trial.variant.settings.training.learning_rate
        optimizer = torch.optim.SGD(model.parameters(), lr=rate)
        rows = data.splits["train"][member]
        for _ in range(EPOCHS):
            for batch in rows[torch.randperm(len(rows))].split(BATCH):
                optimizer.zero_grad()
                loss = functional.cross_entropy(model(data.inputs[batch]), data.targets[batch])
                loss.backward()
                optimizer.step()


Side = Callable[[list[Trial], TrialData], None]


def seconds(side: Side, trials: list[Trial], data: TrialData) -> float:
    started = perf_counter()
    side(trials, data)
    return perf_counter() - started


def compare(activation: str, depth: int) -> dict[str, float | str]:
    trials = make_trials(activation, depth)
    data = load_data(trials, 0, "cpu", torch.float32)
    pairs = [
        (seconds(stacked, trials, data), seconds(one_by_one, trials, data)) for _ in range(REPEATS)
    ]
    stacked_s, alone_s = (median(side) for side in zip(*pairs, strict=True))
    return {
        "activation": activation,
        "depth": depth,
        "stacked_s": round(stacked_s, 3),
        "one_by_one_s": round(alone_s, 3),
        "times_faster": round(median(alone / together for together, alone in pairs), 1),
    }


def main() -> None:
    torch.set_num_threads(1)
    compare("relu", 1)  # warm up
    rows = [compare(a, d) for a in ("sigmoid", "tanh", "relu", "softplus") for d in (1, 2, 4, 8)]
    stacked_s, alone_s = (sum(row[name] for row in rows) for name in ("stacked_s", "one_by_one_s"))
    steps = -(-Digits().train_examples // BATCH) * EPOCHS * MEMBERS * len(rows)
    summary = {
        "members": MEMBERS,
        "member_steps_per_s": round(steps / stacked_s),
        "one_by_one_steps_per_s": round(steps / alone_s),
        "times_faster": round(alone_s / stacked_s, 2),
    }
    print(json.dumps({"benchmark": "stacking", **summary, "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
