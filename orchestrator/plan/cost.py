"""What a trial costs, roughly: enough to start expensive packs first and to balance them."""

from collections.abc import Mapping
from math import ceil

from orchestrator.study.records import Level


def training_steps(settings: Mapping[str, Level]) -> int:
    """Optimizer steps of one trial: epochs × batches per epoch."""
    batch = settings.get("training.batch_size")
    batches = 1 if batch == "full" else ceil(_examples(settings) / _number(batch, 1))
    return _number(settings.get("training.epochs"), 1) * batches


def trial_cost(settings: Mapping[str, Level]) -> int:
    """Multiplications of one trial up to a factor: weights × examples × epochs.

    It counts hidden layers of `depth` × `width`² weights and leaves out the input layer, which all
    variants share. Only the order of packs depends on it.
    """
    width = _number(settings.get("model.width"), 1)
    weights = (_number(settings.get("model.depth"), 1) + 1) * width * width
    return weights * _examples(settings) * _number(settings.get("training.epochs"), 1)


def _examples(settings: Mapping[str, Level]) -> int:
    return _number(settings.get("task.train_examples", settings.get("task.examples")), 1)


def _number(value: Level, otherwise: int) -> int:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number else otherwise  # type: ignore[return-value]
