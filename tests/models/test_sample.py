"""What a reader sees of a task's data is what training gets."""

from base64 import b64decode
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from orchestrator.models.catalogue import TASKS
from orchestrator.models.load import load_task
from orchestrator.models.sample import (
    CLASSES,
    FEW,
    OF_EACH,
    SPLIT,
    class_names,
    inputs_of_split,
    sample,
)
from orchestrator.models.settings import (
    Adding,
    Digits,
    NextWord,
    Parity,
    Tagging,
    TaskSettings,
    TemporalOrder,
    ToyNextWord,
    ToyTagging,
)
from orchestrator.models.shape import TaskShape
from orchestrator.models.tasks.dataset import Dataset
from orchestrator.seeds import seed_for

SEEDS = partial(seed_for, replicate=0, study_seed=0)
SENTENCES = "".join(
    "\n".join(f"{i}\t{word}\t_\t{tag}" + "\t_" * 6 for i, (word, tag) in enumerate(words, 1))
    + "\n\n"
    for words in ([("The", "DET"), ("dog", "NOUN")], [("It", "PRON"), ("barks", "VERB")])
)


def shown(settings: TaskSettings) -> dict[str, Any]:
    return sample(settings, load_task(settings, SEEDS))


def test_digits_are_those_of_scikit_learn() -> None:
    examples = shown(Digits())["examples"]
    pixels, classes = load_digits(return_X_y=True)
    assert [e["target"] for e in examples] == [str(c) for c in range(CLASSES) for _ in range(2)]
    assert len(examples) == CLASSES * OF_EACH
    for example in examples:
        grey = np.frombuffer(b64decode(example["pixels"]), np.uint8)
        distance = abs(pixels / pixels.max(1, keepdims=True) * 255 - grey).max(1)
        assert distance.min() <= 0.5
        assert str(classes[distance.argmin()]) == example["target"]


def test_words_of_the_toy_language_obey_its_rule() -> None:
    for example in shown(ToyTagging())["examples"]:
        pairs = list(zip(example["words"], example["target"], strict=True))
        for (before, _), (word, tag) in pairwise(pairs):
            if word.startswith("walk") and before.startswith("to"):
                assert tag == "VERB"


def test_sentences_of_files_are_words_not_numbers(tmp_path: Path) -> None:
    path = tmp_path / "own.conllu"
    path.write_text(SENTENCES)
    own = Tagging(train=str(path), validation=str(path), test=str(path), lowercase=True)
    first, second = shown(own)["examples"]
    assert first == {"words": ["the", "dog"], "target": ["DET", "NOUN"]}
    assert second["words"] == ["it", "barks"]


def test_symbols_tell_the_class() -> None:
    for example in shown(TemporalOrder())["examples"]:
        assert "".join(s for s in example["symbols"] if s in "XY") == example["target"]
        assert (example["symbols"][0], example["symbols"][-1]) == ("E", "B")


def test_numbers_at_the_marks_add_up() -> None:
    examples = shown(Adding())["examples"]
    assert len(examples) == FEW
    for example in examples:
        total = sum(number for number, mark in example["steps"] if mark)
        assert float(example["target"]) == pytest.approx(total, abs=1e-3)


def test_examples_are_of_the_split_that_they_say() -> None:
    settings = Adding()
    data = load_task(settings, SEEDS)
    rows = data.splits[SPLIT][:FEW]
    found = torch.tensor([e["steps"] for e in shown(settings)["examples"]])
    torch.testing.assert_close(found, data.inputs[rows], atol=1e-4, rtol=1e-3)


class Own(TaskSettings):
    """Stands for a task of the user's own."""

    name: str = "mine:load"


@pytest.mark.parametrize(
    ("shape", "inputs", "targets", "form"),
    [
        (TaskShape("image", "class", 3 * 200 * 100, 3), (6, 3, 200, 100), (6,), "pixels"),
        (TaskShape("sequence", "value", 7, 2), (6, 300, 7), (6, 2), "steps"),
        (TaskShape("words", "tags", 9, 3), (6, 5), (6, 5), "words"),
        (TaskShape("features", "class", 4, 1), (6, 4), (6,), "steps"),
    ],
)
def test_any_task_of_the_users_own(
    shape: TaskShape, inputs: tuple[int, ...], targets: tuple[int, ...], form: str
) -> None:
    source = torch.Generator().manual_seed(0)
    whole = shape.inputs == "words"
    x = torch.randint(1, 9, inputs) if whole else torch.randn(inputs, generator=source)
    y = torch.rand(targets) if shape.outputs == "value" else torch.zeros(targets).long()
    rows = torch.arange(6).split(2)
    data = Dataset(x, y, dict(zip(("train", SPLIT, "test"), rows, strict=True)), shape)
    found = sample(Own(), data)
    assert found["splits"] == {"train": 2, SPLIT: 2, "test": 2}
    assert all(form in example for example in found["examples"])
    if form == "pixels":
        assert found["examples"][0]["size"] == [3, 50, 25]


def test_every_task_without_files_has_a_sample() -> None:
    quick = [n for n, entry in TASKS.items() if n in ("digits_rows", "parity", "latch", "diabetes")]
    assert all(shown(TASKS[name].settings(name=name))["examples"] for name in quick)


def test_test_inputs_that_training_has_too_are_counted() -> None:
    """Nearly all 1,024 sequences of ten bits are among 10,000; hardly two of 40 bits agree."""
    assert shown(Parity(length=10))["in_training"] > 0.99
    assert shown(Parity(length=40))["in_training"] == 0
    assert 0.04 < shown(ToyTagging())["in_training"] < 0.11, "7.4 % were measured once"


def names_of(settings: TaskSettings) -> list[str]:
    return class_names(settings, load_task(settings, SEEDS))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Any]:
    file = tmp_path / "some.conllu"
    file.write_text(SENTENCES)
    return dict.fromkeys(("train", "validation", "test"), str(file))


def test_every_class_has_its_name(files: dict[str, Any]) -> None:
    assert names_of(Digits()) == [str(n) for n in range(10)]
    assert names_of(Parity()) == ["0", "1"]
    assert names_of(TemporalOrder()) == ["XX", "XY", "YX", "YY"]
    assert names_of(Adding()) == []
    assert names_of(Tagging(**files)) == ["DET", "NOUN", "PRON", "VERB"]
    words = names_of(NextWord(**files, min_count=1))
    assert words == ["(end)", "(unknown)", "The", "dog", "It", "barks"]
    assert len(names_of(ToyNextWord())) == load_task(ToyNextWord(), SEEDS).shape.values


def test_inputs_come_with_their_rows(files: dict[str, Any]) -> None:
    data = load_task(Digits(), SEEDS)
    found = dict(inputs_of_split(Digits(), data, "test"))
    assert list(found) == data.splits["test"].tolist()
    row = next(iter(found))
    grey = np.frombuffer(b64decode(found[row]["pixels"]), np.uint8)
    assert grey == pytest.approx(data.inputs[row].flatten().numpy() * 255, abs=0.5)
    tagging = Tagging(**files, max_length=1)
    pieces = inputs_of_split(tagging, load_task(tagging, SEEDS), "test")
    assert list(pieces) == [
        (8 + number, {"words": [word]}) for number, word in enumerate(["The", "dog", "It", "barks"])
    ]
    toy = load_task(ToyTagging(), SEEDS)
    row, shown_as = next(inputs_of_split(ToyTagging(), toy, "test"))
    assert len(shown_as["words"]) == (toy.inputs[row] != 0).sum()
