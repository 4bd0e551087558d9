"""Examples of the data that a pack was trained on, for the report to show."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from orchestrator.models.load import load_task
from orchestrator.models.sample import inputs_of_split, sample
from orchestrator.plan.records import Pack
from orchestrator.seeds import seed_for


def sample_of(pack: Pack) -> dict[str, Any]:
    """A sample of the data of replicate 0, whichever replicates the pack has."""
    settings = pack.trials[0].variant.loop.task
    return sample(settings, load_task(settings, _seeds(pack, 0)))


def inputs_of(pack: Pack, split: str, replicate: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Number of each example of the split in the task's data, and how its input is shown."""
    settings = pack.trials[0].variant.loop.task
    return inputs_of_split(settings, load_task(settings, _seeds(pack, replicate)), split)


def _seeds(pack: Pack, replicate: int) -> Any:
    return partial(seed_for, replicate=replicate, study_seed=pack.study_seed)
