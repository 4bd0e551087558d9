"""Faults in the data of the user's task."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from orchestrator.models.catalogue import TaskEntry
from orchestrator.models.shape import NO_TAG, PADDING_WORD, PER_STEP, InputKind, OutputKind
from orchestrator.models.tasks.dataset import Dataset

SPLITS = ("train", "validation", "test")
INPUT_FORMS: dict[InputKind, str] = {  # as in models/shape.py
    "features": "(examples, features)",
    "image": "(examples, channels, height, width)",
    "sequence": "(examples, time, features)",
    "words": "(examples, time)",
}
DIMENSIONS: dict[InputKind, int] = {"features": 2, "image": 4, "sequence": 3, "words": 2}
TARGET_DIMENSIONS: dict[OutputKind, int] = {"class": 1, "tags": 2, "value": 2, "words": 2}


def data_fault(data: object, task: TaskEntry) -> str | None:
    """The first difference between the data and the task's declaration; None if there is none."""
    if not isinstance(data, Dataset):
        return f"returned {type(data).__name__}, not an orchestrator.models.tasks.dataset.Dataset"
    checks: tuple[Callable[[Dataset, TaskEntry], Iterator[str]], ...] = (
        _kinds,
        _types,
        _inputs,
        _targets,
        _loss,
        _splits,
    )
    return next((f"returned data {fault}" for check in checks for fault in check(data, task)), None)


def differ(one: Dataset, other: Dataset) -> bool:
    """Whether two loadings with the same seeds gave different data."""
    tensors = [(one.inputs, other.inputs), (one.targets, other.targets)]
    tensors += [(one.splits[split], other.splits[split]) for split in SPLITS]
    return not all(torch.equal(*pair) for pair in tensors)


def _kinds(data: Dataset, task: TaskEntry) -> Iterator[str]:
    given, declared = (data.shape.inputs, data.shape.outputs), (task.inputs, task.outputs)
    if given != declared:
        yield f"from {given[0]} to {given[1]}, but declares {declared[0]} to {declared[1]}"
    if data.shape.outputs == "words" and data.shape.features != data.shape.values:
        yield f"with {data.shape.values} output words, but {data.shape.features} input words"
    if min(data.shape.features, data.shape.values) < 1:
        yield f"with {data.shape.features} features and {data.shape.values} values"


def _types(data: Dataset, _: TaskEntry) -> Iterator[str]:
    if not isinstance(data.inputs, Tensor) or not isinstance(data.targets, Tensor):
        yield "that are no tensors"
    if data.inputs.is_floating_point() == (data.shape.inputs == "words"):
        yield f"whose inputs are {data.inputs.dtype}; {data.shape.inputs} need {_needed(data)}"
    whole = data.shape.outputs != "value"
    if data.targets.dtype != torch.int64 if whole else not data.targets.is_floating_point():
        needed = "int64" if whole else "a float type"
        yield f"whose targets are {data.targets.dtype}; {data.shape.outputs} need {needed}"


def _needed(data: Dataset) -> str:
    return "int64" if data.shape.inputs == "words" else "a float type"


def _inputs(data: Dataset, _: TaskEntry) -> Iterator[str]:
    kind, inputs, features = data.shape.inputs, data.inputs, data.shape.features
    if inputs.dim() != DIMENSIONS[kind] or inputs.numel() == 0:
        form = INPUT_FORMS[kind]
        yield f"whose inputs have the shape {tuple(inputs.shape)}; {kind} need {form}"
    if inputs.is_floating_point() and not inputs.isfinite().all():
        yield "whose inputs are not all finite"
    if kind == "words":
        yield from _words(inputs, features)
        return
    found = inputs[0].numel() if kind == "image" else inputs.shape[-1]
    if found != features:
        yield f"with {found} features per example, but its shape says {features}"


def _words(words: Tensor, vocabulary: int) -> Iterator[str]:
    if not 0 <= int(words.min()) <= int(words.max()) < vocabulary:
        yield f"with words from {words.min()} to {words.max()}, but features = {vocabulary}"
    padding = (words == PADDING_WORD).int()
    if (padding.diff(dim=1) < 0).any():
        yield "with padding, 0, before words; it is allowed at the end of a row only"


def _targets(data: Dataset, _: TaskEntry) -> Iterator[str]:
    kind, targets, values = data.shape.outputs, data.targets, data.shape.values
    if len(targets) != len(data.inputs):
        yield f"with {len(data.inputs)} inputs and {len(targets)} targets"
    if targets.dim() != TARGET_DIMENSIONS[kind]:
        yield f"whose targets have the shape {tuple(targets.shape)}, not that of {kind}"
    if kind == "value":
        if targets.shape[1] != values:
            yield f"with {targets.shape[1]} values per example, but its shape says {values}"
        if not targets.isfinite().all():
            yield "whose targets are not all finite"
        return
    if kind in PER_STEP and targets.shape[1] != data.inputs.shape[1]:
        yield f"with {data.inputs.shape[1]} steps and {targets.shape[1]} {kind}"
    lowest = NO_TAG if kind in PER_STEP else 0
    if not lowest <= int(targets.min()) <= int(targets.max()) < max(values, 2):
        yield f"with targets from {targets.min()} to {targets.max()}, but values = {values}"


def _loss(data: Dataset, task: TaskEntry) -> Iterator[str]:
    """A softmax over a single output is always 1, whatever the network computes."""
    is_single = data.shape.values == 1 and data.shape.outputs != "value"
    if is_single != (task.loss == "binary_cross_entropy"):
        needed = "binary_cross_entropy" if is_single else "cross_entropy"
        yield f"with values = {data.shape.values}, which need the loss {needed}, not {task.loss}"


def _splits(data: Dataset, _: TaskEntry) -> Iterator[str]:
    if set(data.splits) != set(SPLITS):
        yield f"with the splits {', '.join(data.splits)}, not {', '.join(SPLITS)}"
    rows = [data.splits[split] for split in SPLITS]
    if any(r.dim() != 1 or r.dtype != torch.int64 or len(r) == 0 for r in rows):
        yield "with a split that is no list of row numbers (int64), or empty"
    every = torch.cat(rows)
    if int(every.min()) < 0 or int(every.max()) >= len(data.inputs):
        yield f"with row numbers in its splits that are not below {len(data.inputs)}"
    if len(every.unique()) < len(every):
        yield "with a row that is in two splits, or twice in one"
