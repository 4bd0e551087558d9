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

from benchmarks import stacks
from benchmarks.stacks import make_trials
from orchestrator.models.settings import Activation, Digits
from orchestrator.plan.records import Trial
from orchestrator.training.data import TrialData
from orchestrator.training.engine import build_model

MEMBERS, EPOCHS, REPEATS = 30, 3, 3
BATCH = 32


def stacked(trials: list[Trial], data: TrialData) -> None:
    members = stacks.stacked(trials, data)
    for epoch in range(EPOCHS):
        stacks.epoch(trials, data, members, epoch)


def one_by_one(trials: list[Trial], data: TrialData) -> None:
    for member, trial in enumerate(trials):
        model = build_model(trial, data.shape, 0)
        rate = trial.variant.loop.training.learning_rate
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


def compare(activation: Activation, depth: int) -> dict[str, float | str]:
    trials = make_trials(activation, depth)
    data = stacks.load(trials)
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
    stacked_s, alone_s = (
        sum(float(row[name]) for row in rows) for name in ("stacked_s", "one_by_one_s")
    )
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
