"""What this machine has of what a study requests, before any Ray cluster is started on it."""

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.capacity import Capacity
from orchestrator.execution.environment import environment
from orchestrator.execution.labels import ACCELERATOR_TYPE, missing_labels
from orchestrator.execution.ray.internals import accelerator_type
from orchestrator.execution.ray.local_cluster import authentication
from orchestrator.study.settings import Resources


def capacity_for(resources: Resources) -> Capacity:
    """CPUs and GPUs of this machine.

    Raises EnvironmentFault where it lacks the type of GPU, or a label, that the study requests.
    """
    if text := missing_labels(resources, [_labels(resources)]):
        raise EnvironmentFault(
            f"resources: this machine lacks what the study requests: {text}\n"
            "    run it on a cluster: --address, or here on what there is: "
            "--set resources.accelerator_type=null --set resources.labels=null"
        )
    return Capacity.here()


def _labels(resources: Resources) -> dict[str, str]:
    """As Ray will label it; the type of its GPUs only where the study requests one."""
    if not resources.accelerator_type:
        return {}
    with environment(authentication()):  # Ray reads it when it is imported
        found = accelerator_type()
    return {ACCELERATOR_TYPE: found} if found else {}
