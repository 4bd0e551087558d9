"""A type of GPU, or a label, that the study requests and this machine lacks."""

import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.capacity import Capacity
from orchestrator.execution.ray.this_machine import capacity_for
from orchestrator.study.settings import Resources


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        (Resources(labels={"pool": "night"}), "the label pool must be night, available: none"),
        (Resources(gpus=1, accelerator_type="X9"), "accelerator_type must be X9, available: "),
    ],
)
def test_what_this_machine_lacks_is_named(resources: Resources, message: str) -> None:
    with pytest.raises(EnvironmentFault, match=message) as fault:
        capacity_for(resources)
    assert "this machine lacks what the study requests" in str(fault.value)
    assert "--set resources.labels=null" in str(fault.value)


def test_nothing_is_requested_but_numbers() -> None:
    assert capacity_for(Resources(cpus=999)) == Capacity.here()
