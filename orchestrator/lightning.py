"""Callbacks of Lightning for a trial whose training it does; needs `pip install "orch[lightning]"`.

trainer = Trainer(callbacks=[
    GradientProbe(trial, batch),
    Report(trial, {"train_loss": "train/loss", "val_acc": "validation/accuracy"}),
])
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from torch import Tensor, nn
from torchmetrics import Metric

from orchestrator.own_trials.running import RunningTrial

try:
    from lightning.pytorch import Callback
except ModuleNotFoundError:  # the same library under its older name
    from pytorch_lightning import Callback

Loss = Callable[[Any, Any], Tensor]  # (module, batch) → one value per example, or their mean


class GradientProbe(Callback):  # type: ignore[misc]  # mypy does not follow lightning
    """Probes the gradients of a module before training, every few epochs, and at the end.

    batch: training examples as `training_step` takes them, the same at every probe.
    loss: of the module for the batch; left out, what `training_step` returns, with its logging and
        its metrics left as they were.
    quantities: as of `trial.probe`.
    """

    def __init__(
        self,
        trial: RunningTrial,
        batch: Any,
        *,
        every_epochs: int = 1,
        loss: Loss | None = None,
        quantities: Collection[str] | None = None,
    ) -> None:
        self.trial, self.batch, self.every_epochs = trial, batch, every_epochs
        self.loss, self.quantities = loss, quantities
        self.last = -1  # epoch that was probed

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        if trainer.global_step == 0:
            self._probe(trainer, pl_module, 0)

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        epoch = trainer.current_epoch + 1
        if epoch % self.every_epochs == 0:
            self._probe(trainer, pl_module, epoch)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        if trainer.current_epoch > self.last:
            self._probe(trainer, pl_module, trainer.current_epoch)

    def _probe(self, trainer: Any, module: Any, epoch: int) -> None:
        """Raises ValueError for a module that optimizes by itself in `training_step`."""
        if self.loss is None and not module.automatic_optimization:
            raise ValueError(
                "training_step of this module optimizes by itself, which a probe must not: give "
                "GradientProbe a loss, a function of the module and the batch"
            )
        batch = trainer.strategy.batch_to_device(self.batch)

        def loss() -> Tensor:
            with _unrecorded(module), trainer.precision_plugin.train_step_context():
                return _loss(self.loss or _training_step, module, batch)

        self.trial.probe(module, loss, epoch=epoch, quantities=self.quantities)
        self.last = epoch


def _training_step(module: Any, batch: Any) -> Any:
    return module.training_step(batch, 0)


def _loss(function: Callable[[Any, Any], Any], module: Any, batch: Any) -> Tensor:
    found = function(module, batch)
    loss: Tensor = found["loss"] if isinstance(found, Mapping) else found
    return loss


@contextmanager
def _unrecorded(module: nn.Module) -> Iterator[None]:
    """Nothing is logged, and metrics of torchmetrics are afterwards as they were."""
    kept = [
        (metric, {name: deepcopy(value) for name, value in metric.__getstate__().items()
                  if name != "_modules"})
        for metric in module.modules()
        if isinstance(metric, Metric)
    ]  # fmt: skip
    silenced = ("log", "log_dict")
    for name in silenced:
        setattr(module, name, lambda *_, **__: None)
    try:
        yield
    finally:
        for name in silenced:
            delattr(module, name)
        for metric, state in kept:
            metric.__dict__.update(state)


class Report(Callback):  # type: ignore[misc]  # mypy does not follow lightning
    """Reports what a module logs: after every epoch of `fit`, and after `validate` and `test`.

    metrics: name in `trainer.callback_metrics` → declared metric, "val_loss": "validation/loss".
    """

    def __init__(self, trial: RunningTrial, metrics: Mapping[str, str]) -> None:
        self.trial, self.metrics = trial, dict(metrics)
        self.seen: dict[str, Tensor] = {}  # of the last epoch
        self.reported: set[tuple[int, str]] = set()

    def on_train_epoch_start(self, trainer: Any, pl_module: Any) -> None:
        # of the epoch before: only now its module has logged all
        if trainer.current_epoch > 0:
            self._report(trainer)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        self._report(trainer)

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        if not trainer.sanity_checking and trainer.state.fn == "validate":
            self._report(trainer)

    def on_test_end(self, trainer: Any, pl_module: Any) -> None:
        self._report(trainer)

    def _report(self, trainer: Any) -> None:
        """What was logged since the last call."""
        epoch, logged = trainer.current_epoch, trainer.callback_metrics
        new = {
            name: logged[name]
            for name in self.metrics
            if name in logged and logged[name] is not self.seen.get(name)
        }
        self.seen.update(new)
        values = {self.metrics[name]: value for name, value in new.items()}
        values = {k: v for k, v in values.items() if (epoch, k) not in self.reported}
        self.reported |= {(epoch, name) for name in values}
        if values:
            self.trial.report(values, epoch=epoch)
