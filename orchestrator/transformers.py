"""Callbacks of Hugging Face's Trainer for a trial; needs `pip install "orch[transformers]"`.

trainer = Trainer(model, arguments, callbacks=[
    GradientProbe(trial, batch),
    Report(trial, {"loss": "train/loss", "eval_loss": "validation/loss"}),
], …)
"""

from collections.abc import Callable, Collection, Mapping
from math import ceil
from typing import Any

from torch import Tensor
from transformers import TrainerCallback

from orchestrator.own_trials.running import RunningTrial

Loss = Callable[[Any, Any], Tensor]  # (model, batch) → one value per example, or their mean
ROUNDING = 1e-6  # of an epoch, which Trainer counts in steps


class GradientProbe(TrainerCallback):  # type: ignore[misc]  # mypy does not follow transformers
    """Probes the gradients of the model before training, every few epochs, and at the end.

    batch: training examples as the model takes them, name → tensor, the same at every probe.
    loss: of the model for the batch; left out, `model(**batch).loss`, the mean over the batch.
    quantities: as of `trial.probe`.
    """

    def __init__(
        self,
        trial: RunningTrial,
        batch: Mapping[str, Tensor],
        *,
        every_epochs: int = 1,
        loss: Loss | None = None,
        quantities: Collection[str] | None = None,
    ) -> None:
        self.trial, self.batch, self.every_epochs = trial, batch, every_epochs
        self.loss, self.quantities = loss or _own_loss, quantities
        self.last = -1  # epoch that was probed

    def on_train_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        if state.global_step == 0:
            self._probe(more["model"], 0)

    def on_epoch_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        epoch = _epoch(state)
        if epoch % self.every_epochs == 0:
            self._probe(more["model"], epoch)

    def on_train_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        if _epoch(state) > self.last:
            self._probe(more["model"], _epoch(state))

    def _probe(self, model: Any, epoch: int) -> None:
        batch = {name: value.to(model.device) for name, value in self.batch.items()}
        self.trial.probe(
            model, lambda: self.loss(model, batch), epoch=epoch, quantities=self.quantities
        )
        self.last = epoch


def _own_loss(model: Any, batch: Mapping[str, Tensor]) -> Tensor:
    loss: Tensor = model(**batch).loss
    return loss


def _epoch(state: Any) -> int:
    """The epoch that has ended, or is under way; 0 before training."""
    return ceil((state.epoch or 0.0) - ROUNDING)


class Report(TrainerCallback):  # type: ignore[misc]  # mypy does not follow transformers
    """Reports what the Trainer logs: the last value of an epoch, when the epoch is over.

    metrics: name in the Trainer's logs → declared metric, `"eval_loss": "validation/loss"`.
    """

    def __init__(self, trial: RunningTrial, metrics: Mapping[str, str]) -> None:
        self.trial, self.metrics = trial, dict(metrics)
        self.waiting: dict[int, dict[str, float]] = {}  # epoch → declared metric → value
        self.reported: set[tuple[int, str]] = set()
        self.is_training = False

    def on_train_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self.is_training = True

    def on_log(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        epoch, logs = _epoch(state), more["logs"]
        known = {declared: logs[name] for name, declared in self.metrics.items() if name in logs}
        self.waiting.setdefault(epoch, {}).update(known)
        if not self.is_training:
            self._report()

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self._report()

    def on_train_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self.is_training = False
        self._report()

    def _report(self) -> None:
        """What was logged since the last call; a second evaluation of an epoch says the same."""
        waiting, self.waiting = self.waiting, {}
        for epoch, logged in waiting.items():
            new = {k: v for k, v in logged.items() if (epoch, k) not in self.reported}
            self.reported |= {(epoch, name) for name in new}
            if new:
                self.trial.report(new, epoch=epoch)
