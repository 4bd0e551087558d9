"""Muon against torch's, beside AdamW for what is no matrix."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from orchestrator.study.settings import Training
from orchestrator.training.optim.optimizers.muon import Muon, orthogonalised
from orchestrator.training.stacking.members import single
from tests.training.optim.optimizers.moved import ours, theirs

SETTINGS: list[dict[str, Any]] = [
    {"learning_rate": 0.02},
    {"learning_rate": 0.01, "weight_decay": 0.1, "momentum": 0.8, "nesterov": False},
    {"learning_rate": 0.005, "beta1": 0.8, "beta2": 0.95},
]


def in_torch(training: Training, model: nn.Module) -> list[torch.optim.Optimizer]:
    rate, decay = training.learning_rate, training.weight_decay
    matrices = [p for p in model.parameters() if p.dim() == 2]
    others = [p for p in model.parameters() if p.dim() != 2]
    return [
        torch.optim.Muon(
            matrices, lr=rate, weight_decay=decay, momentum=training.momentum,
            nesterov=training.nesterov, adjust_lr_fn="match_rms_adamw",
        ),
        torch.optim.AdamW(
            others, lr=rate, weight_decay=decay, betas=(training.beta1, training.beta2)
        ),
    ]  # fmt: skip


def both(settings: dict[str, Any]) -> tuple[list[Tensor], list[Tensor]]:
    given = [{**settings, "optimizer": "muon"}] * 2
    trainings = [Training(**each) for each in given]
    return ours(given), theirs([lambda m, t=t: in_torch(t, m) for t in trainings])  # type: ignore[misc]


@pytest.mark.parametrize("settings", SETTINGS, ids=map(str, SETTINGS))
def test_every_step_is_torchs_without_its_rounding_to_bfloat16(
    settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tensor, "bfloat16", Tensor.clone)
    for here, there in zip(*both(settings), strict=True):
        torch.testing.assert_close(here, there, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("settings", SETTINGS, ids=map(str, SETTINGS))
def test_the_rounding_of_torch_moves_a_weight_by_a_fraction_of_a_step(
    settings: dict[str, Any],
) -> None:
    here, there = both(settings)
    for step, (mine, other) in enumerate(zip(here, there, strict=True), 1):
        difference = (mine - other).abs().max()
        assert difference < 0.05 * settings["learning_rate"] * step


@pytest.mark.parametrize("shape", [(3, 5, 5), (3, 2, 9), (3, 9, 2), (3, 1, 4)])
def test_singular_values_come_near_1(shape: tuple[int, int, int]) -> None:
    """Directions stay: the result has the singular vectors of the matrix."""
    matrices = torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    found = orthogonalised(matrices)
    values = torch.linalg.svdvals(found)
    assert ((values > 0.6) & (values < 1.3)).all()
    u, _, vh = torch.linalg.svd(matrices, full_matrices=False)
    inner = u.mT @ found @ vh.mT
    torch.testing.assert_close(inner, torch.diag_embed(inner.diagonal(dim1=1, dim2=2)))


def test_embeddings_and_what_is_no_matrix_are_adamws() -> None:
    class Words(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words, self.filters, self.last = (
                nn.Embedding(4, 3), nn.Conv1d(3, 2, 2), nn.Linear(2, 2),
            )  # fmt: skip

    muon = Muon(single(Words()), [Training(optimizer="muon")])
    assert muon.matrices == ["last.weight"]


def test_what_is_left_out_is_as_published() -> None:
    muon = Training(optimizer="muon")
    assert (muon.momentum, muon.nesterov, muon.beta2) == (0.95, True, 0.999)
    assert Training(optimizer="muon", momentum=0.5).momentum == 0.5
    assert Training(optimizer="lion").beta2 == 0.99
    assert Training().momentum == 0
