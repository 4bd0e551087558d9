"""A pack trained in this process."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.protocol import Job
from orchestrator.plan.records import Pack
from orchestrator.training.keeping import Keeping
from orchestrator.training.records import PackRows


def train_alone(pack: Pack, job: Job, keeping: Keeping | None = None, **more: Any) -> PackRows:
    """more: for the training function, such as `ranks`, with which this process shares the work."""
    if job.asked.gpus:
        function_of_training("orchestrator.training.stacking.memory:take_share")(job.asked.gpus)
    rows: PackRows = function_of_training(job.train)(
        pack, device=job.device, threads=job.threads, keeping=keeping, **more
    )
    return rows


def function_of_training(path: str) -> Callable[..., Any]:
    """module:name. That it cannot be imported is no fault of a trial."""
    module, _, name = path.partition(":")
    try:
        function: Callable[..., Any] = getattr(import_module(module), name)
    except ImportError as error:
        raise EnvironmentFault(
            f"{module} cannot be imported: {error}\n    is PyTorch installed for this Python?"
        ) from error
    return function
