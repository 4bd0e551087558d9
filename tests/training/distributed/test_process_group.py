"""The parts of a batch add up to the batch, whoever has how much of it."""

from copy import deepcopy
from functools import partial

import pytest
import torch
from torch import Tensor, nn
from torch.distributed.distributed_c10d import Backend, BackendConfig

from orchestrator.models.losses import cross_entropy, squared_error
from orchestrator.training.distributed.process_group import ProcessGroup
from orchestrator.training.distributed.rendezvous import BACKENDS
from orchestrator.training.distributed.separable import require_separable
from orchestrator.training.engine import train
from orchestrator.training.masked_means import mean_per_member
from tests.training.packs import pack, variant

GENERATOR = torch.Generator().manual_seed(1)


def drawn(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=GENERATOR, dtype=torch.float64)


TAGS = torch.randint(3, (1, 7, 5), generator=GENERATOR)
TAGS[0, :, 3:] = -1
TAGS[0, 2:4] = -1  # nothing to learn there, and little elsewhere
BATCHES = {  # outputs are inputs · weight
    "classes": (drawn(1, 7, 4), torch.randint(3, (1, 7), generator=GENERATOR), cross_entropy),
    "values": (drawn(1, 7, 4), drawn(1, 7, 3), squared_error),
    "tags": (drawn(1, 7, 5, 4), TAGS, cross_entropy),
    "one example": (drawn(1, 1, 4), torch.tensor([[2]]), cross_entropy),
}


@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("name", BATCHES)
def test_weighted_gradients_of_the_parts_add_up_to_that_of_the_batch(name: str, count: int) -> None:
    inputs, targets, loss = BATCHES[name]
    weight = drawn(4, 3).requires_grad_()

    def gradient(inputs: Tensor, targets: Tensor) -> Tensor:
        mean = mean_per_member(loss(inputs @ weight, targets), targets)
        return torch.autograd.grad(mean.sum(), weight)[0]

    total = torch.zeros_like(weight)
    for number in range(count):
        group = ProcessGroup(number, count)
        total += gradient(*group.divide(inputs, targets)) * group.weight
    assert torch.allclose(total, gradient(inputs, targets), rtol=1e-12, atol=1e-14)


def test_every_example_is_in_one_part() -> None:
    table = torch.arange(7)[None]
    parts = [ProcessGroup(number, 3).part(table) for number in range(3)]
    assert torch.equal(torch.cat(parts, dim=1), table)
    assert [part.shape[1] for part in parts] == [3, 2, 2]


class Centred(nn.Module):
    """Looks at the whole batch."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 3)

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self.layer(inputs - inputs.mean(0))
        return outputs


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5)), "draws numbers in its forward pass"),
        (nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 3)), "keeps statistics of batches"),
        (Centred(), "depends on the other examples of its batch"),
    ],
)
def test_models_that_would_see_only_their_part_are_refused(model: nn.Module, reason: str) -> None:
    inputs = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    with pytest.raises(ValueError, match=reason) as refusal:
        require_separable(partial(deepcopy, model), inputs)
    assert "resources.workers" in str(refusal.value)


def test_layer_norm_is_no_batch_norm() -> None:
    model = nn.Sequential(nn.LayerNorm(4), nn.Linear(4, 3))
    require_separable(partial(deepcopy, model), drawn(3, 4).float())


def test_a_pack_of_several_trials_is_not_shared() -> None:
    with pytest.raises(ValueError, match="too many values"):
        train(pack([variant()], replicates=2), group=ProcessGroup(0, 2))


@pytest.mark.parametrize(("device", "kind"), [("cpu", "gloo"), ("cuda", "nccl")])
def test_torch_reads_the_names_of_process_groups_as_we_mean_them(device: str, kind: str) -> None:
    """As torch reads it; metrics are summed on the CPU in either case."""
    kinds = BackendConfig(Backend(BACKENDS[device])).get_device_backend_map()
    assert (kinds[device], kinds["cpu"]) == (kind, "gloo")
