"""How many packs this machine takes."""

import os

import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.capacity import Capacity
from orchestrator.study.settings import Resources


@pytest.mark.parametrize(
    ("has", "asks", "workers"),
    [
        (Capacity(8, 0), Resources(), 8),
        (Capacity(8, 0), Resources(cpus=3), 2),
        (Capacity(2, 0), Resources(cpus=0.5), 4),
        (Capacity(8, 2), Resources(cpus=1, gpus=1), 2),
        (Capacity(8, 1), Resources(cpus=1, gpus=0.25), 4),
        (Capacity(2, 8), Resources(cpus=1, gpus=1), 2),
        (Capacity(1, 1), Resources(cpus=0.1, gpus=0.1), 10),
        (Capacity(8, 2), Resources(cpus=1, gpus=0.6), 2),  # not 3: none has shares of two
        (Capacity(8, 0), Resources(workers=3), 2),
        (Capacity(8, 4), Resources(cpus=1, gpus=1, workers=4), 1),
    ],
)
def test_workers(has: Capacity, asks: Resources, workers: int) -> None:
    assert has.workers(asks) == workers


@pytest.mark.parametrize("asks", [Resources(cpus=3), Resources(gpus=1), Resources(cpus=2.5)])
def test_a_request_without_room_names_what_there_is(asks: Resources) -> None:
    with pytest.raises(EnvironmentFault, match="this machine has 2 CPUs, 0 GPUs"):
        Capacity(2, 0).workers(asks)


def test_workers_of_one_trial_without_room_are_refused_with_how_many_there_would_be() -> None:
    asks = "each trial requests 3 workers with 1 CPU and 0 GPUs each"
    with pytest.raises(EnvironmentFault, match=asks) as fault:
        Capacity(2, 0).workers(Resources(workers=3))
    assert "--set resources.workers=2" in str(fault.value)


def test_cpus_are_those_that_this_process_may_use() -> None:
    here = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(here)})
        assert Capacity.here().cpus == 1
    finally:
        os.sched_setaffinity(0, here)
    assert Capacity.here().cpus <= len(here)
