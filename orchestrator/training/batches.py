"""The batches of an epoch: which examples, in which order, and what training hides of them."""

from collections.abc import Iterator

import torch
from torch import Tensor

from models.shape import UNKNOWN_WORD
from orchestrator.training.data import TrialData
from orchestrator.training.streams import Streams

BUCKET_BATCHES = 20  # sentences are sorted by length among those of so many batches


def batches(
    data: TrialData, streams: Streams, epoch: int, size: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Inputs and targets of each batch, (members, batch, …); the last one may be smaller."""
    rows = data.splits["train"]
    order = streams.permutations(rows.shape[1], "order", epoch).to(rows.device)
    rows = rows.gather(1, order)
    chunks = list(rows.split(size, dim=1))
    if data.lengths is not None:
        chunks = _of_equal_length(rows, data.lengths, size, streams.seed("order", epoch))
    dropout = streams.generators("dropout", epoch) if data.word_dropout else []
    for chunk in chunks:
        inputs, targets = data.take(chunk)
        yield _with_unknown_words(inputs, data.word_dropout, dropout), targets


def _of_equal_length(rows: Tensor, lengths: Tensor, size: int, seed: int) -> list[Tensor]:
    """Batches of sentences of nearly equal length, so that few steps are padding."""
    chunks: list[Tensor] = []
    for bucket in rows.split(BUCKET_BATCHES * size, dim=1):
        by_length = lengths[bucket].argsort(stable=True, dim=1)
        chunks += bucket.gather(1, by_length).split(size, dim=1)
    generator = torch.Generator().manual_seed(seed)
    return [chunks[place] for place in torch.randperm(len(chunks), generator=generator).tolist()]


def _with_unknown_words(words: Tensor, share: float, generators: list[torch.Generator]) -> Tensor:
    """Some words replaced by the unknown one, so that it is learnt too."""
    if not generators:
        return words
    draws = torch.stack([torch.rand(words.shape[1:], generator=g) for g in generators])
    hidden = (draws.to(words.device) < share) & (words > UNKNOWN_WORD)
    return words.masked_fill(hidden, UNKNOWN_WORD)
