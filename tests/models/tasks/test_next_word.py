"""Next-word prediction: targets, baselines, and what a reader of the toy language can reach."""

import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from orchestrator.models.build import build, draw
from orchestrator.models.catalogue import check_data
from orchestrator.models.files.errors import DataError
from orchestrator.models.settings import NextWord, Recurrent, ToyNextWord, ToyTagging
from orchestrator.models.tasks import next_word, toy_tagging
from orchestrator.models.tasks.dataset import Dataset
from orchestrator.seeds import seed_for

SPLITS = ("train", "validation", "test")
DOCS = Path(__file__).parents[3] / "docs" / "tasks.md"


def toy(**chosen: Any) -> Dataset:
    return next_word.load_toy(ToyNextWord(**chosen), lambda stream: seed_for(stream, 0))


def test_after_each_word_comes_the_next_and_after_the_last_the_end() -> None:
    words = torch.tensor([[5, 3, 9, 2], [7, 4, 0, 0], [6, 0, 0, 0]])
    expected = [[3, 9, 2, 0], [4, 0, -1, -1], [0, -1, -1, -1]]
    assert next_word.next_words(words).tolist() == expected


@pytest.mark.slow
def test_the_sentences_are_those_of_toy_tagging() -> None:
    tagged = toy_tagging.load(ToyTagging(), lambda stream: seed_for(stream, 0))
    data = toy(word_dropout=0)
    assert torch.equal(data.inputs, tagged.inputs)
    assert data.shape.features == data.shape.values == len(toy_tagging.vocabulary())


def test_the_baseline_counts_words_and_looks_at_none() -> None:
    data = toy(train_examples=30, validation_examples=5, test_examples=20)
    targets = {split: data.targets[data.splits[split]].flatten().tolist() for split in SPLITS}
    train = Counter(target for target in targets["train"] if target >= 0)
    test = [target for target in targets["test"] if target >= 0]
    total = sum(train.values()) + data.shape.values
    loss = -sum(math.log((train[target] + 1) / total) for target in test) / len(test)
    assert data.baselines["loss"] == pytest.approx(loss)
    assert data.baselines["accuracy"] == test.count(train.most_common(1)[0][0]) / len(test)


# What can be reached: the entropy of the grammar, and a reader who knows it.


def best_loss(phrases: int, distance: int) -> float:
    """In nat a word: the sum of what each draw of a sentence leaves open; the first word is given.

    Drawn are the number of phrases, and for each its kind, its deciding word, its fillers, and one
    of six forms of every word. All of it is seen in the words.
    """
    form = math.log(toy_tagging.FORMS)
    filler = math.log(len(toy_tagging.FILLERS)) + form
    short = math.log(2) + filler / 2  # one filler or none, in two of three kinds
    long = math.log(distance - 2) + (3 + distance) / 2 * filler  # three to `distance`
    phrase = math.log(3) + math.log(2) + 2 * form + (2 * short + long) / 3
    first = math.log(3) + 2 / 3 * math.log(2) + form
    count = (1 + phrases) / 2
    open_in_all = math.log(phrases) + count * phrase - first
    return open_in_all / (count * toy_tagging.mean_phrase(distance))


def chances(kinds: list[str], phrases: int, distance: int) -> dict[str, float]:
    """What may come after these kinds of words, by someone who parses them as the grammar says."""
    done, opened, fillers = 0, "", 0
    for kind in kinds:
        if kind in FILLERS:
            fillers += 1
        elif opened:
            done, opened, fillers = done + 1, "", 0
        else:
            opened, fillers = kind, 0
    if not opened:  # between phrases: as many are left as not, given that so many are done
        end = 1 / (phrases - done + 1)
        begins = {"the": 1 / 6, "to": 1 / 6, "her": 1 / 3, "key": 1 / 6, "keys": 1 / 6}
        return {"": end, **{kind: (1 - end) * share for kind, share in begins.items()}}
    return after_opening(opened, fillers, distance)


def after_opening(opened: str, fillers: int, distance: int) -> dict[str, float]:
    closing = {"the": ["walk"], "to": ["walk"], "her": ["book", "sat"]}.get(opened, ["are"])
    if closing == ["are"]:
        more = 1.0 if fillers < 3 else 1 - 1 / (distance - fillers + 1)
    else:
        more = 0.5 if fillers == 0 else 0.0
    ends = {kind: (1 - more) / len(closing) for kind in closing}
    return ends | {kind: more / len(FILLERS) for kind in FILLERS}


FILLERS = [kind for kind, _ in toy_tagging.FILLERS]


def loss_of_the_reader(data: Dataset, phrases: int, distance: int) -> float:
    names = [word.rstrip("012345") for word in toy_tagging.vocabulary()]
    total, count = 0.0, 0
    for words in data.inputs.tolist():
        kinds = [names[word] for word in words if word > 0]
        for place in range(1, len(kinds) + 1):
            after = kinds[place] if place < len(kinds) else ""
            chance = chances(kinds[:place], phrases, distance)[after]
            total -= math.log(chance / (toy_tagging.FORMS if after else 1))
            count += 1
    return total / count


@pytest.mark.parametrize(("phrases", "distance"), [(4, 8), (1, 3)])
@pytest.mark.slow
def test_who_knows_the_grammar_loses_its_entropy_and_nothing_else(
    phrases: int, distance: int
) -> None:
    data = toy(train_examples=3000, phrases=phrases, distance=distance)
    expected = best_loss(phrases, distance)
    assert loss_of_the_reader(data, phrases, distance) == pytest.approx(expected, rel=0.01)
    assert data.baselines["loss"] > expected + 0.5


def test_the_page_says_what_can_be_reached() -> None:
    assert f"at best {best_loss(4, 8):.2f} nat" in " ".join(DOCS.read_text().split())


def test_what_comes_later_does_not_change_an_output() -> None:
    data = toy(train_examples=20, validation_examples=5, test_examples=5)
    settings = Recurrent(hidden=6, embedding=6, tie_embedding=True, cell="gru")
    model = build(settings, data.shape)
    draw(model, settings, lambda name: torch.Generator().manual_seed(len(name)))
    whole = model(data.inputs)
    assert whole.shape == (*data.inputs.shape, data.shape.values)
    torch.testing.assert_close(model(data.inputs[:, :4])[:, :3], whole[:, :3])


# Real sentences.

LINES = "1\t{}\t_\t_\t_\t_\t_\t_\t_\t_\n"


def written(folder: Path, name: str, sentences: list[str]) -> str:
    rows = [
        "".join(LINES.format(word).replace("1", str(n), 1) for n, word in enumerate(s.split(), 1))
        for s in sentences
    ]
    (folder / name).write_text("\n".join(rows))
    return str(folder / name)


def real(folder: Path, test: list[str]) -> NextWord:
    return NextWord(
        train=written(folder, "train", ["the cat sleeps", "the dog", "the cat"]),
        validation=written(folder, "validation", ["a cat"]),
        test=written(folder, "test", test),
    )


def load(settings: NextWord) -> tuple[list[Tensor], Dataset]:
    data = next_word.load(settings, lambda stream: 0)
    return [data.targets[data.splits[split]] for split in SPLITS], data


def test_words_need_no_tags_and_unknown_ones_are_targets_too(tmp_path: Path) -> None:
    settings = real(tmp_path, ["the bird", "dog"])
    check_data(settings)
    (train, _, test), data = load(settings)
    the, cat, sleeps, dog, unknown, end = 2, 3, 4, 5, 1, 0
    assert data.inputs.tolist()[0] == [the, cat, sleeps]
    assert train.tolist() == [[cat, sleeps, end], [dog, end, -1], [cat, end, -1]]
    assert test.tolist() == [[unknown, end, -1], [end, -1, -1]]
    assert data.shape.values == 6
    assert data.word_dropout == 0.1


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    settings = real(tmp_path, ["the bird"])
    (tmp_path / "test").write_text("1\tthe\n")
    with pytest.raises(DataError, match="2 columns instead of 10"):
        check_data(settings)
