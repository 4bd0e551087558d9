"""Part-of-speech tagging of real sentences, from CoNLL-U files; `treebank.py` numbers their words.

Tags are those of all three files, so that a tag that training never shows counts as a mistake.

Baseline: the most frequent tag of each word in training; for unknown words the most frequent of
all. On English-EWT (universal tags) it is 86.20 % of the words of the test file.
"""

from dataclasses import dataclass
from functools import lru_cache

from torch import Tensor

from orchestrator.models.settings import Tagging
from orchestrator.models.shape import TaskShape
from orchestrator.models.tasks.baselines import most_frequent_tag
from orchestrator.models.tasks.dataset import Dataset, SeedFor, consecutive_splits
from orchestrator.models.tasks.padding import padded
from orchestrator.models.tasks.treebank import Vocabulary, read_splits


@dataclass(frozen=True)
class Treebank:
    """All sentences of the three files in numbers.

    words, tags: (sentences, longest).   baseline: accuracy of the most frequent tag.
    """

    words: Tensor
    tags: Tensor
    splits: dict[str, Tensor]
    vocabulary: int
    tag_names: tuple[str, ...]
    baseline: float


def load(settings: Tagging, seed_for: SeedFor) -> Dataset:
    """The same sentences for every replicate: the files are the splits. Raises DataError."""
    treebank = read_treebank(settings.model_copy(update={"word_dropout": 0.0}))
    shape = TaskShape("words", "tags", treebank.vocabulary, len(treebank.tag_names))
    baselines = {"accuracy": treebank.baseline}
    dropout = settings.word_dropout
    return Dataset(treebank.words, treebank.tags, treebank.splits, shape, baselines, dropout)


@lru_cache(maxsize=1)  # training keeps one copy of a table that all replicates share
def read_treebank(settings: Tagging) -> Treebank:
    """Reads the files (or downloads them). Raises DataError."""
    files = read_splits(settings, settings.tags)
    vocabulary = Vocabulary(files["train"], settings.min_count)
    sentences = [sentence for split in files.values() for sentence in split]
    tag_names = tuple(sorted({tag for sentence in sentences for tag in sentence.tags}))
    tag_numbers = {tag: number for number, tag in enumerate(tag_names)}
    words, tags = padded(
        vocabulary.numbers(files),
        [[tag_numbers[tag] for tag in sentence.tags] for sentence in sentences],
    )
    splits = consecutive_splits({split: len(found) for split, found in files.items()})
    baseline = most_frequent_tag(words, tags, splits)
    return Treebank(words, tags, splits, len(vocabulary), tag_names, baseline)
