"""The training stage: against loops written by hand, by size of the work, and against the machine.

    python -m benchmarks.bench_training [--rounds 3]

CPU time of one thread. `against_by_hand`: whole packs, with evaluation, against the same work in
`rivals/stacked.py`, interleaved; ratios below 1 are ours. `rows`: steps alone, by members, width,
depth and batch. bmm_share: of the rate that `torch.bmm` reaches with the hidden layers' shapes;
memory_share: of the rate of a copy, counting what a step must at least read and write.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import torch

from benchmarks import stacks
from benchmarks.rivals import stacked as by_hand
from benchmarks.rivals.work import FeedForward, nets, studies
from orchestrator.plan.make_plan import make_plan
from orchestrator.plan.records import Pack
from orchestrator.study.load import parse_study
from orchestrator.training.engine import train

STRUCTURES = (("relu", 1), ("tanh", 4), ("sigmoid", 8), ("softplus", 2))
STANDARD = {"members": 30, "width": 30, "depth": 2, "batch": 32}
SIZES = {
    "members": (1, 4, 16, 64),
    "width": (10, 30, 100, 300),
    "depth": (1, 4, 8),
    "batch": (8, 128, 512),
}
CLASSES, PIXELS = 10, 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    torch.set_num_threads(1)
    document = {
        "benchmark": "training",
        "against_by_hand": [against_by_hand(*structure, rounds) for structure in STRUCTURES],
        "rows": [throughput(size, rounds) for size in sizes()],
    }
    print(json.dumps(document, indent=1))


def against_by_hand(activation: str, depth: int, rounds: int = 3) -> dict[str, Any]:
    """Milliseconds of CPU a net, medians, and medians of the ratios."""
    pack = feed_forward_pack(activation, depth)
    stack = feed_forward_stack(activation, depth)
    ways: dict[str, Callable[[], Any]] = {
        "orch": lambda: train(pack),
        "autograd": lambda: by_hand.train(stack),
        "backward": lambda: by_hand.train_with_own_backward(stack),
    }
    spent = [{name: seconds(way) for name, way in ways.items()} for _ in range(rounds)]
    return {
        "activation": activation,
        "depth": depth,
        **{f"{name}_ms": round(1e3 * median(s[name] for s in spent) / len(stack)) for name in ways},
        "orch_to_autograd": round(median(s["orch"] / s["autograd"] for s in spent), 2),
        "orch_to_backward": round(median(s["orch"] / s["backward"] for s in spent), 2),
    }


def feed_forward_pack(activation: str, depth: int) -> Pack:
    """Of the end-to-end study; the members are those of the rivals' stack."""
    study = parse_study(studies("feed_forward", 480), Path("feed_forward.yaml"))
    for pack in make_plan(study, {}, workers=2).packs:
        model = pack.trials[0].variant.settings.flat
        if (model["model.activation"], model["model.depth"]) == (activation, depth):
            return pack
    raise LookupError((activation, depth))


def feed_forward_stack(activation: str, depth: int) -> list[FeedForward]:
    """Of the rivals."""
    for stack in by_hand.stacks(nets("feed_forward", 480)):
        if (stack[0].activation, stack[0].depth) == (activation, depth):
            return stack
    raise LookupError((activation, depth))


def sizes() -> Iterator[dict[str, int]]:
    yield STANDARD
    for name, values in SIZES.items():
        for value in values:
            if value != STANDARD[name]:
                yield {**STANDARD, name: value}


def throughput(size: dict[str, int], rounds: int = 3) -> dict[str, float]:
    """ReLU nets: what is left is arithmetic, memory and overhead."""
    trials = stacks.make_trials("relu", **size)
    data = stacks.load(trials)
    members = stacks.stacked(trials, data)
    steps = stacks.epoch(trials, data, members)  # warm up
    step_s = median(seconds(lambda: stacks.epoch(trials, data, members)) for _ in range(rounds))
    step_s /= steps
    rate = operations(size) / step_s
    return {
        **size,
        "member_step_us": round(1e6 * step_s / size["members"], 1),
        "gflops": round(rate / 1e9, 1),
        "bmm_share": round(rate / bmm_rate(size), 2),
        "memory_share": round(bytes_moved(size) / step_s / memory_rate(), 2),
    }


def layers(size: dict[str, int]) -> list[tuple[int, int]]:
    """(in, out) of every layer."""
    widths = [PIXELS, *[size["width"]] * size["depth"], CLASSES]
    return list(pairwise(widths))


def operations(size: dict[str, int]) -> int:
    """Of one step's matrix products: forward, by weights, by inputs save those of the first."""
    weights = [rows * columns for rows, columns in layers(size)]
    return 2 * size["members"] * size["batch"] * (3 * sum(weights) - weights[0])


def bytes_moved(size: dict[str, int]) -> int:
    """Weights are read for both passes and moved, gradients written and read; activations too."""
    weights = sum((rows + 1) * columns for rows, columns in layers(size))
    values = sum(columns for _, columns in layers(size))
    return 4 * size["members"] * (6 * weights + size["batch"] * (4 * values + 2 * PIXELS))


def bmm_rate(size: dict[str, int]) -> float:
    """Multiplications and additions a second of the hidden layers' product."""
    members, width, batch = size["members"], size["width"], size["batch"]
    weights, features = torch.randn(members, width, width), torch.randn(members, width, batch)
    outputs = torch.bmm(weights, features)
    repeats = max(1, int(2e9 / (2 * width * outputs.numel())))
    spent = median(
        seconds(lambda: [torch.bmm(weights, features, out=outputs) for _ in range(repeats)])
        for _ in range(3)
    )
    return repeats * 2 * width * outputs.numel() / spent


def memory_rate() -> float:
    """Bytes a second, read and written by a copy that fits no cache."""
    source = torch.ones(2**25)
    target = torch.empty_like(source)
    return 2 * source.numel() * 4 / median(seconds(lambda: target.copy_(source)) for _ in range(3))


def seconds(work: Callable[[], Any]) -> float:
    with stacks.cpu_seconds() as spent:
        work()
    return spent[0]


if __name__ == "__main__":
    main()
