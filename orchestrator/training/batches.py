"""The batches of an epoch: which examples, in which order, and what training hides of them."""

from collections.abc import Iterator

import torch
from torch import Tensor

from orchestrator.models.shape import UNKNOWN_WORD
from orchestrator.study.settings import Training
from orchestrator.training.data import TrialData
from orchestrator.training.random_streams import Streams

BUCKET_BATCHES = 20  # sentences are sorted by length among those of so many batches


def batch_size(training: Training, data: TrialData) -> int:
    """Examples of a batch of one member."""
    examples = data.splits["train"].shape[1]
    return examples if training.batch_size == "full" else training.batch_size


def batches(
    data: TrialData, streams: Streams, epoch: int, size: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Inputs and targets of each batch, (members, batch, …); the last one may be smaller."""
    rows = data.splits["train"]
    order = streams.permutations(rows.shape[1], "order", epoch).to(rows.device)
    rows = rows.gather(1, order)
    chunks = list(rows.split(size, dim=1))
    if data.lengths is not None:
        chunks = _of_equal_length(rows, data.lengths, size, streams.common_seed("buckets", epoch))
    dropout = streams.generators("dropout", epoch) if data.word_dropout else []
    for chunk in chunks:
        inputs, targets = data.take(chunk)
        longest = data.inputs.shape[1]
        yield _with_unknown_words(inputs, data.word_dropout, dropout, longest), targets


def _of_equal_length(rows: Tensor, lengths: Tensor, size: int, seed: int) -> list[Tensor]:
    """Batches of sentences of nearly equal length, so that few steps are padding.

    All members take short and long ones in the same order, each its own sentences.
    """
    chunks: list[Tensor] = []
    for bucket in rows.split(BUCKET_BATCHES * size, dim=1):
        by_length = lengths[bucket].argsort(stable=True, dim=1)
        chunks += bucket.gather(1, by_length).split(size, dim=1)
    generator = torch.Generator().manual_seed(seed)
    return [chunks[place] for place in torch.randperm(len(chunks), generator=generator).tolist()]


def _with_unknown_words(
    words: Tensor, share: float, generators: list[torch.Generator], longest: int
) -> Tensor:
    """Some words replaced by the unknown one, so that it is learnt too.

    longest: steps to draw for, lest what a member draws depend on how long others' sentences are.
    """
    if not generators:
        return words
    _, batch, time = words.shape
    draws = torch.stack([torch.rand(batch, longest, generator=g) for g in generators])
    hidden = (draws[..., :time].to(words.device) < share) & (words > UNKNOWN_WORD)
    return words.masked_fill(hidden, UNKNOWN_WORD)
