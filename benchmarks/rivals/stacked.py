"""Stacked by hand: nets of one structure as one `baddbmm` a layer, in two processes, no Ray.

No store, no probes, no resume: what is left when one leaves out everything but the arithmetic.
"""

import os
from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby
from multiprocessing import get_context
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.rivals import backward
from benchmarks.rivals.work import FeedForward, Net, Row
from orchestrator.models.activations import ACTIVATIONS

LARGEST = 30  # nets of a stack

Gradients = Callable[[list[Tensor], Tensor, Tensor], Sequence[Tensor]]


def run(nets: Sequence[Net]) -> None:
    _in_processes(train, nets)


def run_with_own_backward(nets: Sequence[Net]) -> None:
    _in_processes(train_with_own_backward, nets)


def _in_processes(train: Callable[[list[FeedForward]], list[Any]], nets: Sequence[Net]) -> None:
    with get_context("spawn").Pool(os.cpu_count()) as pool:
        if sum(map(len, pool.imap_unordered(train, stacks(nets)))) != len(nets):
            raise RuntimeError("nets are missing")


def stacks(nets: Sequence[Net]) -> list[list[FeedForward]]:
    def structure(net: FeedForward) -> tuple[str, int]:
        return net.activation, net.depth

    found = []
    own = [net for net in nets if isinstance(net, FeedForward)]
    for _, group in groupby(sorted(own, key=structure), structure):
        members = list(group)
        found += [members[i : i + LARGEST] for i in range(0, len(members), LARGEST)]
    return sorted(found, key=lambda stack: -stack[0].depth)  # the longest first


def train_with_own_backward(stack: list[FeedForward]) -> list[list[Row]]:
    return train(stack, partial(backward.gradients, stack[0].activation))


def train(stack: list[FeedForward], gradients: Gradients | None = None) -> list[list[Row]]:
    """Curves of every net; with autograd if no other `gradients` are given."""
    gradients = gradients or partial(_autograd, stack[0])
    torch.set_num_threads(1)
    weights = _parameters(stack)
    tables = {split: _table(stack, split) for split in ("train", "validation", "test")}
    curves = [_measure(stack[0], weights, tables)]
    inputs, targets = tables["train"]
    for _ in range(stack[0].epochs):
        order = torch.stack([torch.randperm(inputs.shape[1]) for _ in stack])
        for rows in order.split(stack[0].batch, dim=1):
            members = torch.arange(len(stack))[:, None]
            step = gradients(weights, inputs[members, rows], targets[members, rows])
            with torch.no_grad():
                torch._foreach_add_(weights, list(step), alpha=-0.1)
        curves.append(_measure(stack[0], weights, tables))
    return [[{k: v[m] for k, v in row.items()} for row in curves] for m in range(len(stack))]


def _autograd(
    net: FeedForward, weights: list[Tensor], inputs: Tensor, targets: Tensor
) -> Sequence[Tensor]:
    loss = _losses(_forward(net, weights, inputs), targets).sum()
    return torch.autograd.grad(loss, weights)


def _parameters(stack: list[FeedForward]) -> list[Tensor]:
    """Weights (members, in, out) and biases (members, 1, out), in turns."""
    models = [[*net.model().parameters()] for net in stack]
    stacked = [torch.stack(same).detach() for same in zip(*models, strict=True)]
    shaped = [p.transpose(1, 2).contiguous() if p.dim() == 3 else p[:, None] for p in stacked]
    return [p.requires_grad_() for p in shaped]


def _table(stack: list[FeedForward], split: str) -> tuple[Tensor, Tensor]:
    pairs = [net.splits()[split] for net in stack]
    return torch.stack([x for x, _ in pairs]), torch.stack([y for _, y in pairs])


def _forward(net: FeedForward, parameters: list[Tensor], features: Tensor) -> Tensor:
    activation = ACTIVATIONS[net.activation]()
    for weight, bias in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
        features = activation(torch.baddbmm(bias, features, weight))
    return torch.baddbmm(parameters[-1], features, parameters[-2])


def _losses(outputs: Tensor, targets: Tensor) -> Tensor:
    """(members, batch, classes), (members, batch) → (members,)"""
    flat = functional.cross_entropy(outputs.flatten(0, 1), targets.flatten(), reduction="none")
    return flat.view(targets.shape).mean(1)


@torch.no_grad()
def _measure(
    net: FeedForward, weights: list[Tensor], tables: dict[str, tuple[Tensor, Tensor]]
) -> dict[str, list[float]]:
    row = {}
    for split, (inputs, targets) in tables.items():
        outputs = _forward(net, weights, inputs)
        row[f"{split}/loss"] = _losses(outputs, targets).tolist()
        row[f"{split}/accuracy"] = (outputs.argmax(-1) == targets).float().mean(1).tolist()
    return row
