"""Loss and metrics of all members on whole splits."""

from collections.abc import Iterator, Mapping, Set

import torch
from torch import Tensor

from orchestrator.models.catalogue import TaskEntry
from orchestrator.models.losses import Loss
from orchestrator.models.metrics import METRICS, PerExample
from orchestrator.training.data import TrialData
from orchestrator.training.kept.answers import TestAnswers
from orchestrator.training.kept.collected import Collected
from orchestrator.training.kept.predictions import Predictions
from orchestrator.training.masked_means import counted
from orchestrator.training.stacking.members import Members, Single

CHUNK_NUMBERS = 2**18  # input numbers evaluated at once: they stay in the cache
MEMBERS = 16  # of a stack, about: were it their true number, results would depend on the pack
NUMBERS_PER_WORD = 64  # a word becomes an embedding

Metrics = dict[tuple[str, str], Tensor]  # (split, metric) → (members,), float64


@torch.no_grad()
def evaluate(
    members: Members,
    data: TrialData,
    loss: Loss,
    task: TaskEntry,
    collected: Collected,
) -> Metrics:
    """Every metric of the task on every split, the same in all processes of the trial.

    A metric of own code may be NaN on an example: there it has no value, and the mean is over the
    others; NaN where there is none.
    collected: takes what is kept of single examples.
    """
    members.model.eval()
    functions = {"loss": loss, **METRICS[data.shape.outputs], **task.functions}
    own = task.functions.keys()
    found: Metrics = {}
    for split, rows in data.splits.items():
        kept = collected.answers if split == "test" else None
        said = collected.predictions
        said = said if said and said.split == split else None
        for name, values in _means(members, data, rows, functions, own, kept, said).items():
            found[split, name] = values
        found |= _solved(task, split, found)
    return found


def _means(
    members: Members,
    data: TrialData,
    rows: Tensor,
    functions: Mapping[str, PerExample],
    own: Set[str],
    answers: TestAnswers | None,
    predictions: Predictions | None,
) -> dict[str, Tensor]:
    sums = {name: torch.zeros(len(rows), dtype=torch.float64) for name in functions}
    counts = dict(sums)
    for name in functions:
        if answers is not None:
            answers.expect(name)
    for places in _chunks(data, rows, is_single=isinstance(members.model, Single)):
        inputs, targets = data.take(rows.gather(1, places))
        outputs = members.model(inputs)
        if predictions is not None:
            predictions.add(places, outputs, targets)
        for name, function in functions.items():
            values = function(outputs, targets)
            weights = counted(values, targets)
            if answers is not None:
                answers.add(name, places, values, weights)
            if name in own:
                weights = weights * ~values.isnan()
                values = values.nan_to_num(nan=0.0, posinf=torch.inf, neginf=-torch.inf)
            sums[name] = sums[name] + _total(values * weights)
            counts[name] = counts[name] + _total(weights)
    totals = data.group.sum(torch.stack([*sums.values(), *counts.values()]))
    sum_of, count_of = (dict(zip(functions, part, strict=True)) for part in totals.chunk(2))
    return {
        name: sum_of[name] / (count_of[name] if name in own else count_of[name].clamp(min=1))
        for name in functions
    }


def _chunks(data: TrialData, rows: Tensor, *, is_single: bool) -> Iterator[Tensor]:
    """Places in a split, (members, batch), of the examples of this process evaluated at once.

    Sentences of similar length come together: less padding.
    """
    places = torch.arange(rows.shape[1], device=rows.device).expand(rows.shape)
    places = data.group.part(places)
    if places.shape[1] == 0:
        return iter(())
    numbers = data.inputs[0].numel()
    if data.lengths is not None:
        own = rows.gather(1, places)
        places = places.gather(1, data.lengths[own].argsort(dim=1, stable=True))
        numbers *= NUMBERS_PER_WORD
    at_once = CHUNK_NUMBERS // (numbers if is_single else MEMBERS * numbers)
    return iter(places.split(max(1, at_once), dim=1))


def _total(values: Tensor) -> Tensor:
    return values.flatten(1).sum(1, dtype=torch.float64).cpu()


def _solved(task: TaskEntry, split: str, metrics: Metrics) -> Metrics:
    """1.0 where a member has solved the task; nothing for tasks without such a threshold."""
    if task.solved is None:
        return {}
    values = metrics[split, task.solved.metric]
    flags = [float(task.is_solved_by(value)) for value in values.tolist()]
    return {(split, "solved"): torch.tensor(flags, dtype=torch.float64)}
