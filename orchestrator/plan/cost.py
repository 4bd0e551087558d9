"""The approximate cost of a trial: enough to start expensive packs first and to balance them."""

from collections.abc import Mapping
from math import ceil

from orchestrator.plan_document import Level

KERNELS: Mapping[Level, int] = {"rnn": 5, "lstm": 6, "gru": 13}  # on one CPU core, 64 units


def training_steps(settings: Mapping[str, Level]) -> int:
    """Optimizer steps of one trial: epochs × batches per epoch."""
    batch = settings.get("training.batch_size")
    batches = 1 if batch == "full" else ceil(_examples(settings) / _number(batch, 1))
    return _number(settings.get("training.epochs"), 1) * batches


def trial_cost(settings: Mapping[str, Level]) -> int:
    """Multiplications of one trial up to a factor: weights × examples × epochs.

    Counts hidden layers of `depth` × `width`² weights, without the input layer, which all variants
    share; for recurrent models, layers of `hidden`² weights at every step of a sequence. Only the
    order and size of packs depend on it.
    """
    width = _number(settings.get("model.width", settings.get("model.hidden")), 1)
    weights = (_number(settings.get("model.depth"), 1) + 1) * width * width
    steps = _number(settings.get("task.length"), 1) * _recurrence(settings)
    return weights * steps * _examples(settings) * _number(settings.get("training.epochs"), 1)


def is_recurrent(settings: Mapping[str, Level]) -> bool:
    """Whether torch's recurrent kernels compute it on a CPU: those take one model at a time."""
    return settings.get("model.cell") in KERNELS


def _recurrence(settings: Mapping[str, Level]) -> int:
    """Recurrent layers of both directions, weighted by the time that torch's kernels take."""
    kernel = KERNELS.get(settings.get("model.cell"), 1)
    directions = 2 if settings.get("model.bidirectional") else 1
    return kernel * directions * _number(settings.get("model.layers"), 1)


def _examples(settings: Mapping[str, Level]) -> int:
    return _number(settings.get("task.train_examples", settings.get("task.examples")), 1)


def _number(value: Level, otherwise: int) -> int:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number else otherwise  # type: ignore[return-value]
