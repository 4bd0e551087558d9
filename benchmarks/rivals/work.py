"""The work that everyone does: which nets are trained on what, and what is measured of them.

After every epoch, and before the first one, loss and accuracy (or mean squared error) of all three
splits are measured, as `orch` does.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice, product

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn
from torch.nn import functional

from orchestrator.models.activations import ACTIVATIONS

TRAIN, VALIDATION, TEST = 1197, 300, 300
BATCH, EPOCHS, WIDTH = 32, 20, 30
LENGTH, HIDDEN, SEQUENCES, PASSES = 50, 64, 1000, 5  # of the adding problem

Splits = Mapping[str, tuple[Tensor, Tensor]]
Row = dict[str, float]
Metrics = Mapping[str, Callable[[Tensor, Tensor], Tensor]]


@dataclass(frozen=True)
class FeedForward:
    """A net on the digits."""

    activation: str
    depth: int
    scale: float
    seed: int

    epochs, batch, clip_norm = EPOCHS, BATCH, None

    @property
    def metrics(self) -> Metrics:
        return {"loss": functional.cross_entropy, "accuracy": _accuracy}

    def model(self) -> nn.Module:
        torch.manual_seed(self.seed)
        layers: list[nn.Module] = []
        for number in range(self.depth):
            layers += [nn.Linear(WIDTH if number else 64, WIDTH), ACTIVATIONS[self.activation]()]
        model = nn.Sequential(*layers, nn.Linear(WIDTH, 10))
        for layer in model:
            if isinstance(layer, nn.Linear):
                nn.init.normal_(layer.weight, std=self.scale / layer.in_features**0.5)
                nn.init.zeros_(layer.bias)
        return model

    def optimizer(self, model: nn.Module) -> torch.optim.Optimizer:
        return torch.optim.SGD(model.parameters(), lr=0.1)

    def splits(self) -> Splits:
        return _digits(self.seed)


@dataclass(frozen=True)
class Recurrence:
    """A recurrent net on the adding problem."""

    cell: str
    seed: int

    epochs, batch, clip_norm = PASSES, 50, 1.0

    @property
    def metrics(self) -> Metrics:
        return {"loss": functional.mse_loss}

    def model(self) -> nn.Module:
        torch.manual_seed(self.seed)
        return LastStep({"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[self.cell])

    def optimizer(self, model: nn.Module) -> torch.optim.Optimizer:
        return torch.optim.Adam(model.parameters(), lr=0.003)

    def splits(self) -> Splits:
        return _adding(self.seed)


Net = FeedForward | Recurrence


class LastStep(nn.Module):
    """A value from the last state."""

    def __init__(self, cell: type[nn.RNN] | type[nn.LSTM] | type[nn.GRU]) -> None:
        super().__init__()
        self.states, self.output = cell(2, HIDDEN, batch_first=True), nn.Linear(HIDDEN, 1)

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self.output(self.states(inputs)[0][:, -1])
        return outputs


def nets(work: str, trials: int) -> list[Net]:
    """The first trials of the work, for every prefix a fair mixture."""
    return list(islice(_feed_forward() if work == "feed_forward" else _recurrent(), trials))


def _feed_forward() -> Iterator[Net]:
    for seed in range(10**6):
        for settings in product(("sigmoid", "tanh", "relu", "softplus"), (1, 2, 4, 8), (0.5, 1, 2)):
            yield FeedForward(*settings, seed)


def _recurrent() -> Iterator[Net]:
    for seed in range(10**6):
        for cell in ("rnn", "lstm", "gru"):
            yield Recurrence(cell, seed)


def studies(work: str, trials: int) -> str:
    """The study file for the same work."""
    if work == "feed_forward":
        return _DIGITS.format(replicates=trials // 48)
    return _ADDING.format(replicates=trials // 3)


_DIGITS = f"""
study: feed_forward
task: {{{{name: digits}}}}
model: {{{{name: mlp, width: {WIDTH}, init: {{{{scheme: normal}}}}}}}}
training: {{{{optimizer: sgd, learning_rate: 0.1, batch_size: {BATCH}, epochs: {EPOCHS}}}}}
probes: {{{{examples: 0}}}}
factors:
  model.activation: [sigmoid, tanh, relu, softplus]
  model.depth: [1, 2, 4, 8]
  model.init.scale: [0.5, 1.0, 2.0]
replicates: {{replicates}}
"""
_ADDING = f"""
study: recurrent
task: {{{{name: adding, length: {LENGTH}, examples: {SEQUENCES}, validation_examples: {VALIDATION},
       test_examples: {TEST}}}}}
model: {{{{name: recurrent, hidden: {HIDDEN}}}}}
training: {{{{optimizer: adam, learning_rate: 0.003, batch_size: 50, epochs: {PASSES}, clip_norm: 1.0}}}}
probes: {{{{examples: 0}}}}
factors:
  model.cell: [rnn, lstm, gru]
replicates: {{replicates}}
"""  # noqa: E501


@cache
def _digits(seed: int) -> Splits:
    pixels, classes = load_digits(return_X_y=True)
    x, rest_x, y, rest_y = train_test_split(
        pixels / 16, classes, train_size=TRAIN, stratify=classes, random_state=seed
    )
    halves = train_test_split(
        rest_x, rest_y, train_size=VALIDATION, stratify=rest_y, random_state=seed
    )
    tables = {"train": (x, y), "validation": halves[0::2], "test": halves[1::2]}
    return {
        split: (torch.tensor(inputs, dtype=torch.float32), torch.tensor(targets))
        for split, (inputs, targets) in tables.items()
    }


@cache
def _adding(seed: int) -> Splits:
    source = torch.Generator().manual_seed(seed)
    sizes = {"train": SEQUENCES, "validation": VALIDATION, "test": TEST}
    return {split: _sequences(size, source) for split, size in sizes.items()}


def _sequences(examples: int, source: torch.Generator) -> tuple[Tensor, Tensor]:
    numbers = torch.rand(examples, LENGTH, generator=source)
    first = torch.randint(0, LENGTH // 2, (examples, 1), generator=source)
    second = torch.randint(LENGTH // 2, LENGTH, (examples, 1), generator=source)
    marks = torch.zeros(examples, LENGTH).scatter_(1, torch.cat([first, second], 1), 1.0)
    return torch.stack([numbers, marks], 2), (numbers * marks).sum(1, keepdim=True)


def _accuracy(outputs: Tensor, targets: Tensor) -> Tensor:
    return (outputs.argmax(-1) == targets).float().mean()
