"""Large studies: planning, resuming, the tables and a query, in seconds and peak memory.

    python -m benchmarks.bench_scale [--trials 100 1000 10000 100000] [--gradient-rows 10000000]

A store is filled with rows made up, in packs of 50 trials, and `orch` is asked what it has to do:
plan_s without a store, resume_s with all trials in it, compact_s for the three tables, query_s for
the docs' mean per layer in pandas; each in a process of its own, whose peak memory is measured. The
report is timed where a study has no more than 1,000 trials.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from orchestrator.paths import ResultsPaths
from orchestrator.plan.document import plan_document
from orchestrator.plan.make import make_plan
from orchestrator.plan.records import Pack, Trial
from orchestrator.store.folder import prepare
from orchestrator.store.journal import write_plan
from orchestrator.store.parts import commit
from orchestrator.study.load import load_study
from orchestrator.training.records import PackRows, by_column

ORCH = Path(sys.executable).with_name("orch")
MEMBERS = 50  # of a pack
REPORTED = 1000  # trials of the largest study whose report is timed
STUDY = """
study: large
task: {{name: digits}}
model: {{name: mlp}}
factors:
  model.activation: [sigmoid, tanh, relu, softplus, identity]
  training.learning_rate: {rates}
replicates: {replicates}
"""
QUERY = """
import sys, pandas as pd
rows = pd.read_parquet(sys.argv[1])
rows[rows.quantity == "delta"].groupby(["epoch", "position"]).value.mean()
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, nargs="+", default=[100, 1000, 10_000, 100_000])
    parser.add_argument("--gradient-rows", type=int, default=10_000_000, help="of the largest")
    asked = parser.parse_args()
    rows = [measure(n, 100 * n) for n in asked.trials[:-1]]
    rows.append(measure(asked.trials[-1], asked.gradient_rows))
    print(json.dumps({"benchmark": "scale", "rows": rows}, indent=1))


def measure(trials: int, gradient_rows: int) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        study, results = Path(folder) / "large.yaml", Path(folder) / "results"
        study.write_text(text(trials))
        plan = make_plan(load_study(str(study)), {}, workers=2)
        asked: tuple[str | Path, ...] = (study, "--results", results)
        planned = process(ORCH, "plan", *asked, "--json")
        fill(ResultsPaths(results), plan.trials, gradient_rows // trials, plan.study.text)
        write_plan(ResultsPaths(results).study("large"), plan.study.text, document(plan))
        resumed = process(ORCH, "plan", *asked, "--json")
        tables = process(ORCH, "run", *asked, "--no-report")
        query = process(sys.executable, "-c", QUERY, results / "large" / "gradients.parquet")
        report = process(ORCH, "report", *asked) if trials <= REPORTED else (None, None)
    return {
        "trials": trials,
        "gradient_rows": gradient_rows,
        "plan_s": planned[0],
        "resume_s": resumed[0],
        "run_again_s": tables[0],
        "run_again_mb": tables[1],
        "query_s": query[0],
        "report_s": report[0],
    }


def text(trials: int) -> str:
    """5 activations × learning rates × 10 replicates."""
    rates = [round(0.001 * (1 + i), 6) for i in range(trials // 50)]
    return STUDY.format(rates=rates, replicates=10)


def document(plan: Any) -> dict[str, Any]:
    return plan_document(plan) | {"git": None}


def fill(paths: ResultsPaths, trials: tuple[Trial, ...], rows: int, study: str) -> None:
    """rows: of gradients, a trial."""
    prepare(paths, "large")
    for start in range(0, len(trials), MEMBERS):
        members = trials[start : start + MEMBERS]
        pack = Pack(f"{start:016x}", members, "large", 0, "0" * 16)
        commit(paths, pack.pack_id, made_up(pack, rows))


def made_up(pack: Pack, rows: int) -> PackRows:
    ids = np.array([trial.trial_id for trial in pack.trials])
    random = np.random.default_rng(int(pack.pack_id, 16))
    count = rows * len(ids)
    place = np.tile(np.arange(rows), len(ids))
    gradients = {
        "trial_id": np.repeat(ids, rows),
        "epoch": place // 20,
        "step": 38 * (place // 20),
        "axis": np.full(count, "depth"),
        "site": np.array([f"hidden.{n}" for n in range(5)])[place % 5],
        "position": 1 + place % 5,
        "quantity": np.array(["delta", "delta_mean", "weight_grad", "saturation"])[place // 5 % 4],
        "value": random.lognormal(size=count),
    }
    metrics = {
        "trial_id": np.repeat(ids, 2),
        "epoch": np.tile([0, 1], len(ids)),
        "step": np.tile([0, 38], len(ids)),
        "split": np.full(2 * len(ids), "test"),
        "metric": np.full(2 * len(ids), "accuracy"),
        "value": random.uniform(size=2 * len(ids)),
    }
    return PackRows(by_column(list(trial_rows(pack, random))), metrics, gradients)


def trial_rows(pack: Pack, random: np.random.Generator) -> Iterator[dict[str, Any]]:
    for trial in pack.trials:
        variant = trial.variant
        yield {
            "trial_id": trial.trial_id,
            "study": pack.study,
            "variant_id": variant.variant_id,
            "variant": variant.label,
            "phase": trial.phase,
            "tuning_study": None,
            "point": None,
            "replicate": trial.replicate,
            "status": "completed",
            "error": None,
            **{f"factor.{path}": level for path, level in variant.levels.items()},
            **{f"setting.{path}": value for path, value in variant.settings.flat.items()},
            "final.test/accuracy": float(random.uniform()),
            "epochs_done": 20,
            "wall_s": 0.05,
            "pack_id": pack.pack_id,
            "execution": "stacked",
            "device": "cpu",
            "threads": 1,
            "code_digest": pack.code_digest,
            "git_commit": None,
            "git_dirty": None,
            "started_at": "2026-01-01T00:00:00.000+00:00",
            "schema_version": 1,
        }


def process(*command: str | Path) -> tuple[float, int]:
    """Wall seconds, and megabytes of its peak."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = child.stderr.read() if child.stderr else b""
    _, status, used = os.wait4(child.pid, 0)
    if status != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} failed: {errors.decode()[-1000:]}")
    return round(time.perf_counter() - started, 2), round(used.ru_maxrss / 1000)


if __name__ == "__main__":
    main()
