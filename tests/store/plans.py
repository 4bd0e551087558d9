"""Plan documents and rows of a few made-up trials."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from orchestrator.plan_document import (
    SCHEMA_VERSION,
    Compare,
    Identity,
    Level,
    Metric,
    PlanDocument,
    TuningPoint,
    Variant,
)
from orchestrator.training.records import PackRows
from tests.execution.doubles import train
from tests.execution.listening import pack_of

ACTIVATION = "model.activation"
GIT = {"git_commit": None, "git_dirty": None}


def variant_of(
    name: str,
    trials: Sequence[str | None],
    tuning: Sequence[TuningPoint] = (),
    levels: Mapping[str, Level] | None = None,
) -> Variant:
    """levels: the activation of this name, unless others are given."""
    return Variant(
        variant_id=f"id of {name}",
        label=name,
        baseline=None,
        levels={ACTIVATION: name} if levels is None else levels,
        settings={},
        trials=tuple(trials),
        tuning=tuple(tuning),
        selected=(),
    )


def document_of(
    *variants: Variant,
    study: str = "demo",
    factors: Mapping[str, tuple[Level, ...]] | None = None,
) -> PlanDocument:
    return PlanDocument(
        schema_version=SCHEMA_VERSION,
        study=study,
        question="Which activation?",
        seed=0,
        replicates=2,
        design="factorial",
        center={},
        factors=factors or {ACTIVATION: ("tanh", "relu")},
        fixed={"task.name": "digits"},
        compare=Compare("test/accuracy", "maximize", "share", {}, None),
        tune=None,
        metrics={"accuracy": Metric("maximize", "share", "share of examples")},
        solved=None,
        excluded=(),
        identity=Identity(1, {}, {}),
        tasks=(),
        variants=variants,
        packs=(),
        resources={"cpus": 1},
    )


def rows_of(*names: str, **changes: Any) -> PackRows:
    """Rows of a pack with these trials; `changes` replace columns of its trials."""
    rows = train(pack_of(*names))
    columns = {name: [value] * len(names) for name, value in (GIT | changes).items()}
    return replace(rows, trials={**rows.trials, **columns})
