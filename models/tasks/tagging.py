"""Part-of-speech tagging of real sentences, from CoNLL-U files.

Word numbers: 0 padding, 1 unknown, then the words of the training file, the most frequent first.
Words that it does not have (or has less than `min_count` times) are unknown in every split. Tags
are those of all three files, so that a tag that training never shows counts as a mistake.

Baseline: the most frequent tag of each word in training; for unknown words the most frequent of
all. On English-EWT (universal tags) it is 86.20 % of the words of the test file.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from torch import Tensor

from models.files.conllu import Sentence, read_sentences, treebank_paths
from models.settings import Tagging
from models.shape import UNKNOWN_WORD, TaskShape
from models.tasks.baselines import most_frequent_tag
from models.tasks.dataset import Dataset, SeedFor, consecutive_splits
from models.tasks.padding import padded


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
    files = {
        split: list(_pieces(read_sentences(path, settings.tags), settings))
        for split, path in treebank_paths(settings).items()
    }
    sentences = [sentence for split in files.values() for sentence in split]
    numbers = _vocabulary(files["train"], settings.min_count)
    tag_names = tuple(sorted({tag for sentence in sentences for tag in sentence.tags}))
    tag_numbers = {tag: number for number, tag in enumerate(tag_names)}
    words, tags = padded(
        [[numbers.get(word, UNKNOWN_WORD) for word in sentence.words] for sentence in sentences],
        [[tag_numbers[tag] for tag in sentence.tags] for sentence in sentences],
    )
    splits = consecutive_splits({split: len(found) for split, found in files.items()})
    baseline = most_frequent_tag(words, tags, splits)
    return Treebank(words, tags, splits, len(numbers) + 2, tag_names, baseline)


def _vocabulary(training: Iterable[Sentence], min_count: int) -> dict[str, int]:
    """Word → number, from 2; equally frequent words in the order of the file."""
    counts = Counter(word for sentence in training for word in sentence.words)
    kept = [word for word, count in counts.most_common() if count >= min_count]
    return {word: number for number, word in enumerate(kept, start=UNKNOWN_WORD + 1)}


def _pieces(sentences: Iterable[Sentence], settings: Tagging) -> Iterable[Sentence]:
    """Sentences, lower-cased if asked for, in pieces of at most `max_length` words."""
    longest = settings.max_length
    for sentence in sentences:
        words = tuple(map(str.lower, sentence.words)) if settings.lowercase else sentence.words
        for start in range(0, len(words), longest):
            piece = slice(start, start + longest)
            yield Sentence(words[piece], sentence.tags[piece])
