"""Training one pack against training its members one after another with torch.nn and torch.optim.

Same work on both sides: digits, 30-wide nets, 30 members, SGD, loss and accuracy of all three
splits after every epoch, no probes; one thread. Interleaved, medians of 3.
"""

import json
from collections.abc import Callable
from statistics import median
from time import perf_counter

import torch
from torch.nn import functional

from models.settings import MLP, Digits, Init
from models.shape import TaskShape
from models.tasks import digits
from orchestrator.plan.records import Pack, Trial
from orchestrator.seeds import seed_for
from orchestrator.study.records import TrialSettings, Variant
from orchestrator.study.settings import Probes, Training
from orchestrator.training.data import load_data
from orchestrator.training.engine import build_model, train

MEMBERS, EPOCHS, REPEATS = 30, 5, 3


def make_pack(depth: int) -> Pack:
    model = MLP(depth=depth, activation="tanh", init=Init(scheme="normal"))
    settings = TrialSettings(Digits(), model, Training(epochs=EPOCHS), Probes(examples=0))
    variant = Variant("v", "v", {}, settings)
    trials = tuple(Trial(f"t{replicate}", variant, replicate) for replicate in range(MEMBERS))
    return Pack("bench", trials, study="bench", study_seed=0, code_digest="")


def train_one_by_one(pack: Pack) -> None:
    shape = load_data(pack.trials, 0, "cpu", torch.float32).shape
    for trial in pack.trials:
        train_alone(trial, shape)


def train_alone(trial: Trial, shape: TaskShape) -> None:
    settings = trial.variant.settings
    dataset = digits.load(settings.task, lambda stream: seed_for(stream, trial.replicate))
    model = build_model(trial, shape, study_seed=0)
    optimizer = torch.optim.SGD(model.parameters(), lr=settings.training.learning_rate)
    rows = dataset.splits["train"]
    for _ in range(settings.training.epochs):
        for batch in rows[torch.randperm(len(rows))].split(settings.training.batch_size):
            optimizer.zero_grad()
            outputs = model(dataset.inputs[batch])
            functional.cross_entropy(outputs, dataset.targets[batch]).backward()
            optimizer.step()
        evaluate_alone(model, dataset)


@torch.no_grad()
def evaluate_alone(model: torch.nn.Module, dataset) -> list[tuple[float, float]]:
    metrics = []
    for rows in dataset.splits.values():
        outputs, targets = model(dataset.inputs[rows]), dataset.targets[rows]
        accuracy = (outputs.argmax(1) == targets).float().mean()
        metrics.append((functional.cross_entropy(outputs, targets).item(), accuracy.item()))
    return metrics


def seconds(work: Callable[[Pack], object], pack: Pack) -> float:
    started = perf_counter()
    work(pack)
    return perf_counter() - started


def compare(depth: int) -> dict[str, float]:
    pack = make_pack(depth)
    pairs = [(seconds(train, pack), seconds(train_one_by_one, pack)) for _ in range(REPEATS)]
    stacked_s, alone_s = (median(side) for side in zip(*pairs, strict=True))
    ratio = median(alone / stacked for stacked, alone in pairs)
    return {"depth": depth, "stacked_s": stacked_s, "one_by_one_s": alone_s, "ratio": ratio}


def main() -> None:
    torch.set_num_threads(1)
    seconds(train, make_pack(1))  # warm up
    rows = [compare(depth) for depth in (1, 2, 4, 8)]
    print(json.dumps({"benchmark": "stacking", "members": MEMBERS, "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
