"""The data of all members of a pack, in one table of examples."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from models.catalogue import MODELS, TASKS, resolve
from models.shape import TaskShape
from models.tasks.dataset import Dataset
from orchestrator.plan.records import Pack
from orchestrator.seeds import seed_for


@dataclass(frozen=True)
class PackData:
    """Examples of every replicate in a pack, each stored once.

    inputs, targets: one row an example, as `shape` says.
    splits: train, validation, test → rows of `inputs`, (members, examples of the split).
    """

    inputs: Tensor
    targets: Tensor
    splits: Mapping[str, Tensor]
    shape: TaskShape


def load_data(pack: Pack, device: str, precision: torch.dtype) -> PackData:
    """Load the task once for every replicate in the pack; members of a replicate share it."""
    replicates = sorted({trial.replicate for trial in pack.trials})
    datasets = {replicate: _dataset(pack, replicate) for replicate in replicates}
    tables = {id(data.inputs): data for data in datasets.values()}  # a fixed data set comes once
    first_row = _first_rows(tables)
    member_data = [datasets[trial.replicate] for trial in pack.trials]
    splits = {
        split: torch.stack(
            [data.splits[split] + first_row[id(data.inputs)] for data in member_data]
        )
        for split in member_data[0].splits
    }
    return PackData(
        inputs=_inputs(pack, tables.values()).to(device, precision),
        targets=torch.cat([data.targets for data in tables.values()]).to(device),
        splits={split: rows.to(device) for split, rows in splits.items()},
        shape=member_data[0].shape,
    )


def _inputs(pack: Pack, tables: Iterable[Dataset]) -> Tensor:
    """Images become rows of features for a model that takes only these."""
    inputs = torch.cat([data.inputs for data in tables])
    takes = MODELS[pack.trials[0].variant.settings.model.name].takes
    return inputs if "image" in takes or inputs.dim() < 4 else inputs.flatten(1)


def _dataset(pack: Pack, replicate: int) -> Dataset:
    settings = pack.trials[0].variant.settings.task  # one structure: the same for all members
    load: Callable[..., Dataset] = resolve(TASKS[settings.name].factory)
    return load(settings, partial(seed_for, replicate=replicate, study_seed=pack.study_seed))


def _first_rows(tables: Mapping[int, Dataset]) -> dict[int, int]:
    first_row, rows = {}, 0
    for key, data in tables.items():
        first_row[key] = rows
        rows += len(data.inputs)
    return first_row
