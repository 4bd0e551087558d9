"""The language of toy_tagging: what can be known from which part of a sentence."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping

import pytest
import torch

from orchestrator.models.settings import ToyTagging
from orchestrator.models.tasks import toy_tagging
from orchestrator.models.tasks.baselines import most_frequent_tag
from orchestrator.models.tasks.dataset import Dataset
from orchestrator.models.tasks.toy_tagging import TAGS, mean_phrase, vocabulary


def load(settings: ToyTagging, seed: int = 0) -> Dataset:
    return toy_tagging.load(settings, lambda stream: seed)


BIG = ToyTagging(train_examples=6000, validation_examples=10, test_examples=6000)
View = Callable[[list[str], int], Hashable]  # sentence, place → what the tagger looks at


def kinds(sentence: list[int]) -> list[str]:
    return [vocabulary()[word].rstrip("0123456789") for word in sentence if word]


def window(size: int) -> View:
    def key(words: list[str], place: int) -> Hashable:
        return tuple(
            words[i] if 0 <= i < len(words) else "" for i in range(place - size, place + size + 1)
        )

    return key


def last_decision(words: list[str], place: int) -> Hashable:
    """The word itself and the last deciding word before it."""
    decides = [word for word in words[:place] if word in ("the", "to", "key", "keys")]
    return words[place], tuple(decides[-1:])


def next_decision(words: list[str], place: int) -> Hashable:
    """The word itself and the next deciding word behind it."""
    decides = [word for word in words[place + 1 :] if word in ("book", "sat")]
    return words[place], tuple(decides[:1])


def both(words: list[str], place: int) -> Hashable:
    return last_decision(words, place), next_decision(words, place)


def accuracy_of_table(data: Dataset, key: View) -> float:
    """Of a tagger that knows, for each key, the most frequent tag in training."""

    def pairs(split: str) -> list[tuple[Hashable, int]]:
        found = []
        for row in data.splits[split].tolist():
            words, tags = kinds(data.inputs[row].tolist()), data.targets[row].tolist()
            found += [(key(words, place), tags[place]) for place in range(len(words))]
        return found

    counts: defaultdict[Hashable, Counter[int]] = defaultdict(Counter)
    for seen, tag in pairs("train"):
        counts[seen][tag] += 1
    test = pairs("test")
    return sum(bool(counts[k]) and counts[k].most_common(1)[0][0] == t for k, t in test) / len(test)


CEILINGS: Mapping[str, tuple[View, float]] = {
    "the word itself": (window(0), 0.88),
    "one word to either side": (window(1), 0.92),
    "two words to either side": (window(2), 0.96),
    "all words before": (last_decision, 0.96),
    "all words after": (next_decision, 0.92),
    "the whole sentence": (both, 1.0),
}


@pytest.fixture(scope="module")
def toy() -> Dataset:
    return load(BIG)


@pytest.mark.slow
@pytest.mark.parametrize("seen", CEILINGS)
def test_the_toy_language_gives_each_view_its_known_accuracy(toy: Dataset, seen: str) -> None:
    key, ceiling = CEILINGS[seen]
    assert accuracy_of_table(toy, key) == pytest.approx(ceiling, abs=0.006)


@pytest.mark.slow
def test_the_toy_baseline_is_that_of_the_word_itself(toy: Dataset) -> None:
    assert toy.baselines["accuracy"] == pytest.approx(0.88)
    measured = most_frequent_tag(toy.inputs, toy.targets, toy.splits)
    assert measured == pytest.approx(toy.baselines["accuracy"], abs=0.006)


@pytest.mark.slow
def test_a_longer_distance_makes_agreement_rarer() -> None:
    far = load(BIG.model_copy(update={"distance": 20}))
    measured = most_frequent_tag(far.inputs, far.targets, far.splits)
    assert far.baselines["accuracy"] == pytest.approx(1 - 0.5 / mean_phrase(20))
    assert measured == pytest.approx(far.baselines["accuracy"], abs=0.006)


def test_toy_sentences_have_the_grammar_of_the_docstring(toy: Dataset) -> None:
    assert toy.inputs.shape[1] == 4 * (8 + 2)
    assert toy.shape.values == len(TAGS) == int(toy.targets.max()) + 1
    assert toy.inputs.unique().tolist() == [0, *range(2, toy.shape.features)]
    assert ((toy.inputs == 0) == (toy.targets == -1)).all()
    lengths = (toy.inputs != 0).sum(1)
    assert lengths.min() == 2
    for row in range(300):
        words = kinds(toy.inputs[row].tolist())
        for place, word in enumerate(words):
            if word in ("key", "keys"):
                distance = words[place:].index("are")
                assert 4 <= distance <= 9, "3 to 8 fillers stand between"


def test_toy_sentences_depend_on_the_seed_alone() -> None:
    small = ToyTagging(train_examples=30, validation_examples=10, test_examples=10)
    one, same, other = load(small, 1), load(small, 1), load(small, 2)
    assert torch.equal(one.inputs, same.inputs)
    assert torch.equal(one.targets, same.targets)
    assert not torch.equal(one.inputs, other.inputs)
    more = load(small.model_copy(update={"train_examples": 80}), 1)
    test = one.inputs[one.splits["test"]], more.inputs[more.splits["test"]]
    assert torch.equal(*test), "more training sentences leave the test sentences alone"
