"""The window tagger against plain loops over words."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from orchestrator.models.networks.window_tagger import WindowTagger

VOCABULARY, SIZE = 11, 4
WORDS = torch.tensor([[3, 7, 3, 10, 1], [5, 2, 0, 0, 0]])


def tagger(window: int, depth: int = 1) -> WindowTagger:
    sizes = {"embedding": SIZE, "width": 6, "depth": depth}
    return WindowTagger(VOCABULARY, 3, window=window, activation="tanh", **sizes).double()


def by_loops(net: WindowTagger, words: Tensor) -> Tensor:
    """Every word of every sentence by itself; beyond the ends stands padding, word 0."""
    layers = nn.Sequential(net.network.hidden[0], nn.Tanh(), net.network.output)
    rows = []
    for sentence in words.tolist():
        around = [0] * net.window + sentence + [0] * net.window
        for position in range(len(sentence)):
            seen = torch.tensor(around[position : position + 2 * net.window + 1])
            embedded = net.embedding.table.weight[seen] * (seen != 0).unsqueeze(1)
            rows.append(layers(embedded.flatten()))
    return torch.stack(rows).view(*words.shape, -1)


@pytest.mark.parametrize("window", [0, 1, 2, 7])
def test_window_tagger_sees_each_word_with_its_neighbours(window: int) -> None:
    net = tagger(window)
    torch.testing.assert_close(net(WORDS), by_loops(net, WORDS))


@pytest.mark.parametrize("window", [0, 1, 2])
def test_window_tagger_sees_nothing_outside_its_window(window: int) -> None:
    net = tagger(window, depth=2)
    others = WORDS.clone()
    others[0, 4] = 9
    changed = (net(WORDS) != net(others)).any(-1)
    assert changed.tolist() == [[4 - t <= window for t in range(5)], [False] * 5]


def test_more_padding_changes_no_tag() -> None:
    net = tagger(2)
    longer = functional.pad(WORDS, (0, 4))
    torch.testing.assert_close(net(longer)[:, :5], net(WORDS))


def test_a_sentence_of_one_word() -> None:
    assert tagger(3)(torch.tensor([[5]])).shape == (1, 1, 3)
