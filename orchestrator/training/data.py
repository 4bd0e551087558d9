"""The data of some trials of one structure, in one table of examples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor
from torch.nn.functional import pad

from orchestrator.models.load import as_taken, load_task
from orchestrator.models.sentences import sentence_lengths
from orchestrator.models.shape import NO_TAG, PADDING_WORD, PER_STEP, TaskShape
from orchestrator.models.tasks.dataset import Dataset
from orchestrator.plan.records import Trial
from orchestrator.seeds import seed_for
from orchestrator.training.distributed.process_group import ALONE, ProcessGroup
from orchestrator.training.parts.augment import Augment, augment_of


@dataclass(frozen=True)
class TrialData:
    """Examples of every replicate among the trials, each stored once.

    inputs, targets: one row per example, as `shape` says.
    splits: train, validation, test → rows of `inputs`, (members, examples of the split).
    lengths: words per example, (examples,); None where all examples have the same length.
    steps: columns of each member's own table of words; that of `inputs` may be wider.
    first_rows: row of `inputs` at which the task's data of each member begin.
    group: the processes among which batches and splits are divided.
    augment: changes the inputs of training batches.
    """

    inputs: Tensor
    targets: Tensor
    splits: Mapping[str, Tensor]
    shapes: Sequence[TaskShape]  # one per member; of one kind
    lengths: Tensor | None
    steps: Sequence[int]
    first_rows: Sequence[int]
    baselines: Sequence[Mapping[str, float]]  # one per member
    word_dropout: float
    group: ProcessGroup = ALONE
    augment: Augment | None = None

    def of(self, members: slice) -> "TrialData":
        """The data of some members."""
        splits = {split: rows[members] for split, rows in self.splits.items()}
        return replace(
            self,
            splits=splits,
            shapes=self.shapes[members],
            steps=self.steps[members],
            first_rows=self.first_rows[members],
            baselines=self.baselines[members],
        )

    @property
    def shape(self) -> TaskShape:
        """Of the first member. Others may differ from it in numbers, such as that of the words."""
        return self.shapes[0]

    @property
    def test_shape(self) -> tuple[int, int, int]:
        """Members, examples of the test split, targets per example (padding included)."""
        members, examples = self.splits["test"].shape
        return members, examples, self.targets.shape[1] if self.shape.outputs in PER_STEP else 1

    def examples(self, split: str, member: int) -> Tensor:
        """(examples of the split,) the row of each in the data of the member's task."""
        return self.splits[split][member] - self.first_rows[member]

    @property
    def known(self) -> list[dict[str, float]]:
        """For each member, final values that need no training: `<split>/<name>` → value.

        answers: over how many the metrics of the test split are means; padding does not count.
        """
        if "test" not in self.splits:  # tuning
            return [{} for _ in self.baselines]
        targets = self.targets[self.splits["test"]]
        there = torch.ones(targets.shape[:2]) if targets.is_floating_point() else targets != NO_TAG
        answers = there.flatten(1).sum(1).tolist()
        return [
            {"test/answers": float(count)}
            | {f"test/baseline_{name}": value for name, value in baselines.items()}
            for count, baselines in zip(answers, self.baselines, strict=True)
        ]

    def take(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Inputs and targets, (members, batch, …), without padding that all of them share."""
        if self.lengths is None:
            return _taken(self.inputs, rows), _taken(self.targets, rows)
        longest = int(_taken(self.lengths, rows).max())
        inputs, targets = _taken(self.inputs[:, :longest], rows), _taken(self.targets, rows)
        return inputs, targets[..., :longest] if self.shape.outputs in PER_STEP else targets


def load_data(
    trials: Sequence[Trial],
    study_seed: int,
    device: str,
    precision: torch.dtype,
    group: ProcessGroup = ALONE,
) -> TrialData:
    """Load the task once per replicate; members of one replicate share it."""
    settings = trials[0].variant.loop  # of one structure: all trials have the same task
    datasets = {
        replicate: load_task(
            settings.task, partial(seed_for, replicate=replicate, study_seed=study_seed)
        )
        for replicate in dict.fromkeys(trial.seed_name for trial in trials)
    }
    return arrange(trials, datasets, device, precision, group)


def arrange(
    trials: Sequence[Trial],
    datasets: Mapping[int | str, Dataset],
    device: str,
    precision: torch.dtype,
    group: ProcessGroup = ALONE,
) -> TrialData:
    """The data of some trials, from those of each replicate (`Trial.seed_name`).

    Tuning does not see the test split: nothing that it chooses can depend on it.
    """
    settings = trials[0].variant.loop
    tables = {
        id(data.inputs): data for data in datasets.values()
    }  # a fixed data set is stored once
    first_row = _first_rows(tables)
    members = [datasets[trial.seed_name] for trial in trials]
    has_words = members[0].shape.inputs == "words"
    inputs = [data.inputs for data in tables.values()]
    targets = [data.targets for data in tables.values()]
    if has_words:
        inputs = _equally_wide(inputs, PADDING_WORD)
        if members[0].shape.outputs in PER_STEP:
            targets = _equally_wide(targets, NO_TAG)
    whole = torch.cat(inputs)
    table = as_taken(settings.model, whole)
    is_tuning = trials[0].phase == "tuning"
    splits = {
        split: torch.stack([data.splits[split] + first_row[id(data.inputs)] for data in members])
        for split in members[0].splits
        if split != "test" or not is_tuning
    }
    return TrialData(
        inputs=_moved(table, device, precision),
        targets=_moved(torch.cat(targets), device, precision),
        splits={split: rows.to(device) for split, rows in splits.items()},
        shapes=[data.shape for data in members],
        lengths=sentence_lengths(table).to(device) if has_words else None,
        steps=[data.inputs.shape[1] for data in members],
        first_rows=[first_row[id(data.inputs)] for data in members],
        baselines=[{} if is_tuning else data.baselines for data in members],
        word_dropout=members[0].word_dropout,
        group=group,
        augment=augment_of(settings.task, tuple(whole.shape[1:]), has_words=has_words),
    )


def _taken(table: Tensor, rows: Tensor) -> Tensor:
    """table[rows], but 5 times faster, as it copies whole rows."""
    taken: Tensor = table.index_select(0, rows.flatten()).unflatten(0, rows.shape)
    return taken


def _moved(values: Tensor, device: str, precision: torch.dtype) -> Tensor:
    return values.to(device, precision if values.is_floating_point() else None)


def _equally_wide(tables: list[Tensor], padding: int) -> list[Tensor]:
    """Sentences of other replicates may be longer."""
    widest = max(table.shape[1] for table in tables)
    return [pad(table, (0, widest - table.shape[1]), value=padding) for table in tables]


def _first_rows(tables: Mapping[int, Dataset]) -> dict[int, int]:
    first_row, rows = {}, 0
    for key, data in tables.items():
        first_row[key] = rows
        rows += len(data.inputs)
    return first_row
