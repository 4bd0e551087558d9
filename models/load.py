"""Settings of a task → its data, in the form that a model takes."""

from torch import Tensor

from orchestrator.models.catalogue import model_entry, resolve, task_entry
from orchestrator.models.own.importing import find_function, importable
from orchestrator.models.own.signature import arguments
from orchestrator.models.settings import ModelSettings, TaskSettings
from orchestrator.models.settings.own import OwnTask
from orchestrator.models.tasks.dataset import Dataset, SeedFor


def load_task(settings: TaskSettings, seed_for: SeedFor) -> Dataset:
    """The examples of one replicate; what is random about them comes from `seed_for`."""
    if not isinstance(settings, OwnTask):
        built_in: Dataset = resolve(task_entry(settings).factory)(settings, seed_for)
        return built_in
    load, given = find_function(settings.code), arguments(settings)
    with importable(settings.code.folders):
        own: Dataset = load(seed_for, **given)
    return own


def as_taken(model: ModelSettings, inputs: Tensor) -> Tensor:
    """Images become rows of features for a model that takes only these."""
    is_image = inputs.dim() == 4
    return inputs.flatten(1) if is_image and "image" not in model_entry(model).takes else inputs
