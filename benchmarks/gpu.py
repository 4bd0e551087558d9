"""Stacked packs on a GPU against the same nets one after another: `python -m benchmarks.gpu`.

64 LSTMs of 64 units over 50 steps in batches of 32, whose rivals use cuDNN, and 64 MLPs 30 wide.
Member steps a second, medians of 3 epochs after one to warm up, and how far the parameters are from
those of the same steps on the CPU. The targets are 15 and 30 times. Without a GPU it says so.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

import torch
from torch import nn

from benchmarks import stacks
from orchestrator.models.catalogue import task_entry
from orchestrator.models.losses import LOSSES
from orchestrator.models.settings import MLP, Adding, Digits, Recurrent
from orchestrator.models.settings.base import ModelSettings, TaskSettings
from orchestrator.plan.records import Trial
from orchestrator.study.probes import Probes
from orchestrator.study.records import LoopSettings, Variant
from orchestrator.study.settings import Training
from orchestrator.training.batches import batches
from orchestrator.training.data import TrialData
from orchestrator.training.engine import build_model
from orchestrator.training.random_streams import RandomStreams

ROUNDS = 3
RATE = 0.01


@dataclass(frozen=True)
class Work:
    """Nets of one structure; they differ in their seeds."""

    name: str
    target: float  # times faster
    task: TaskSettings
    model: ModelSettings
    members: int = 64
    batch: int = 32

    @property
    def trials(self) -> list[Trial]:
        training = Training(optimizer="sgd", learning_rate=RATE, batch_size=self.batch)
        settings = LoopSettings(self.task, self.model, training, Probes())
        variant = Variant("v", "v", {}, settings)
        return [Trial(f"t{replicate}", variant, replicate) for replicate in range(self.members)]


WORKS = (
    Work("lstm", 15, Adding(length=50, examples=640), Recurrent(cell="lstm", hidden=64)),
    Work("mlp", 30, Digits(), MLP(depth=2, width=30)),
)


def main() -> None:
    if not torch.cuda.is_available():
        print(json.dumps({"benchmark": "gpu", "device": None, "note": "no GPU here"}))
        return
    torch.backends.cudnn.allow_tf32 = False
    rows = [measure(work, "cuda") for work in WORKS]
    name = torch.cuda.get_device_name()
    print(json.dumps({"benchmark": "gpu", "device": name, "rows": rows}, indent=1))


def measure(work: Work, device: str) -> dict[str, Any]:
    trials = work.trials
    data = stacks.load(trials, device)
    members = stacks.stacked(trials, data)
    models = [build_model(trial, data.shape, 0).to(device) for trial in trials]
    steps = stacks.epoch(trials, data, members)  # warms up, like the first epoch of the others
    alone_epoch(trials, data, models)
    together_s = timed(lambda: stacks.epoch(trials, data, members), device)
    alone_s = timed(lambda: alone_epoch(trials, data, models), device)
    return {
        "nets": work.name,
        "members": work.members,
        "stacked_steps_per_s": round(steps * work.members / together_s),
        "one_by_one_steps_per_s": round(steps * work.members / alone_s),
        "times_faster": round(alone_s / together_s, 1),
        "target": work.target,
        "largest_difference": largest_difference(work, device),
    }


def alone_epoch(trials: Sequence[Trial], data: TrialData, models: Sequence[nn.Module]) -> None:
    """torch.nn and torch.optim, one net after another."""
    loss = LOSSES[task_entry(trials[0].variant.loop.task).loss]
    for member, (trial, model) in enumerate(zip(trials, models, strict=True)):
        optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
        size = int(trial.variant.loop.training.batch_size)
        for inputs, targets in batches(
            data.of(slice(member, member + 1)), RandomStreams([trial], 0), 1, size
        ):
            optimizer.zero_grad()
            loss(model(inputs[0]), targets[0]).mean().backward()
            optimizer.step()


def timed(work: Callable[[], Any], device: str) -> float:
    """Median wall seconds, with all that was asked of the GPU done."""
    return median(_seconds(work, device) for _ in range(ROUNDS))


def _seconds(work: Callable[[], Any], device: str) -> float:
    started = perf_counter()
    work()
    if device == "cuda":
        torch.cuda.synchronize()
    return perf_counter() - started


def largest_difference(work: Work, device: str) -> float:
    """Between parameters after an epoch stacked on this device, and one by one on the CPU."""
    trials = work.trials
    there, here = stacks.load(trials, device), stacks.load(trials)
    members = stacks.stacked(trials, there)
    stacks.epoch(trials, there, members)
    models = [build_model(trial, here.shape, 0) for trial in trials]
    alone_epoch(trials, here, models)
    alone = torch.stack([nn.utils.parameters_to_vector(m.parameters()) for m in models])
    return float((members.flat.cpu() - alone.detach()).abs().max())


if __name__ == "__main__":
    main()
