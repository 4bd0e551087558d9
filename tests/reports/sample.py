"""Writes the folder of a study as `orch run` does, from simulated numbers, in any state of ruin."""

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from orchestrator.gradient_metrics import FACTOR, GRADIENT_METRICS
from orchestrator.plan_document import Level, PlanDocument
from orchestrator.reports.analysis import Analysis
from orchestrator.reports.data.read import Tables
from orchestrator.reports.figures.records import Figure
from orchestrator.reports.statistics.outcomes.budgets import EARLY_STOPPING
from tests.reports.simulated import (
    PER_LAYER,
    PER_STEP,
    STEPS,
    Row,
    curve,
    layer_gradients,
    time_gradients,
    with_solved,
)

Levels = Mapping[str, Level]  # by factor
Factors = Mapping[str, Sequence[Level]]
FACTORS: Factors = {
    "model.activation": ["sigmoid", "tanh", "relu", "softplus"],
    "model.depth": [1, 2, 4, 8],
    "model.init.scale": [0.5, 1.0, 2.0],
}
Trial = tuple[dict[str, Any] | None, list[Row], list[Row]]  # its row, metrics and gradients
Fates = dict[tuple[str, int], str]  # (label, replicate) → completed | diverged | failed | missing
Drawn = tuple[Tables, Analysis, dict[str, Figure]]
FINAL = [
    f"final.{split}/{metric}"
    for split in ("train", "validation", "test")
    for metric in ("accuracy", "loss")
]
METRICS = ["epoch", "step", "split", "metric", "value"]
GRADIENTS = ["epoch", "step", "axis", "site", "position", "quantity", "value"]
LOSS = {
    "direction": "minimize",
    "unit": "nat",
    "meaning": "mean over examples of the training loss",
}
ACCURACY = {
    "direction": "maximize",
    "unit": "share",
    "meaning": "share of examples whose class is predicted",
}


SOLVED = {
    "direction": "maximize",
    "unit": "share",
    "meaning": "share of trials that have solved the task",
}
TASK = {"accuracy": ACCURACY, "loss": LOSS}


@dataclass(frozen=True)
class Sample:
    """What to simulate. `fate(variant, replicate)` → completed | diverged | failed | missing.

    A study of `model.cell` is one of recurrent networks.
    """

    study: str = "vanishing_gradient"
    question: str = "Which hidden activation lets the first layer of a deep network learn?"
    factors: Factors = field(default_factory=lambda: FACTORS)
    baseline: Levels = field(default_factory=lambda: {"model.activation": "sigmoid"})
    metric: str = "accuracy"  # of the test split; or gradient/…
    replicates: int = 10
    epochs: int = 20
    probes: bool = True
    smallest_difference: float | None = 0.005
    task_baseline: float | None = 0.1  # accuracy without looking at the input
    threshold: float | None = None  # accuracy that solves the task, if it can be solved
    fates: Mapping[tuple[str, int], str] = field(default_factory=dict)  # (label, replicate)
    every_fate: str = "completed"
    error: str = "loss was not finite in epoch 3"
    design: str = "factorial"
    center: Levels = field(default_factory=dict)
    listed: Mapping[str, Levels] = field(default_factory=dict)  # label → levels
    partners: Mapping[str, str] = field(default_factory=dict)  # label → that of the baseline
    text: str = "study: vanishing_gradient\ntask: {name: digits}\n"

    def variants(self) -> Iterator[tuple[str, Levels]]:
        """Labels and levels: those listed, else every combination."""
        if self.listed:
            yield from self.listed.items()
            return
        for combination in itertools.product(*self.factors.values()):
            levels = dict(zip(self.factors, combination, strict=True))
            yield label(levels), levels

    def fate(self, label: str, replicate: int) -> str:
        return self.fates.get((label, replicate), self.every_fate)


def label(levels: Levels) -> str:
    return " ".join(f"{path.split('.')[-1]}={level}" for path, level in levels.items()) or "only"


def write(folder: Path, sample: Sample) -> Path:
    """Writes `<folder>/<study>/` and returns it."""
    target = folder / sample.study
    target.mkdir(parents=True, exist_ok=True)
    plan = plan_document(sample)
    (target / "plan.json").write_text(json.dumps(plan))
    (target / "study.yaml").write_text(sample.text)
    (target / "events.jsonl").write_text("".join(json.dumps(e) + "\n" for e in events(plan)))
    trials, metrics, gradients = zip(*_rows(sample, plan), strict=True)
    columns = None if any(trials) else ["trial_id", "variant_id", "phase", "replicate", "status"]
    found = pd.DataFrame([row for row in trials if row], columns=columns)
    found.to_parquet(target / "trials.parquet")
    _long(target / "metrics.parquet", metrics, METRICS)
    if sample.probes:
        _long(target / "gradients.parquet", gradients, GRADIENTS)
    return target


def write_small(folder: Path) -> Path:
    """Two activations, two depths, seven replicates."""
    factors: Factors = {"model.activation": ["sigmoid", "tanh"], "model.depth": [1, 3]}
    return write(folder, Sample(study="small", factors=factors, replicates=7))


def early_stopped(tables: Tables, epochs: Sequence[float], patience: int | None = 2) -> Tables:
    """The same study, whose trials stopped after these epochs."""
    fixed = {**tables.plan.fixed, EARLY_STOPPING: patience}
    plan = replace(tables.plan, fixed=fixed)
    return replace(tables, plan=plan, trials=tables.trials.assign(epochs_done=epochs))


def _long(path: Path, blocks: Iterable[list[Row]], columns: list[str]) -> None:
    rows = [row for block in blocks for row in block]
    pd.DataFrame(rows, columns=["trial_id", *columns]).to_parquet(path)


def plan_document(sample: Sample) -> dict[str, Any]:
    return {
        "schema_version": 2,
        "study": sample.study,
        "question": sample.question,
        "seed": 0,
        "replicates": sample.replicates,
        "git": {"commit": "0123456789abcdef0123456789abcdef01234567", "dirty": True},
        "design": sample.design,
        "center": dict(sample.center),
        "factors": sample.factors,
        "fixed": {
            "task.name": "digits",
            "model.name": "recurrent" if "model.cell" in sample.factors else "mlp",
            **({} if "model.activation" in sample.factors else {"model.activation": "tanh"}),
            "model.width": 30,
            "training.optimizer": "sgd",
            "training.learning_rate": 0.1,
            "training.epochs": sample.epochs,
            "probes.every_epochs": 5,
        },
        "compare": {
            **_compared(sample.metric),
            "baseline": dict(sample.baseline),
            "smallest_difference": sample.smallest_difference,
        },
        "tune": None,
        "metrics": TASK | ({"solved": SOLVED} if sample.threshold else {}),
        "solved": {"metric": "accuracy", "threshold": sample.threshold}
        if sample.threshold
        else None,
        "excluded": [],
        "tasks": [],
        "identity": {"schema_version": 1, "data": {"digits": "ab12"}, "code": {"models.mlp": "cd"}},
        "variants": [_variant(sample, name, levels) for name, levels in sample.variants()],
        "packs": [],
        "resources": {"cpus": 1, "gpus": 0},
    }


def _compared(metric: str) -> dict[str, str]:
    if metric in GRADIENT_METRICS:
        return {"metric": metric, "direction": "maximize", "unit": FACTOR}
    return {"metric": f"test/{metric}", **{k: TASK[metric][k] for k in ("direction", "unit")}}


def parse_plan(document: Mapping[str, Any]) -> PlanDocument:
    return PlanDocument.from_json(json.dumps(document).encode())


def _variant(sample: Sample, name: str, levels: Levels) -> dict[str, Any]:
    baseline = sample.partners.get(name) or label({**levels, **sample.baseline})
    return {
        "variant_id": _id(name),
        "variant": name,
        "baseline": _id(baseline),
        "levels": dict(levels),
        "settings": dict(levels),
        "trials": [
            hashlib.sha256(f"{name}/{r}".encode()).hexdigest()[:16]
            for r in range(sample.replicates)
        ],
        "tuning": [],
        "selected": [],
    }


def _id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:8]


def events(plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    machine = {
        "orch": "0.1.0", "python": "3.11.4", "torch": "2.13.0", "ray": "2.60.0",
        "platform": "Linux-6.1-x86_64", "cpus": 2, "gpus": 0, "workers": 2, "executor": "ray_tune",
    }  # fmt: skip
    trials = sum(len(variant["trials"]) for variant in plan["variants"])
    start = {"at": "2026-05-04T09:30:00+00:00", "event": "study_started", **machine}
    end = {"at": "2026-05-04T09:31:07+00:00", "event": "study_finished", "wall_s": 67.2}
    counts = {"completed": trials, "diverged": 0, "failed": 0}
    return [{**start, "trials": trials, "new": trials, "done": 0}, {**end, **counts}]


def _rows(sample: Sample, plan: Mapping[str, Any]) -> Iterator[Trial]:
    for variant in plan["variants"]:
        for replicate, trial in enumerate(variant["trials"]):
            fate = sample.fate(variant["variant"], replicate)
            yield _trial(sample, variant, replicate, trial, fate)


def _trial(
    sample: Sample, variant: Mapping[str, Any], replicate: int, trial: str, fate: str
) -> Trial:
    rng = np.random.default_rng([replicate, int(variant["variant_id"], 16)])
    levels = variant["levels"]
    activation, depth = levels.get("model.activation", "tanh"), levels.get("model.depth", 2)
    depth = depth if isinstance(depth, int) else 2
    scale = levels.get("model.init.scale", 1.0)
    factor = PER_LAYER.get(activation, 0.6) * (scale if isinstance(scale, float) else 1.0) ** 0.8
    last = {"completed": sample.epochs, "diverged": 2}.get(fate, -1)
    cell = levels.get("model.cell")
    signal = PER_STEP[cell] ** STEPS if cell else factor ** (depth - 1)
    values = with_solved(curve(rng, signal, sample.epochs), sample.threshold)
    metrics = [row for row in values if row[0] <= last]
    probed = (
        time_gradients(rng, cell, bool(levels.get("model.bidirectional")), sample.epochs)
        if cell
        else layer_gradients(rng, factor, depth, sample.epochs, scale)
    )
    gradients = [row for row in probed if row[0] <= last]
    final = {f"final.{row[2]}/{row[3]}": row[4] for row in metrics if row[0] == sample.epochs}
    row = {
        "trial_id": trial, "study": sample.study, "variant_id": variant["variant_id"],
        "variant": variant["variant"], "phase": "replication", "replicate": replicate,
        "status": fate, "error": None if fate == "completed" else sample.error,
        **{f"factor.{path}": str(level) for path, level in levels.items()},
        **{name: final.get(name) for name in (*FINAL, *_more_finals(sample))},
        **_baseline(sample, fate),
        "epochs_done": max(last, 0),
        "final_epoch": last if fate == "completed" else None,
        "wall_s": 0.12, "pack_id": "0f" * 8, "execution": "stacked",
        "device": "cpu", "threads": 1, "code_digest": "cd" * 8, "git_commit": None,
        "git_dirty": None, "started_at": "2026-05-04T09:30:02+00:00", "schema_version": 1,
    }  # fmt: skip
    metrics, gradients = ([(trial, *row) for row in table] for table in (metrics, gradients))
    return (None if fate == "missing" else row), metrics, gradients


def _more_finals(sample: Sample) -> list[str]:
    splits = ("train", "validation", "test") if sample.threshold else ()
    return [f"final.{split}/solved" for split in splits]


def _baseline(sample: Sample, fate: str) -> dict[str, float | None]:
    if sample.task_baseline is None:
        return {}
    known = fate in ("completed", "diverged")
    return {
        "final.test/baseline_accuracy": sample.task_baseline if known else None,
        "final.test/answers": 360.0 if known else None,
    }
