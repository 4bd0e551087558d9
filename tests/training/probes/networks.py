"""Small networks of every kind, and what probes read of them."""

from collections.abc import Callable
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from orchestrator.models.losses import cross_entropy
from orchestrator.models.networks.recurrent import Recurrent
from orchestrator.study.probes import QUANTITIES
from orchestrator.training.probes.layers import probe
from orchestrator.training.probes.time import probe_time
from orchestrator.training.reading import Reading
from orchestrator.training.stacking.members import single

ALL = frozenset(QUANTITIES)
Places = dict[tuple[str, str, int, str], float]
VECTORS, IMAGES, SERIES = torch.Size([9, 6]), torch.Size([9, 1, 8, 8]), torch.Size([9, 5, 6])


def places(readings: list[Reading]) -> Places:
    found: Places = {(r.axis, r.site, r.position, r.quantity): r.values.item() for r in readings}
    assert len(found) == len(readings)
    return found


def own_loop(model: nn.Module, x: Tensor, y: Tensor) -> Places:
    members = single(deepcopy(model))
    batch = x[None], y[None]
    depth = probe(members, cross_entropy, *batch, ALL)
    return places(depth + probe_time(members, cross_entropy, *batch, ALL))


class Pooled(nn.Module):
    """The last state of a recurrent module → classes."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body, self.out = body, nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        states, _ = self.body(x)
        classes: Tensor = self.out(states[:, -1])
        return classes


class Residual(nn.Module):
    """Functional activations, a layer used twice, and batch normalisation."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.shared = nn.Linear(6, 6), nn.Linear(6, 6, bias=False)
        self.norm, self.out = nn.BatchNorm1d(6), nn.Linear(6, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(F.relu_(self.first(x)))
        x = x + torch.sigmoid(self.shared(x))
        x = F.dropout(x + F.gelu(self.shared(x)), training=self.training)
        classes: Tensor = self.out(x)
        return classes


CONVOLUTIONS = (nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Conv2d(3, 2, 3), nn.Tanh(), nn.Flatten())
MODELS: dict[str, tuple[Callable[[], nn.Module], torch.Size]] = {
    "layers": (lambda: nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3)), VECTORS),
    "convolutions": (lambda: nn.Sequential(*deepcopy(CONVOLUTIONS), nn.Linear(32, 3)), IMAGES),
    "shared": (Residual, VECTORS),
    "rnn": (lambda: Pooled(nn.RNN(6, 4, 2, batch_first=True, nonlinearity="relu")), SERIES),
    "lstm": (lambda: Pooled(nn.LSTM(6, 2, 2, batch_first=True, bidirectional=True)), SERIES),
    "gru": (lambda: Pooled(nn.GRU(6, 4, batch_first=True, bias=False)), SERIES),
    "shipped": (lambda: Recurrent(6, 3, cell="lstm", hidden=4, pooling="last"), SERIES),
    "steps": (
        lambda: Recurrent(6, 3, cell="rnn", hidden=4, activation="sigmoid", pooling="mean"),
        SERIES,
    ),
}


def built(name: str) -> tuple[nn.Module, Tensor, Tensor]:
    torch.manual_seed(0)
    make, shape = MODELS[name]
    return make(), torch.randn(shape), torch.randint(3, shape[:1])
