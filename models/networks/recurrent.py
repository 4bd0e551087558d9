"""Recurrent networks: the states s_t remember what was read; see `cells.py` for the formulas.

Layers can be stacked, and each can read in both directions: the deep bidirectional network at the
end of the lecture. What comes out is a tag per step, or one class or value per sequence.
"""

from collections.abc import Iterator
from functools import partial

from torch import Tensor, nn

from orchestrator.models.networks.embedding import LookupTable, TiedOutput
from orchestrator.models.networks.pooling import POOLINGS
from orchestrator.models.networks.recurrent_layer import RecurrentLayer, States
from orchestrator.models.sentences import sentence_lengths


class Recurrent(nn.Module):
    """Embeddings (for words), recurrent layers with dropout between them, a linear output layer.

    inputs: numbers in a step of the sequence, or the vocabulary's size if there is an `embedding`.
    pooling: how one state is made of the states of all steps; None: an output per step.
    stepwise: whether `forward` is the step form, as it is where torch has no kernel; to be set for
        `torch.func.vmap`, which cannot map the kernels. Outputs and gradients are the same.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        cell: str,
        hidden: int,
        layers: int = 1,
        bidirectional: bool = False,
        embedding: int | None = None,
        activation: str = "tanh",
        peephole: bool = False,
        dropout: float = 0.0,
        pooling: str | None = None,
        tie_embedding: bool = False,
        bptt_steps: int | None = None,
    ) -> None:
        super().__init__()
        self.embedding = None if embedding is None else LookupTable(inputs, embedding)
        state = 2 * hidden if bidirectional else hidden
        sizes = [inputs if embedding is None else embedding] + [state] * (layers - 1)
        layer = partial(
            RecurrentLayer,
            cell=cell,
            bidirectional=bidirectional,
            activation=activation,
            peephole=peephole,
            bptt_steps=bptt_steps,
        )
        self.layers = nn.ModuleList(layer(m, hidden, number=n) for n, m in enumerate(sizes))
        self.dropout = nn.Dropout(dropout)
        self.pooling = pooling
        self.output: nn.Module = nn.Linear(state, outputs)
        if self.embedding is not None and tie_embedding:
            self.output = _tied_output(self.embedding.table, state, outputs)
        self.stepwise = not self.layers[0].fused

    def forward(self, inputs: Tensor) -> Tensor:
        """inputs: (batch, time, inputs), or words (batch, time).

        Returns (batch, outputs), without pooling (batch, time, outputs).
        """
        return self._run(inputs, self.stepwise)[0]

    def steps(self, inputs: Tensor) -> tuple[Tensor, list[States]]:
        """The outputs, step by step, and the states of all layers and directions behind them."""
        return self._run(inputs, stepwise=True)

    def _run(self, inputs: Tensor, stepwise: bool) -> tuple[Tensor, list[States]]:
        lengths, states = None, list[States]()
        if self.embedding is not None:
            lengths = sentence_lengths(inputs)
            inputs = self.embedding(inputs)
        for number, layer in enumerate(self._layers()):
            inputs = self.dropout(inputs) if number > 0 else inputs
            run = layer.steps(inputs, lengths) if stepwise else layer(inputs, lengths)
            inputs = run.outputs  # of this layer, and inputs of the next
            states += run.states
        if self.pooling is not None:
            inputs = POOLINGS[self.pooling](inputs, run.last, lengths)
        return self.output(inputs), states

    def _layers(self) -> Iterator[RecurrentLayer]:
        yield from self.layers  # type: ignore[misc]  # a ModuleList does not say of what


def _tied_output(table: nn.Embedding, state: int, outputs: int) -> nn.Module:
    if table.weight.shape != (outputs, state):
        words, size = table.weight.shape
        raise ValueError(
            f"tie_embedding: the embedding has {words} words of {size} numbers, but the output "
            f"layer needs {outputs} of {state}: the outputs must be the words of the input"
        )
    return TiedOutput(table)
