"""Settings of each model. `docs/models.md` has the formulas."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from orchestrator.models.settings.base import (
    Activation,
    Count,
    ModelSettings,
    NonNegative,
    Settings,
)

Cell = Literal["rnn", "lstm", "gru"]


class LogLinear(ModelSettings):
    """Softmax over a linear map of the features: the baseline of every study."""

    name: Literal["log_linear"] = "log_linear"
    bias: bool = True
    """Whether a bias b is added to W e."""


class MLP(ModelSettings):
    """Feed-forward network; with depth 0 the log-linear model."""

    name: Literal["mlp"] = "mlp"
    depth: Annotated[int, Field(ge=0)] = 1
    """Number of hidden layers."""
    width: Count = 30
    """Neurons per hidden layer."""
    activation: Activation = "tanh"
    """Activation function of the hidden layers."""
    output_activation: Literal["identity", "exp", "softplus", "sigmoid"] = "identity"
    """Activation of the output, for tasks with values; with classes it is part of the loss."""
    bias: bool = True
    """Whether layers add a bias b to W e."""


class Chain(ModelSettings):
    """One neuron per layer: the lecture's example of the vanishing gradient."""

    name: Literal["chain"] = "chain"
    depth: Count = 4
    """Number of neurons in a row; a linear output layer follows."""
    activation: Activation = "sigmoid"
    """Activation function of the neurons."""


def _joined(given: Any) -> Any:
    is_pair = isinstance(given, list | tuple) and all(type(number) is int for number in given)
    return "-".join(map(str, given)) if is_pair else given


_PAIR = r"^[1-9][0-9]{0,4}-[1-9][0-9]{0,4}$"
Pair = Annotated[
    str,
    Field(pattern=_PAIR),
    BeforeValidator(_joined),
    WithJsonSchema({"type": "string", "pattern": _PAIR, "examples": ["6-16"]}),
]
"""Two sizes in one text, `6-16`, so that both are one level of a factor; `[6, 16]` is the same."""


class ConvNet(ModelSettings):
    """Two convolutions with max pooling, then three feed-forward layers; images up to 32×32."""

    name: Literal["convnet"] = "convnet"
    channels: Pair = "6-16"
    """Output channels of the two 5×5 convolutions."""
    width: Pair = "120-80"
    """Neurons of the two hidden feed-forward layers."""
    activation: Activation = "relu"
    """Activation function after each convolution and each hidden layer."""


class WindowTagger(ModelSettings):
    """Tags a word from the embeddings of its neighbours, through a feed-forward network."""

    name: Literal["window_tagger"] = "window_tagger"
    window: Annotated[int, Field(ge=0)] = 1
    """Neighbours seen on each side; 0 is the word alone."""
    embedding: Count = 64
    """Numbers in the embedding of a word."""
    width: Count = 128
    """Neurons per hidden layer."""
    depth: Annotated[int, Field(ge=0)] = 1
    """Number of hidden layers."""
    activation: Activation = "tanh"
    """Activation function of the hidden layers."""


class RecurrentInit(Settings):
    """How the recurrent weights R are drawn; see `models/initializers.py` for the formulas."""

    scheme: Literal["pytorch", "orthogonal", "identity", "normal"] = "pytorch"
    """Distribution of the recurrent weights; identity is the IRNN of Le et al. 2015."""
    scale: NonNegative = 1.0
    """Factor on what the scheme prescribes."""


class Recurrent(ModelSettings):
    """Recurrent layers, in one or both directions, with one output per step or per example."""

    name: Literal["recurrent"] = "recurrent"
    cell: Cell = "lstm"
    """What computes the next hidden state."""
    hidden: Count = 64
    """Numbers in the hidden state of one direction."""
    layers: Count = 1
    """Recurrent layers on top of each other."""
    bidirectional: bool = False
    """Whether each layer also reads from right to left, its states concatenated to the others."""
    embedding: Count = 64
    """Numbers in the embedding of a word, for tasks with words."""
    activation: Literal["tanh", "relu", "sigmoid"] = "tanh"
    """Activation function of the cell `rnn`; the other cells have their own."""
    forget_bias: float | None = None
    """Bias of the forget gate of an `lstm` before training; left out: drawn like the others."""
    peephole: bool = False
    """Whether the gates of an `lstm` also see the cell (Gers & Schmidhuber 2000)."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of a layer's outputs set to 0 on the way to the next layer, while training."""
    pooling: Literal["last", "mean", "max"] = "last"
    """What becomes of the states of all steps where a task wants one output per example."""
    tie_embedding: bool = False
    """Whether the embedding matrix is the output layer too, on tasks that give words."""
    bptt_steps: Count | None = None
    """Time steps after which the gradient is cut: truncated BPTT; left out: it goes all the way."""
    recurrent_init: RecurrentInit = RecurrentInit()

    @property
    def directions(self) -> int:
        """1, or 2 if bidirectional."""
        return 2 if self.bidirectional else 1

    @model_validator(mode="after")
    def _belongs_to_the_cell(self) -> Self:
        if self.activation != "tanh" and self.cell != "rnn":
            raise ValueError(
                f"activation {self.activation} is for the cell rnn; {self.cell} has its own: "
                "leave activation out, or set cell: rnn"
            )
        chosen = {"forget_bias": self.forget_bias is not None, "peephole": self.peephole}
        for setting, is_chosen in chosen.items():
            if is_chosen and self.cell != "lstm":
                raise ValueError(
                    f"{setting} is for the cell lstm, not for {self.cell}: "
                    f"leave {setting} out, or set cell: lstm"
                )
        return self

    @model_validator(mode="after")
    def _dropout_has_a_place(self) -> Self:
        if self.dropout > 0 and self.layers == 1:
            raise ValueError("dropout acts between layers: set layers: 2 or more, or leave it out")
        return self

    @model_validator(mode="after")
    def _tied_sizes_agree(self) -> Self:
        state = self.hidden * self.directions
        if self.tie_embedding and self.embedding != state:
            raise ValueError(
                f"tie_embedding needs an embedding as large as the hidden state: set embedding: "
                f"{state} (it is {self.embedding}), or change hidden"
            )
        return self
