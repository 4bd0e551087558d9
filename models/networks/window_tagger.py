"""The lecture's simple network for tagging: a word and its neighbours → its tag.

    e = (L w_{t−n}, …, L w_t, …, L w_{t+n}),   o_t = softmax(W_oh act(W_he e + b_h) + b_o)

What lies outside the window, it cannot see.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from orchestrator.models.networks.embedding import LookupTable
from orchestrator.models.networks.mlp import MLP


class WindowTagger(nn.Module):
    """Embeddings of 2·window + 1 words side by side, then hidden layers, for every position."""

    def __init__(
        self,
        vocabulary: int,
        tags: int,
        *,
        window: int,
        embedding: int,
        width: int,
        depth: int,
        activation: str,
    ) -> None:
        super().__init__()
        self.window = window
        self.embedding = LookupTable(vocabulary, embedding)
        self.network = MLP(
            (2 * window + 1) * embedding, tags, depth=depth, width=width, activation=activation
        )

    def forward(self, words: Tensor) -> Tensor:  # (batch, time)
        scores: Tensor = self.network(windows(self.embedding(words), self.window))
        return scores  # (batch, time, tags)


def windows(embedded: Tensor, size: int) -> Tensor:
    """(batch, time, n) → (batch, time, (2·size + 1)·n): each step with its neighbours.

    Beyond both ends of the sentence the input is zero, which is the embedding of padding.
    """
    time = embedded.shape[1]
    padded = functional.pad(embedded, (0, 0, size, size))
    return torch.cat([padded[:, start : start + time] for start in range(2 * size + 1)], dim=-1)
