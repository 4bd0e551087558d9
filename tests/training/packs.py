"""Packs made by hand, for tests of training."""

from collections.abc import Sequence
from typing import Any

from orchestrator.models.settings import MLP, Digits, Init, ModelSettings, TaskSettings
from orchestrator.plan.records import Pack, Trial
from orchestrator.study.parts.classes import with_parts
from orchestrator.study.probes import Probes
from orchestrator.study.records import LoopSettings, Variant
from orchestrator.study.settings import Training

SMALL_DIGITS = Digits(train_examples=100, validation_examples=40, test_examples=40)


def variant(
    label: str = "v",
    *,
    task: TaskSettings = SMALL_DIGITS,
    model: ModelSettings | None = None,
    probes: Probes | None = None,
    **training: Any,
) -> Variant:
    given = {"epochs": 2, **training}
    own = with_parts(Training, "training", given).model_validate(given)
    assert isinstance(own, Training)
    settings = LoopSettings(
        task=task,
        model=model or MLP(depth=2, width=12),
        training=own,
        probes=probes or Probes(every_epochs=1, examples=20),
    )
    return Variant(variant_id=label, label=label, levels={}, settings=settings)


def pack(variants: Sequence[Variant], replicates: int = 2, seed: int = 0) -> Pack:
    trials = tuple(
        Trial(f"{variant.label}-{replicate}", variant, replicate)
        for variant in variants
        for replicate in range(replicates)
    )
    return Pack("pack", trials, study="test", study_seed=seed, code_digest="0" * 16)


def normal(scale: float, bias: float = 0.0) -> Init:
    return Init(scheme="normal", scale=scale, bias=bias)
