"""Sentences of unequal length → one table of word numbers and one of tag numbers."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import pad
from torch.nn.utils.rnn import pad_sequence

from models.shape import NO_TAG, PADDING_WORD

Numbers = Sequence[int]


def padded(
    words: Sequence[Numbers], tags: Sequence[Numbers], longest: int = 0
) -> tuple[Tensor, Tensor]:
    """(sentences, time) of int64 each: words with 0, tags with −1 behind the last word.

    time is the length of the longest sentence, and at least `longest`.
    """
    return _table(words, PADDING_WORD, longest), _table(tags, NO_TAG, longest)


def _table(rows: Sequence[Numbers], padding: int, longest: int) -> Tensor:
    tensors = [torch.tensor(row, dtype=torch.long) for row in rows]
    table = pad_sequence(tensors, batch_first=True, padding_value=padding)
    return pad(table, (0, max(longest - table.shape[1], 0)), value=padding)
