"""The batches of an epoch: which examples, in which order, and word dropout."""

from collections.abc import Iterator, Sequence
from math import ceil

import torch
from torch import Tensor
from torch.nn.functional import pad

from orchestrator.models.shape import UNKNOWN_WORD
from orchestrator.study.settings import Training
from orchestrator.training.data import TrialData
from orchestrator.training.random_streams import RandomStreams

BUCKET_BATCHES = 20  # sentences are sorted by length within this many batches


def batch_size(training: Training, data: TrialData) -> int:
    """Examples in a batch of one member; with several processes, of all of them together."""
    examples = data.splits["train"].shape[1]
    return examples if training.batch_size == "full" else training.batch_size


def steps_per_epoch(training: Training, data: TrialData) -> int:
    return ceil(data.splits["train"].shape[1] / batch_size(training, data))


def batches(
    data: TrialData, random_streams: RandomStreams, epoch: int, size: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Inputs and targets of each batch, (members, batch, …); the last one may be smaller.

    Where several processes train the trial, each gets its part of every batch.
    """
    rows = data.splits["train"]
    order = random_streams.permutations(rows.shape[1], "order", epoch).to(rows.device)
    rows = rows.gather(1, order)
    chunks = list(rows.split(size, dim=1))
    if data.lengths is not None:
        seed = random_streams.common_seed("buckets", epoch)
        chunks = _of_equal_length(rows, data.lengths, size, seed)
    dropout = random_streams.generators("dropout", epoch) if data.word_dropout else []
    augmenting = random_streams.generators("augment", epoch) if data.augment else []
    for chunk in chunks:
        inputs, targets = data.take(chunk)
        if data.augment is not None:
            inputs = data.augment(inputs, augmenting, _longest(data, chunk))
        inputs = _with_unknown_words(inputs, data.word_dropout, dropout, data.steps)
        yield data.group.divide(inputs, targets)


def _longest(data: TrialData, chunk: Tensor) -> list[int]:
    """Words of the longest sentence in the batch of each member; of numbers nothing."""
    return [] if data.lengths is None else data.lengths[chunk].amax(1).tolist()


def _of_equal_length(rows: Tensor, lengths: Tensor, size: int, seed: int) -> list[Tensor]:
    """Batches of sentences of nearly equal length, so that few steps are padding.

    Short and long batches come in the same order for all members, each with its own sentences.
    """
    chunks: list[Tensor] = []
    for bucket in rows.split(BUCKET_BATCHES * size, dim=1):
        by_length = lengths[bucket].argsort(stable=True, dim=1)
        chunks += bucket.gather(1, by_length).split(size, dim=1)
    generator = torch.Generator().manual_seed(seed)
    return [chunks[place] for place in torch.randperm(len(chunks), generator=generator).tolist()]


def _with_unknown_words(
    words: Tensor, share: float, generators: list[torch.Generator], steps: Sequence[int]
) -> Tensor:
    """Word dropout: some words replaced by the unknown word, so that it is learnt too.

    steps: to draw for, of each member, so that its draws do not depend on the length of others'
        sentences.
    """
    if not generators:
        return words
    _, batch, time = words.shape
    own = [torch.rand(batch, s, generator=g) for g, s in zip(generators, steps, strict=True)]
    draws = torch.stack([pad(draw[:, :time], (0, max(time - draw.shape[1], 0))) for draw in own])
    hidden = (draws.to(words.device) < share) & (words > UNKNOWN_WORD)
    return words.masked_fill(hidden, UNKNOWN_WORD)
