"""Words as vectors: the lookup table L of the lecture, w_dist = L w_hot.

`nn.Embedding` keeps Lᵀ, one row for each word: multiplying a one-hot vector with it is reading
that row, and the gradient reaches that row alone. No activation follows; a linear layer makes
sense here because its parameters are shared, by all words of a sentence and perhaps by the output.
"""

from torch import Tensor, nn
from torch.nn import functional

from orchestrator.models.shape import PADDING_WORD


class LookupTable(nn.Module):
    """Word numbers (…) → embeddings (…, size). Padding is the zero vector and does not learn.

    (`padding_idx` of nn.Embedding would do the same, but not under `torch.func.vmap`, where it
    spares the padding of the first member only.)
    """

    def __init__(self, vocabulary: int, size: int) -> None:
        super().__init__()
        self.table = nn.Embedding(vocabulary, size)

    def forward(self, words: Tensor) -> Tensor:
        embedded: Tensor = self.table(words)
        return embedded * (words != PADDING_WORD).unsqueeze(-1)


class TiedOutput(nn.Module):
    """The embedding matrix once more, as the output layer: scores = Lᵀ h, one for each word.

    A word scores by how much its embedding points in the direction of the hidden state.
    Source: Press & Wolf 2017.
    """

    def __init__(self, table: nn.Embedding) -> None:
        super().__init__()
        # In a tuple, where torch does not see it: `functional_call` would swap a layer that is in
        # two places twice, and leave the swapped weights behind.
        self.shared = (table,)

    def forward(self, hidden: Tensor) -> Tensor:  # (…, size)
        (table,) = self.shared
        return functional.linear(hidden, table.weight)  # (…, vocabulary)
