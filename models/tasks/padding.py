"""Sentences of unequal length → one table of word numbers and one of tag numbers."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import pad
from torch.nn.utils.rnn import pad_sequence

from orchestrator.models.shape import NO_TAG, PADDING_WORD

Numbers = Sequence[int]


def padded(
    words: Sequence[Numbers], tags: Sequence[Numbers], longest: int = 0
) -> tuple[Tensor, Tensor]:
    """(sentences, time) of int64 each: words with 0, tags with −1 behind the last word.

    time is the length of the longest sentence, and at least `longest`.
    """
    return table(words, PADDING_WORD, longest), table(tags, NO_TAG, longest)


def table(rows: Sequence[Numbers], padding: int, longest: int = 0) -> Tensor:
    """(rows, time), with padding behind the last number of each."""
    tensors = [torch.tensor(row, dtype=torch.long) for row in rows]
    rectangle = pad_sequence(tensors, batch_first=True, padding_value=padding)
    return pad(rectangle, (0, max(longest - rectangle.shape[1], 0)), value=padding)
