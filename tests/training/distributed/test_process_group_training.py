"""Two processes train a trial as one does, and as torch's DistributedDataParallel."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from orchestrator.execution.local.processes import train_in_processes
from orchestrator.execution.protocol import Job
from orchestrator.study.settings import Resources
from orchestrator.training.distributed.process_group import ALONE
from orchestrator.training.records import PackRows
from tests.training.distributed.training import DIGITS, VARIED, parameters, rows_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def two() -> Any:
    """Parameters by us and by torch, and rows, all from one pair of processes."""
    job = Job(
        Path("/"),
        Resources(workers=2),
        train="tests.training.distributed.training:train_and_compare",
    )
    return train_in_processes(DIGITS, job)


@pytest.fixture(scope="module")
def one() -> dict[str, PackRows]:
    return rows_of(ALONE)


def test_parameters_are_those_of_one_process_and_of_torch(two: Any) -> None:
    ours, by_torch, *_ = two
    assert np.allclose(ours, parameters(DIGITS, ALONE), rtol=1e-9, atol=1e-12)
    assert np.allclose(ours, by_torch, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", VARIED)
def test_rows_are_those_of_one_process(two: Any, one: dict[str, PackRows], name: str) -> None:
    ours, alone = two[2][name], one[name]
    for table in ("metrics", "gradients"):
        found, wanted = getattr(ours, table), getattr(alone, table)
        for column in wanted.keys() - {"value"}:
            assert list(found[column]) == list(wanted[column])
        assert np.allclose(found["value"], wanted["value"], rtol=1e-6, atol=1e-12)
    for trial, predicted in alone.predictions.items():
        for column, values in predicted.items():
            both = (ours.predictions[trial][column], values)
            assert np.allclose(*both, rtol=1e-5) if "score" in column else [*both[0]] == [*both[1]]
    assert ours.predictions.keys() == alone.predictions.keys()
    assert (ours.trials["execution"], ours.trials["threads"]) == (["parallel"], [2])
    for column in ("status", "error", "epochs_done"):
        assert ours.trials[column] == alone.trials[column]


def test_what_goes_on_from_a_checkpoint_of_the_first_has_the_same_bits(two: Any) -> None:
    whole, resumed = two[2]["clip_norm"], two[3]
    for table in ("metrics", "gradients"):
        for column, values in getattr(whole, table).items():
            assert list(getattr(resumed, table)[column]) == list(values)
