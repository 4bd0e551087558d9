"""Words as vectors: the lookup table L of the lecture, w_dist = L w_hot.

`nn.Embedding` keeps Lᵀ, one row for each word: multiplying a one-hot vector with it is reading
that row, and the gradient reaches that row alone. No activation follows; a linear layer makes
sense here because its parameters are shared, by all words of a sentence and perhaps by the output.
"""

from torch import Tensor, nn
from torch.nn import functional

from models.shape import PADDING_WORD


def lookup_table(vocabulary: int, size: int) -> nn.Embedding:
    """Word numbers (…) → embeddings (…, size). Padding is the zero vector and does not learn."""
    return nn.Embedding(vocabulary, size, padding_idx=PADDING_WORD)


class TiedOutput(nn.Module):
    """The embedding matrix once more, as the output layer: scores = Lᵀ h, one for each word.

    A word scores by how much its embedding points in the direction of the hidden state.
    Source: Press & Wolf 2017.
    """

    def __init__(self, embedding: nn.Embedding) -> None:
        super().__init__()
        self.embedding = embedding

    def forward(self, hidden: Tensor) -> Tensor:  # (…, size)
        return functional.linear(hidden, self.embedding.weight)  # (…, vocabulary)
