"""Sentences of CoNLL-U files, and the numbers of their words.

Word numbers: 0 padding, 1 unknown, then the words of the training file, the most frequent first.
Words that it does not have (or has less than `min_count` times) are unknown in every split.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from orchestrator.models.files.conllu import Column, Sentence, read_sentences, treebank_paths
from orchestrator.models.settings import Sentences
from orchestrator.models.shape import UNKNOWN_WORD

Splits = Mapping[str, list[Sentence]]  # train, validation, test


def read_splits(settings: Sentences, column: Column | None) -> Splits:
    """Reads the files (or downloads them). Raises DataError."""
    return {
        split: list(_pieces(read_sentences(path, column), settings))
        for split, path in treebank_paths(settings).items()
    }


class Vocabulary:
    """The words of the training sentences; equally frequent ones in the order of the file."""

    def __init__(self, training: Iterable[Sentence], min_count: int) -> None:
        counts = Counter(word for sentence in training for word in sentence.words)
        kept = [word for word, count in counts.most_common() if count >= min_count]
        self._numbers = {word: number for number, word in enumerate(kept, start=UNKNOWN_WORD + 1)}

    def __len__(self) -> int:
        """With padding and the unknown word."""
        return len(self._numbers) + 2

    @property
    def words(self) -> list[str]:
        """In the order of their numbers, without padding and the unknown word."""
        return list(self._numbers)

    def numbers(self, splits: Splits) -> list[list[int]]:
        """The sentences of all splits, one after another, in numbers."""
        sentences = [sentence for split in splits.values() for sentence in split]
        return [[self._numbers.get(word, UNKNOWN_WORD) for word in s.words] for s in sentences]


def _pieces(sentences: Iterable[Sentence], settings: Sentences) -> Iterator[Sentence]:
    """Sentences, lower-cased if asked for, in pieces of at most `max_length` words."""
    longest = settings.max_length
    for sentence in sentences:
        words = tuple(map(str.lower, sentence.words)) if settings.lowercase else sentence.words
        for start in range(0, len(words), longest):
            piece = slice(start, start + longest)
            yield Sentence(words[piece], sentence.tags[piece])
