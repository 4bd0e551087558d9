"""What predictors reach that do not look at the input, or at the word alone."""

from collections.abc import Callable, Iterator
from functools import partial
from math import log
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from benchmarks.reproduced.records import Row, short, verdict
from orchestrator.models.catalogue import TASKS, resolve
from orchestrator.models.losses import LOSSES
from orchestrator.models.settings import (
    Adding,
    CopyMemory,
    Parity,
    Tagging,
    TaskSettings,
    TemporalOrder,
)
from orchestrator.models.tasks.dataset import Dataset
from orchestrator.seeds import seed_for

PAUSE = 30  # of copy_memory
Constant = Callable[[Tensor], Tensor]  # targets → outputs, the same for every example


def rows(treebank: Path | None) -> Iterator[Row]:
    ones, halves, classes = partial(_filled, 1.0), partial(_filled, 0.0), partial(_zeros, 4)
    many: dict[str, Any] = {"examples": 1, "validation_examples": 1}
    tests = "tests/models/tasks/test_generated.py"
    for name, text, expected, task, constant in (
        ("adding, always 1", "1/6", 1 / 6, Adding(**many, test_examples=100_000), ones),
        (
            f"copy memory, {PAUSE} steps, without memory",
            "10 ln 8 / (T + 20)",
            10 * log(8) / (PAUSE + 20),
            CopyMemory(length=PAUSE, **many, test_examples=20_000),
            _blank_then_any,
        ),
        (
            "temporal order, all classes alike",
            "ln 4",
            log(4),
            TemporalOrder(**many, test_examples=100_000),
            classes,
        ),
        ("parity, one half", "ln 2", log(2), Parity(**many, test_examples=20_000), halves),
    ):
        yield constant_predictor(name, text, expected, task, constant, tests)
    yield guessing_parity()
    yield most_frequent_tag(treebank)


def constant_predictor(
    name: str, text: str, expected: float, task: TaskSettings, constant: Constant, where: str
) -> Row:
    targets = _test_targets(task)
    loss = LOSSES[TASKS[task.name].loss](constant(targets), targets).mean().item()
    return Row(
        f"{name}: loss",
        f"{text} = {short(expected)}",
        "within 1 %",
        short(loss),
        verdict(abs(loss / expected - 1) <= 0.01),
        where,
    )


def guessing_parity() -> Row:
    targets = _test_targets(Parity(examples=1, validation_examples=1, test_examples=20_000))
    share = (targets == 0).double().mean().item()
    return Row(
        "parity, always even: accuracy",
        ".5",
        "within 1 %",
        short(share),
        verdict(abs(share / 0.5 - 1) <= 0.01),
        "tests/models/tasks/test_generated.py",
    )


def most_frequent_tag(treebank: Path | None) -> Row:
    """treebank: folder of UD English-EWT, release 2.16."""
    accuracy = None if treebank is None else 100 * _most_frequent_tag(treebank)
    return Row(
        "UD English-EWT, most frequent tag of each word: accuracy on test",
        "86.20 %",
        "± .01 points",
        "–" if accuracy is None else f"{accuracy:.2f} %",
        "not run" if accuracy is None else verdict(abs(accuracy - 86.20) <= 0.01),
        "tests/models/tasks/test_tagging.py",
    )


def _most_frequent_tag(treebank: Path) -> float:
    return _load(
        Tagging(
            train=str(treebank / "en_ewt-ud-train.conllu.gz"),
            validation=str(treebank / "en_ewt-ud-dev.conllu.gz"),
            test=str(treebank / "en_ewt-ud-test.conllu.gz"),
        )
    ).baselines["accuracy"]


def _load(task: TaskSettings) -> Dataset:
    loaded: Dataset = resolve(TASKS[task.name].factory)(task, lambda stream: seed_for(stream, 0))
    return loaded


def _test_targets(task: TaskSettings) -> Tensor:
    data = _load(task)
    return data.targets[data.splits["test"]]


def _filled(value: float, targets: Tensor) -> Tensor:
    """One number for each target that is a number or a bit."""
    shape = targets.shape if targets.is_floating_point() else (*targets.shape, 1)
    return torch.full(shape, value)


def _zeros(classes: int, targets: Tensor) -> Tensor:
    return torch.zeros(*targets.shape, classes)


def _blank_then_any(targets: Tensor) -> Tensor:
    """Certainly blank, symbol 8, but for the last ten steps, where it is any of the others."""
    outputs = torch.zeros(targets.shape[1], 9)
    outputs[:-10, 8], outputs[-10:, 8] = 50.0, -50.0
    return outputs.expand(len(targets), -1, -1)
