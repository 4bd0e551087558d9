"""Packs that do not fit into memory at once."""

import numpy as np
import pytest
import torch

from orchestrator.models.settings import MLP
from orchestrator.training.engine import train
from orchestrator.training.stacking import memory
from orchestrator.training.stacking.members import Members
from tests.training.packs import pack, variant
from tests.training.stacking.stacked import stacked


def one_of(*layers: torch.nn.Module) -> Members:
    members = stacked([torch.nn.Sequential(*layers)], torch.randn(1, 3, 8))
    return members


def test_what_a_member_needs_is_counted_byte_by_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    one, batch = one_of(torch.nn.Linear(8, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2)), 30
    parameters = (8 + 1) * 4 + (4 + 1) * 2
    kept = batch * (8 + 4 + 2)  # inputs and tanh(z), needed by the backward pass, and the outputs
    monkeypatch.setattr(memory, "ON_CPU", 5 * 4 * (7 * parameters + kept))
    assert memory.stack_size(one, torch.randn(1, 3, 8), batch) == 5
    assert memory.stack_size(one, torch.randn(1, 3, 8), 2 * batch) == 3


def test_at_least_one_member_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "ON_CPU", 1)
    assert memory.stack_size(one_of(torch.nn.Linear(8, 4)), torch.randn(1, 3, 8), 32) == 1


def test_a_share_of_a_gpu_has_room_for_that_share_of_members(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Properties:
        total_memory = 80 * 2**30

    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: Properties)
    monkeypatch.setattr(torch.cuda, "get_per_process_memory_fraction", lambda device: 0.25)
    assert memory._room(torch.device("cuda")) == 10 * 2**30


def test_portions_of_a_pack_give_the_rows_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    members = pack([variant("tanh", model=MLP(depth=1, width=8))], replicates=5)
    whole = train(members)
    monkeypatch.setattr("orchestrator.training.engine.stack_size", lambda *given: 2)
    portions = train(members)
    assert portions.trials["trial_id"] == whole.trials["trial_id"]
    assert set(portions.trials["execution"]) == {"stacked"}
    for table in ("metrics", "gradients"):
        expected, found = (_sorted(getattr(rows, table)) for rows in (whole, portions))
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def _sorted(columns: dict[str, np.ndarray]) -> np.ndarray:
    keys = [columns[name] for name in columns if name not in ("trial_id", "value")]
    order = np.lexsort([*map(np.asarray, keys), columns["trial_id"]])
    return np.asarray(columns["value"])[order]
