"""One net at a time with torch.nn and torch.optim: the loop that everybody writes."""

from collections.abc import Iterator

import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_

from benchmarks.rivals.work import Net, Row, Splits


def train(net: Net) -> Iterator[Row]:
    """The metrics of all splits, before training and after every epoch."""
    torch.set_num_threads(1)
    model, splits = net.model(), net.splits()
    optimizer = net.optimizer(model)
    yield measure(model, net, splits)
    for _ in range(net.epochs):
        one_epoch(model, optimizer, net, splits)
        yield measure(model, net, splits)


def one_epoch(model: nn.Module, optimizer: torch.optim.Optimizer, net: Net, splits: Splits) -> None:
    inputs, targets = splits["train"]
    for rows in torch.randperm(len(inputs)).split(net.batch):
        optimizer.zero_grad()
        net.metrics["loss"](model(inputs[rows]), targets[rows]).backward()
        if net.clip_norm is not None:
            clip_grad_norm_(model.parameters(), net.clip_norm)
        optimizer.step()


@torch.no_grad()
def measure(model: nn.Module, net: Net, splits: Splits) -> Row:
    row: Row = {}
    for split, (inputs, targets) in splits.items():
        outputs = model(inputs)
        row |= {f"{split}/{name}": f(outputs, targets).item() for name, f in net.metrics.items()}
    return row
