"""A few examples of the data that a pack was trained on, for the report to show."""

from functools import partial
from typing import Any

from orchestrator.models.load import load_task
from orchestrator.models.sample import sample
from orchestrator.plan.records import Pack
from orchestrator.seeds import seed_for


def sample_of(pack: Pack) -> dict[str, Any]:
    """A sample of the data of replicate 0, whichever replicates the pack has."""
    settings = pack.trials[0].variant.loop.task
    seeds = partial(seed_for, replicate=0, study_seed=pack.study_seed)
    return sample(settings, load_task(settings, seeds))
