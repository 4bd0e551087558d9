"""After each word of a sentence, which one comes next? A language model, read from left to right.

    input    the  old  key  …  are
    target   old  key  …   are  end        the number of `end` is that of padding, 0

The outputs are the words of the input, so that the embedding can be the output layer as well
(`tie_embedding`). The loss is in nat a word; its exponential is the perplexity.

Baseline: how often each word is a target in training, one added to every count.
Source: Bengio et al. 2003; `toy_next_word` has the language of toy_tagging.py.
"""

from dataclasses import replace
from functools import lru_cache

from torch import Tensor
from torch.nn.functional import pad

from orchestrator.models.settings import NextWord, ToyNextWord
from orchestrator.models.shape import NO_TAG, PADDING_WORD, TaskShape
from orchestrator.models.tasks import toy_tagging
from orchestrator.models.tasks.baselines import frequency
from orchestrator.models.tasks.dataset import Dataset, SeedFor, Splits, consecutive_splits
from orchestrator.models.tasks.padding import table
from orchestrator.models.tasks.treebank import Vocabulary, read_splits

END = PADDING_WORD


def load_toy(settings: ToyNextWord, seed_for: SeedFor) -> Dataset:
    """Words and next words, (sentences, longest); sentences are drawn anew for every replicate."""
    drawn = toy_tagging.load(settings, seed_for)
    dataset = _dataset(drawn.inputs, drawn.splits, drawn.shape.features)
    return replace(dataset, word_dropout=settings.word_dropout)


def load(settings: NextWord, seed_for: SeedFor) -> Dataset:
    """The same sentences for every replicate: the files are the splits. Raises DataError."""
    dataset = _read(settings.model_copy(update={"word_dropout": 0.0}))
    return replace(dataset, word_dropout=settings.word_dropout)


def next_words(words: Tensor) -> Tensor:
    """(sentences, time) → the word after each one, `END` after the last; −1 where there is none."""
    following = pad(words[:, 1:], (0, 1), value=END)
    return following.masked_fill(words == PADDING_WORD, NO_TAG)


@lru_cache(maxsize=1)  # training keeps one copy of a table that all replicates share
def _read(settings: NextWord) -> Dataset:
    files = read_splits(settings, None)
    vocabulary = Vocabulary(files["train"], settings.min_count)
    words = table(vocabulary.numbers(files), PADDING_WORD)
    splits = consecutive_splits({split: len(found) for split, found in files.items()})
    return _dataset(words, splits, len(vocabulary))


def _dataset(words: Tensor, splits: Splits, vocabulary: int) -> Dataset:
    targets = next_words(words)
    shape = TaskShape("words", "words", features=vocabulary, values=vocabulary)
    return Dataset(words, targets, splits, shape, frequency(targets, splits, vocabulary))
