"""A few examples of a task as a reader may look at them: pictures, sentences, sequences.

Nothing that trains imports this, so that what is shown never changes what is learnt.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from itertools import product
from math import ceil
from typing import Any

import torch
from torch import Tensor

from orchestrator.models.files.conllu import read_sentences, treebank_paths
from orchestrator.models.settings import NextWord, Sentences, Tagging, TaskSettings, ToySentences
from orchestrator.models.settings.sequences import CopyMemory, TemporalOrder
from orchestrator.models.shape import NO_TAG, PADDING_WORD, PER_STEP, UNKNOWN_WORD
from orchestrator.models.tasks import toy_tagging
from orchestrator.models.tasks.dataset import Dataset
from orchestrator.models.tasks.tagging import read_treebank
from orchestrator.models.tasks.treebank import Vocabulary, read_splits

SPLIT = "validation"  # that the examples are from; the test split is seen by nobody
FEW = 4  # examples of all but classes, of which there are as many of each
CLASSES, OF_EACH = 10, 2
MOST_PIXELS = 64  # a side; larger pictures are thinned
MOST_STEPS = 200  # of a sequence; what comes later is cut off
MOST_WORDS = 40
MOST_INPUTS = 2000  # of a split of which predictions are kept: the first

Example = dict[str, Any]

_FEATURES = {
    "adding": ("number", "mark"),
    "diabetes": (
        *("age", "sex", "body mass", "pressure"),
        *("cholesterol", "LDL", "HDL", "cholesterol / HDL", "triglycerides", "glucose"),
    ),
}
_CLASSES = {
    "fashion_mnist": (
        *("T-shirt", "trouser", "pullover", "dress", "coat"),
        *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
    ),
}


def sample(settings: TaskSettings, data: Dataset) -> dict[str, Any]:
    """The entry of this task in data.json, see docs/results.md."""
    shape = data.shape
    return {
        "inputs": shape.inputs,
        "outputs": shape.outputs,
        "features": shape.features,
        "values": shape.values,
        "shape": list(data.inputs.shape[1:]),
        "splits": {split: len(rows) for split, rows in data.splits.items()},
        "in_training": in_training(data),
        "split": SPLIT,
        "classes": class_names(settings, data),
        "feature_names": list(_FEATURES.get(settings.name, ())),
        "examples": list(_examples(settings, data)),
    }


def inputs_of_split(
    settings: TaskSettings, data: Dataset, split: str
) -> Iterator[tuple[int, Example]]:
    """Row of each of the first examples of a split, and its input; sentences are whole."""
    rows = data.splits[split][:MOST_INPUTS].tolist()
    if isinstance(settings, Sentences):  # splits are files, row after row
        sentences = read_splits(settings, None)[split]
        yield from (
            (row, {"words": list(each.words)}) for row, each in zip(rows, sentences, strict=False)
        )
        return
    for row in rows:
        if data.shape.inputs == "words":
            yield row, {"words": [_word(settings, int(n)) for n in data.inputs[row] if n]}
        else:
            yield row, _input(settings, data, row)


def class_names(settings: TaskSettings, data: Dataset) -> list[str]:
    """By number, of classes, tags or words to predict; empty for values."""
    match settings:
        case _ if data.shape.outputs == "value":
            return []
        case Tagging():
            return list(read_treebank(settings).tag_names)
        case NextWord():
            vocabulary = Vocabulary(read_splits(settings, None)["train"], settings.min_count)
            return ["(end)", "(unknown)", *vocabulary.words]
        case ToySentences() if data.shape.outputs == "words":
            return ["(end)", "(unknown)", *toy_tagging.vocabulary()[UNKNOWN_WORD + 1 :]]
        case _:
            return list(_target_names(settings, data))


def in_training(data: Dataset) -> float:
    """The share of test inputs that training has too, number for number."""
    known = set(_contents(data, "train"))
    found = [content in known for content in _contents(data, "test")]
    return sum(found) / len(found)


def _contents(data: Dataset, split: str) -> Iterator[bytes]:
    return (data.inputs[row].numpy().tobytes() for row in data.splits[split].tolist())


def _examples(settings: TaskSettings, data: Dataset) -> Iterator[Example]:
    if isinstance(settings, Sentences):
        yield from _of_files(settings)
        return
    targets = _target_names(settings, data)
    for row in _rows(data):
        yield _input(settings, data, row) | {"target": _target(data, targets, row)}


def _of_files(settings: Sentences) -> Iterator[Example]:
    """With the words themselves, of which training knows numbers only."""
    column = settings.tags if isinstance(settings, Tagging) else None
    path = treebank_paths(settings)[SPLIT]
    for sentence in read_sentences(path, column)[:FEW]:
        words = map(str.lower, sentence.words) if settings.lowercase else sentence.words
        target = None if isinstance(settings, NextWord) else list(sentence.tags[:MOST_WORDS])
        yield {"words": list(words)[:MOST_WORDS], "target": target}


def _rows(data: Dataset) -> list[int]:
    """The first of the split; the first of each class, class by class."""
    split = data.splits[SPLIT]
    if data.shape.outputs != "class":
        return list(map(int, split[:FEW]))
    classes = data.targets[split]
    of_each = OF_EACH if data.shape.inputs == "image" else 1
    found = [split[classes == c][:of_each] for c in classes.unique()[:CLASSES]]
    return [int(row) for rows in found for row in rows]


def _input(settings: TaskSettings, data: Dataset, row: int) -> Example:
    example = data.inputs[row]
    match data.shape.inputs:
        case "image":
            return _picture(example)
        case "words":
            return {"words": [_word(settings, int(n)) for n in example[:MOST_WORDS] if n]}
        case "sequence":
            return _sequence(settings, example[:MOST_STEPS])
        case _:
            return {"steps": _rounded(example.unsqueeze(0))}


def _picture(example: Tensor) -> Example:
    """(channels, height, width) → bytes, row by row, a pixel's channels together."""
    step = ceil(max(example.shape[1:]) / MOST_PIXELS)
    thin = example[:3, ::step, ::step].float()
    low, high = thin.min(), thin.max()
    grey = ((thin - low) / (high - low).clamp(min=1e-12) * 255).round().to(torch.uint8)
    pixels = bytes(grey.permute(1, 2, 0).flatten().tolist())
    return {"size": list(grey.shape), "pixels": b64encode(pixels).decode()}


def _sequence(settings: TaskSettings, steps: Tensor) -> Example:
    """(time, features) → a symbol a step where each is one of several, else numbers."""
    is_binary = bool(((steps == 0) | (steps == 1)).all())
    if is_binary and steps.shape[1] == 1:
        return {"symbols": [str(int(bit)) for bit in steps[:, 0]]}
    if is_binary and bool((steps.sum(1) == 1).all()):
        names = _symbols(settings, steps.shape[1])
        return {"symbols": [names[int(symbol)] for symbol in steps.argmax(1)]}
    return {"steps": _rounded(steps)}


def _symbols(settings: TaskSettings, count: int) -> Sequence[str]:
    match settings:
        case TemporalOrder():
            return "EBabcdXY"
        case CopyMemory():
            letters = [chr(ord("a") + i) if i < 26 else f"s{i}" for i in range(settings.symbols)]
            return (*letters, "·", "»")  # blank, and the signal to begin
        case _:
            return [str(i) for i in range(count)]


def _word(settings: TaskSettings, number: int) -> str:
    if isinstance(settings, ToySentences):
        return toy_tagging.vocabulary()[number]
    return "unknown" if number == UNKNOWN_WORD else f"word {number}"


def _target_names(settings: TaskSettings, data: Dataset) -> Sequence[str]:
    """Of classes and tags."""
    match settings:
        case ToySentences() if data.shape.outputs == "tags":
            return toy_tagging.TAGS
        case TemporalOrder():
            return ["".join(order) for order in product("XY", repeat=settings.markers)]
        case CopyMemory():
            return _symbols(settings, settings.symbols + 2)
        case _:
            numbers = [str(i) for i in range(max(data.shape.values, 2))]
            return _CLASSES.get(settings.name, numbers)


def _target(data: Dataset, names: Sequence[str], row: int) -> str | list[str] | None:
    """None for the next words: the input shows them."""
    target = data.targets[row]
    if data.shape.outputs == "words":
        return None
    if data.shape.outputs == "value":
        return ", ".join(f"{value:.4g}" for value in target.tolist())
    if data.shape.outputs not in PER_STEP:
        return names[int(target)]
    longest = MOST_WORDS if data.shape.inputs == "words" else MOST_STEPS
    if data.shape.inputs == "words":
        target = target[data.inputs[row] != PADDING_WORD]
    return [names[int(tag)] if tag != NO_TAG else "" for tag in target[:longest]]


def _rounded(steps: Tensor) -> list[list[float]]:
    return [[float(f"{x:.4g}") for x in step] for step in steps.tolist()]
