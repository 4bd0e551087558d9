"""Callbacks of Hugging Face's Trainer, in trainings by the real library."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

import orchestrator

pytestmark = [
    pytest.mark.slow,  # importing transformers takes seconds
    pytest.mark.filterwarnings("ignore"),  # of its advice
]
DRAW = torch.Generator().manual_seed(0)
WORDS = torch.randint(1, 30, (24, 7), generator=DRAW)
EXAMPLES = [{"input_ids": row, "labels": int(row[0]) % 2} for row in WORDS]
BATCH = {"input_ids": WORDS[:6], "labels": WORDS[:6, 0] % 2}


def trained(callbacks: list[Any], folder: Path) -> Any:
    """A small BERT, and the Trainer that trained it for two epochs and evaluated it once more."""
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    model = transformers.BertForSequenceClassification(
        transformers.BertConfig(
            vocab_size=30, hidden_size=8, num_hidden_layers=2, num_attention_heads=2,
            intermediate_size=16, max_position_embeddings=8,
        )
    )  # fmt: skip
    arguments = transformers.TrainingArguments(
        str(folder), num_train_epochs=2, per_device_train_batch_size=8, use_cpu=True,
        report_to=[], save_strategy="no", disable_tqdm=True, logging_steps=1,
        eval_strategy="epoch", learning_rate=0.01, seed=1,
    )  # fmt: skip
    trainer = transformers.Trainer(
        model, arguments, train_dataset=EXAMPLES, eval_dataset=EXAMPLES, callbacks=callbacks
    )
    trainer.train()
    trainer.evaluate()
    trainer.evaluate(EXAMPLES[:4], metric_key_prefix="test")
    return trainer


def test_it_probes_and_reports(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    from orchestrator.transformers import GradientProbe, Report

    trial = orchestrator.standalone()
    names = {"loss": "train/loss", "eval_loss": "validation/loss", "test_loss": "test/loss"}
    trainer = trained([GradientProbe(trial, BATCH), Report(trial, names)], tmp_path)
    assert set(trial.gradients["epoch"]) == {0, 1, 2}
    assert {epoch: set(found) for epoch, found in trial.reports.items()} == {
        1: {"train/loss", "validation/loss"},
        2: {"train/loss", "validation/loss", "test/loss"},
    }
    logged = [e["loss"] for e in trainer.state.log_history if e.get("epoch") == 2 and "loss" in e]
    assert trial.reports[2]["train/loss"] == logged[-1]
    depth = trial.gradients.query("quantity == 'delta' and epoch == 0")
    assert list(depth["position"]) == list(range(1, 2 * 6 + 3))  # 6 a layer, pooler, classifier
    assert depth["site"].iloc[-1] == "classifier"
    assert (depth["value"] > 0).all()


def test_training_is_the_same_with_a_probe(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    from orchestrator.transformers import GradientProbe, Report

    results = []
    for probed in (False, True):
        trial = orchestrator.standalone()
        probe = [GradientProbe(trial, BATCH, every_epochs=2, quantities=["delta"])] * probed
        trained([*probe, Report(trial, {"loss": "train/loss"})], tmp_path)
        results.append(trial.reports)
        epochs = pd.Series(trial.gradients["epoch"])
        assert set(epochs) == ({0, 2} if probed else set())
    assert results[0] == results[1]
