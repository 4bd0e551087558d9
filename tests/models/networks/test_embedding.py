"""Embeddings, and their matrix as the output layer, against one-hot vectors."""

from copy import deepcopy

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from orchestrator.models.networks.embedding import LookupTable, TiedOutput
from orchestrator.models.networks.recurrent import Recurrent
from tests.models.modules import linear, part

VOCABULARY, SIZE = 11, 4
WORDS = torch.tensor([[3, 7, 3, 10, 1], [5, 2, 0, 0, 0]])


def test_lookup_is_a_one_hot_vector_times_the_matrix() -> None:
    """w_dist = L w_hot, forward and in the gradient of L."""
    table = LookupTable(VOCABULARY, SIZE).double()
    L = (
        table.table.weight.detach().T.clone().requires_grad_()
    )  # (size, vocabulary), as in the lecture
    one_hot = functional.one_hot(WORDS, VOCABULARY).double()
    one_hot[..., 0] = 0  # padding is no word
    by_product = torch.einsum("sv,btv->bts", L, one_hot)
    torch.testing.assert_close(table(WORDS), by_product)

    direction = torch.randn(2, 5, SIZE, dtype=torch.float64)
    (table(WORDS) * direction).sum().backward()
    (by_product * direction).sum().backward()
    gradient = table.table.weight.grad
    assert gradient is not None
    assert L.grad is not None
    torch.testing.assert_close(gradient, L.grad.T)
    assert not gradient[0].any(), "padding does not learn"
    assert not gradient[[4, 6, 8, 9]].any(), "nor does a word that was not read"


def test_tied_output_is_the_transposed_table() -> None:
    table = LookupTable(VOCABULARY, SIZE).double().table
    hidden = torch.randn(3, SIZE, dtype=torch.float64)
    by_hand = torch.stack([(hidden * row).sum(1) for row in table.weight], dim=1)
    torch.testing.assert_close(TiedOutput(table)(hidden), by_hand)


def tied() -> Recurrent:
    return Recurrent(
        VOCABULARY, VOCABULARY, cell="lstm", hidden=SIZE, embedding=SIZE, tie_embedding=True
    ).double()


def lookup_matrix(net: Recurrent) -> Tensor:
    return part(net, "embedding.table", nn.Embedding).weight


def test_a_tied_matrix_is_one_parameter_and_gets_both_gradients() -> None:
    net = tied()
    names = [name for name, _ in net.named_parameters()]
    assert names.count("embedding.table.weight") == 1
    assert not [name for name in names if name.startswith("output")]

    twin = Recurrent(VOCABULARY, VOCABULARY, cell="lstm", hidden=SIZE, embedding=SIZE).double()
    weights = net.state_dict()
    output = {"output.weight": lookup_matrix(net), "output.bias": torch.zeros(VOCABULARY)}
    twin.load_state_dict(weights | output, strict=True)
    for model in (net, twin):
        model(WORDS).square().sum().backward()
    as_input, as_output = lookup_matrix(twin).grad, linear(twin, "output").weight.grad
    assert as_input is not None
    assert as_output is not None
    torch.testing.assert_close(lookup_matrix(net).grad, as_input + as_output)


def test_a_copy_is_tied_to_its_own_matrix() -> None:
    net, words = tied(), WORDS[:1]
    copy = deepcopy(net)
    with torch.no_grad():
        lookup_matrix(copy).zero_()
    assert not copy(words).any()
    assert net(words).any()


def test_tying_needs_outputs_that_are_words() -> None:
    with pytest.raises(ValueError, match="has 11 words of 4 numbers, but the output layer needs 5"):
        Recurrent(VOCABULARY, 5, cell="rnn", hidden=4, embedding=4, tie_embedding=True)
