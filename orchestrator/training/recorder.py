"""Collects what happens to the members of a pack and turns it into table columns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from time import perf_counter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from orchestrator.plan.records import Pack, Trial
from orchestrator.study.settings import KEEP, Keep
from orchestrator.training.data import TrialData
from orchestrator.training.kept.predictions import Kept, columns_of
from orchestrator.training.kept.weights import KeptWeights, to_file
from orchestrator.training.reading import Reading
from orchestrator.training.records import (
    ANSWER_COLUMNS,
    GRADIENT_LABELS,
    Columns,
    PackRows,
    by_column,
)
from orchestrator.training.stacking.members import Members
from orchestrator.training.trial_row import Execution, Outcome, trial_row


@dataclass
class _Table:
    """A long table under construction: blocks of one row per member, with the labels they share."""

    trial_ids: NDArray[np.str_]
    blocks: list[tuple[NDArray[np.intp], Mapping[str, Any], NDArray[np.float64]]] = field(
        default_factory=list
    )

    def add(self, values: Tensor, wanted: NDArray[np.bool_], **labels: Any) -> None:
        """values: (members,); only finite ones of wanted members become rows."""
        numbers = values.to("cpu", torch.float64).numpy()
        members = np.flatnonzero(wanted & np.isfinite(numbers))
        self.blocks.append((members, labels, numbers[members]))

    def columns(self, names: Iterable[str]) -> Columns:
        """The named labels and `value`, one entry per row."""
        members, lengths, values = self._joined()
        labels = {
            name: np.repeat([block[1][name] for block in self.blocks], lengths) for name in names
        }
        return {"trial_id": self.trial_ids[members], **labels, "value": values}

    def state(self) -> dict[str, Any]:
        """What `restore` takes, in plain values and tensors."""
        members, lengths, values = self._joined()
        return {
            "members": torch.from_numpy(members),
            "lengths": lengths,
            "labels": [dict(labels) for _, labels, _ in self.blocks],
            "values": torch.from_numpy(values),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        ends = np.cumsum([0, *state["lengths"]])
        parts = [slice(*each) for each in pairwise(ends)]
        members, values = state["members"].numpy(), state["values"].numpy()
        self.blocks = [
            (members[part], labels, values[part])
            for part, labels in zip(parts, state["labels"], strict=True)
        ]

    def _joined(self) -> tuple[NDArray[np.intp], list[int], NDArray[np.float64]]:
        """Members and values of all blocks, and the length of each block."""
        members = np.concatenate([np.empty(0, dtype=np.intp), *(b[0] for b in self.blocks)])
        values = np.concatenate([np.empty(0), *(b[2] for b in self.blocks)])
        return members, [len(block[0]) for block in self.blocks], values


class Recorder:
    """Records what happens to some trials of a pack that train together.

    known: for each member, `<split>/<name>` → a final that needs no training (`TrialData.known`).
    keep: what is kept besides metrics and gradients.
    active: (members,) of bool, False from the epoch in which a member diverged or stopped early.
    """

    def __init__(
        self,
        pack: Pack,
        trials: Sequence[Trial],
        known: Sequence[Mapping[str, float]],
        keep: Keep = KEEP,
    ) -> None:
        self.pack, self.trials, self.known, self.keep = pack, trials, known, keep
        self.started_at = datetime.now(UTC)
        self.started = perf_counter()
        self.active = np.ones(len(trials), dtype=bool)
        self.diverged_in: dict[int, int] = {}  # member → epoch
        self.stopped_in: dict[int, int] = {}  # member → epoch
        self.final_epoch: dict[int, int] = {}  # member → epoch that counts, as far as is known
        self.history: dict[int, dict[str, NDArray[np.float64]]] = {}  # by epoch measured
        self.answers: dict[int, list[dict[str, Any]]] = {}  # by member, of the epoch that counts
        self.predictions: dict[int, Kept] = {}  # by member, of the epoch that counts
        self.weights = KeptWeights()
        ids = np.array([trial.trial_id for trial in trials])
        self.metrics, self.gradients = _Table(ids), _Table(ids)

    def diverged(self, members: Tensor, epoch: int) -> bool:
        """Mark members, (members,) of bool, whose numbers are not finite; True if any is new."""
        new = members.cpu().numpy() & self.active
        self.diverged_in.update(dict.fromkeys(np.flatnonzero(new).tolist(), epoch))
        self.active &= ~new
        return bool(new.any())

    def stopped(self, members: Tensor, epoch: int) -> bool:
        """Mark members, (members,) of bool, that stop early; True if any is new."""
        new = members.numpy() & self.active
        self.stopped_in.update(dict.fromkeys(np.flatnonzero(new).tolist(), epoch))
        self.active &= ~new
        return bool(new.any())

    def measured(self, epoch: int, step: int, metrics: Mapping[tuple[str, str], Tensor]) -> None:
        """metrics: (split, metric) → (members,)."""
        self.history[epoch] = {}
        for (split, metric), values in metrics.items():
            labels = {"epoch": epoch, "step": step, "split": split, "metric": metric}
            self.metrics.add(values, self.active, **labels)
            self.history[epoch][f"{split}/{metric}"] = values.to("cpu", torch.float64).numpy()

    def means(self) -> dict[str, float]:
        """`<split>/<metric>` → mean over the active members, as last measured."""
        if not self.history or not self.active.any():
            return {}
        last = self.history[next(reversed(self.history))]
        return {name: float(values[self.active].mean()) for name, values in last.items()}

    def counted(self, epoch: int, members: Tensor) -> None:
        """Mark members, (members,) of bool, whose result is this epoch unless a later one is."""
        counting = np.flatnonzero(members.numpy() & self.active).tolist()
        self.final_epoch.update(dict.fromkeys(counting, epoch))

    def answered(self, epoch: int, rows: Mapping[int, list[dict[str, Any]]]) -> None:
        """rows: `TestAnswers.rows` of the members whose result may be this epoch."""
        self.answers |= {
            member: [{"epoch": epoch, **row} for row in own]
            for member, own in rows.items()
            if self.active[member]
        }

    def predicted(self, found: Mapping[int, Kept]) -> None:
        """found: `Predictions.of` the members whose result may be this epoch."""
        self.predictions |= {member: own for member, own in found.items() if self.active[member]}

    def best_so_far(self, epoch: int, members: Members, best: Tensor) -> None:
        """best: whose validation loss is lowest in this epoch, (members,) of bool."""
        if self.keep.weights == "best":
            self.weights.take(members, best & torch.from_numpy(self.active), epoch)

    def ended(self, members: Members) -> None:
        """Training has ended; members that stopped earlier are as they were then."""
        if self.keep.weights == "last":
            epochs = self.trials[0].variant.loop.training.epochs
            self.weights.take(members, torch.ones(len(self.trials), dtype=torch.bool), epochs)

    def probed(
        self, epoch: int, step: int, readings: Iterable[Reading], members: NDArray[np.bool_]
    ) -> None:
        """members: those whose readings are recorded, (members,) of bool."""
        for reading in readings:
            self.gradients.add(
                reading.values,
                members,
                epoch=epoch,
                step=step,
                axis=reading.axis,
                site=reading.site,
                position=reading.position,
                quantity=reading.quantity,
            )

    def rows(self, *, execution: str, device: str, threads: int) -> PackRows:
        """The tables of these trials."""
        wall_s = (perf_counter() - self.started) / len(self.trials)
        how = Execution(execution, device, threads, wall_s, self.started_at)
        trials = [
            trial_row(self.pack, trial, self._outcome(member, trial), how)
            for member, trial in enumerate(self.trials)
        ]
        return PackRows(
            trials=by_column(trials),
            metrics=self.metrics.columns(("epoch", "step", "split", "metric")),
            gradients=self.gradients.columns(GRADIENT_LABELS),
            answers=self._answer_columns(),
        )

    def state(self) -> dict[str, Any]:
        """What `restore` takes, in plain values and tensors; after the first epoch at least."""
        return {
            "started_at": self.started_at.isoformat(),
            "elapsed_s": perf_counter() - self.started,
            "active": torch.from_numpy(self.active.copy()),
            "diverged_in": dict(self.diverged_in),
            "stopped_in": dict(self.stopped_in),
            "final_epoch": dict(self.final_epoch),
            "epochs": list(self.history),
            "history": {
                name: torch.from_numpy(np.stack([epoch[name] for epoch in self.history.values()]))
                for name in self.history[0]
            },
            "answers": self.answers,
            "predictions": {m: dict(own) for m, own in self.predictions.items()},
            "weights": self.weights.state(),
            "metrics": self.metrics.state(),
            "gradients": self.gradients.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue where another recorder of the same trials stopped."""
        self.started_at = datetime.fromisoformat(state["started_at"])
        self.started = perf_counter() - state["elapsed_s"]
        self.active = state["active"].numpy()
        self.diverged_in, self.stopped_in = state["diverged_in"], state["stopped_in"]
        self.final_epoch = state["final_epoch"]
        names, epochs = state["history"], zip(*state["history"].values(), strict=True)
        self.history = {
            number: {name: values.numpy() for name, values in zip(names, epoch, strict=True)}
            for number, epoch in zip(state["epochs"], epochs, strict=True)
        }
        self.answers = state["answers"] if self.keep.answers == "on" else {}
        self.predictions = state["predictions"]
        self.weights.restore(state["weights"])
        self.metrics.restore(state["metrics"])
        self.gradients.restore(state["gradients"])

    def _answer_columns(self) -> Columns:
        """Of completed trials only: a diverged one has no final metrics."""
        rows = [
            {"trial_id": self.trials[member].trial_id, **row}
            for member, own in sorted(self.answers.items())
            if member not in self.diverged_in
            for row in own
        ]
        return {name: [row[name] for row in rows] for name in ANSWER_COLUMNS}

    def weight_files(self, members: Members) -> dict[str, bytes]:
        """Trial id → safetensors file, of completed replicates: nobody asks for tuning trials.

        members: those that were trained, or built like them.
        """
        return {
            trial.trial_id: to_file(
                self.weights.of(members, member),
                {
                    "trial_id": trial.trial_id,
                    "study": self.pack.study,
                    "variant": trial.variant.label,
                    "replicate": str(trial.replicate),
                    "epoch": str(min(epoch, self.stopped_in.get(member, epoch))),
                },
            )
            for member, epoch in sorted(self.weights.epochs.items())
            if member not in self.diverged_in
            and (trial := self.trials[member]).phase == "replication"
        }

    def prediction_tables(self, data: TrialData) -> dict[str, Columns]:
        """Trial id → its table, of completed trials. data: that the members were trained on."""
        split = self.keep.predictions
        return {
            trial_id: columns_of(own, trial_id, split, data.examples(split, member), data.shape)
            for member, own in sorted(self.predictions.items())
            if member not in self.diverged_in
            for trial_id in [self.trials[member].trial_id]
        }

    def _outcome(self, member: int, trial: Trial) -> Outcome:
        known = self.known[member]
        if member in self.diverged_in:
            epoch = self.diverged_in[member]
            error = f"loss was not finite in epoch {epoch}"
            final: dict[str, float | None] = dict.fromkeys(self.history[0])
            return Outcome("diverged", error, max(epoch - 1, 0), final={**final, **known})
        done = self.stopped_in.get(member, trial.variant.loop.training.epochs)
        counts = self.final_epoch[member]
        final = {name: _known(values[member]) for name, values in self.history[counts].items()}
        return Outcome("completed", None, done, counts, {**final, **known})


def _known(value: np.float64) -> float | None:
    """None for a metric without a value."""
    return float(value) if np.isfinite(value) else None
