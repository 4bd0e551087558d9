"""Callbacks of Lightning, in trainings by the real library."""

import logging
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import orchestrator

pytestmark = [
    pytest.mark.slow,  # importing Lightning takes seconds
    pytest.mark.filterwarnings("ignore"),  # of its advice
]
X, Y = torch.randn(24, 6, generator=torch.Generator().manual_seed(0)), torch.arange(24) % 3


def module_of(lightning: Any, **more: Any) -> Any:
    """A module that logs a loss, an accuracy of torchmetrics, and a validation loss."""
    from torchmetrics.classification import MulticlassAccuracy

    class Net(lightning.LightningModule):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.net = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 4), nn.Linear(4, 3))
            self.accuracy = MulticlassAccuracy(3)
            self.steps = 0

        def training_step(self, batch: Any, index: int) -> dict[str, Tensor]:
            x, y = batch
            outputs = self.net(x)
            self.accuracy(outputs, y)
            self.log("train_acc", self.accuracy, on_step=True, on_epoch=True)
            loss = F.cross_entropy(outputs, y)
            self.log("train_loss", loss, on_epoch=True)
            return {"loss": loss}

        def validation_step(self, batch: Any, index: int) -> None:
            self.log("val_loss", F.cross_entropy(self.net(batch[0]), batch[1]))

        def test_step(self, batch: Any, index: int) -> None:
            self.log("test_loss", F.cross_entropy(self.net(batch[0]), batch[1]))

        def on_train_epoch_end(self) -> None:
            self.log("late", float(self.current_epoch))

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.SGD(self.parameters(), 0.5)

    torch.manual_seed(0)
    return Net()


def fit(lightning: Any, callbacks: list[Any], folder: Path, **more: Any) -> tuple[Any, Any]:
    logging.getLogger("lightning").setLevel(logging.ERROR)
    data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X, Y), batch_size=8)
    trainer = lightning.Trainer(
        accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False, callbacks=callbacks, default_root_dir=folder,
        **{"max_epochs": 3, **more},
    )  # fmt: skip
    module = module_of(lightning)
    trainer.fit(module, data, data)
    trainer.validate(module, data, verbose=False)
    trainer.test(module, data, verbose=False)
    return trainer, module


@pytest.mark.parametrize("name", ["lightning.pytorch", "pytorch_lightning"])
def test_it_probes_and_reports(name: str, tmp_path: Path) -> None:
    lightning = pytest.importorskip(name)
    from orchestrator.lightning import GradientProbe, Report

    trial = orchestrator.standalone()
    names = {"train_loss": "train/loss", "train_acc": "train/accuracy", "late": "train/late",
             "val_loss": "validation/loss", "test_loss": "test/loss"}  # fmt: skip
    probe = GradientProbe(trial, (X[:10], Y[:10]), every_epochs=2)
    _, module = fit(lightning, [probe, Report(trial, names)], tmp_path, check_val_every_n_epoch=2)
    assert set(trial.gradients["epoch"]) == {0, 2, 3}
    assert {epoch: set(found) for epoch, found in trial.reports.items()} == {
        1: {"train/loss", "train/accuracy", "train/late"},
        2: {"train/loss", "train/accuracy", "train/late", "validation/loss"},
        3: {"train/loss", "train/accuracy", "train/late", "validation/loss", "test/loss"},
    }
    assert [trial.reports[epoch]["train/late"] for epoch in (1, 2, 3)] == [0, 1, 2]
    last = orchestrator.standalone()
    last.probe(module, lambda: F.cross_entropy(module.net(X[:10]), Y[:10]), epoch=3)
    found = trial.gradients.query("epoch == 3").reset_index(drop=True)
    pd.testing.assert_frame_equal(found, last.gradients, rtol=1e-4)


def test_training_is_the_same_with_a_probe(tmp_path: Path) -> None:
    lightning = pytest.importorskip("lightning.pytorch")
    from orchestrator.lightning import GradientProbe, Report

    results = []
    for probed in (False, True):
        trial = orchestrator.standalone()
        probe = [GradientProbe(trial, (X[:10], Y[:10]))] * probed
        names = {"train_acc": "train/accuracy", "train_loss": "train/loss"}
        _, module = fit(lightning, [*probe, Report(trial, names)], tmp_path)
        results.append((trial.reports, {k: v.tolist() for k, v in module.state_dict().items()}))
    assert results[0] == results[1]


def test_a_module_that_optimizes_by_itself_needs_a_loss(tmp_path: Path) -> None:
    lightning = pytest.importorskip("lightning.pytorch")
    from orchestrator.lightning import GradientProbe

    trial, module = orchestrator.standalone(), module_of(lightning)
    module.automatic_optimization = False
    trainer = lightning.Trainer(accelerator="cpu", logger=False, default_root_dir=tmp_path)
    with pytest.raises(ValueError, match="give GradientProbe a loss"):
        GradientProbe(trial, (X, Y)).on_train_start(trainer, module)

    def loss(module: Any, batch: Any) -> Tensor:
        return F.cross_entropy(module.net(batch[0]), batch[1], reduction="none")

    GradientProbe(trial, (X, Y), loss=loss, quantities=["delta"]).on_train_start(trainer, module)
    assert list(trial.gradients["site"]) == ["net.0", "net.2", "net.3"]
