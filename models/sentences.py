"""Sentences of unequal length in one table of word numbers."""

from torch import Tensor

from orchestrator.models.shape import PADDING_WORD


def sentence_lengths(words: Tensor) -> Tensor:
    """(batch, time) → (batch,): words before the padding. A row of padding counts as one word."""
    return (words != PADDING_WORD).sum(1).clamp(min=1)
