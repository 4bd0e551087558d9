"""Replaces the training engine: makes rows at once, and misbehaves as its trials' names say.

A trial misbehaves when its id carries one of the words below.
"""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from orchestrator.execution.protocol import Job
from orchestrator.execution.ray.preflight import Preflight
from orchestrator.execution.worker.failures import failed_rows
from orchestrator.plan.records import Pack
from orchestrator.study.settings import Resources
from orchestrator.training.checkpoint_policy import CheckpointPolicy, Reached
from orchestrator.training.records import PackRows

PATIENCE_S = 60
MARKER = "ORCH_TEST_MARKER"  # a folder in which `die_once` notes that it died


def train(pack: Pack, device: str = "cpu", threads: int = 1, **more: Any) -> PackRows:
    """Rows whose numbers depend on the trial alone."""
    ids = [trial.trial_id for trial in pack.trials]
    for trial_id in ids:
        misbehave(trial_id, pack)
    values = np.array([float(sum(map(ord, trial_id))) for trial_id in ids])
    values[["nan" in trial_id for trial_id in ids]] = np.nan
    resources = Resources(cpus=threads, gpus=int(device == "cuda"))
    blank = failed_rows(pack, "", Job(Path("/"), resources)).trials
    trials = {name: blank[name] for name in blank if not name.startswith("git_")}
    outcome: dict[str, list[Any]] = {
        "status": ["diverged" if "diverge" in trial_id else "completed" for trial_id in ids],
        "error": [None] * len(ids),
        "final.test/loss": list(values),
        "execution": ["stacked"] * len(ids),
    }
    count = len(ids)
    metrics: dict[str, Any] = {
        "trial_id": np.array(ids),
        "epoch": np.zeros(count, dtype=int),
        "step": np.zeros(count, dtype=int),
        "split": np.repeat("test", count),
        "metric": np.repeat("loss", count),
        "value": values,
    }
    gradients: dict[str, Any] = {
        "trial_id": np.array(ids),
        "epoch": np.zeros(count, dtype=int),
        "step": np.zeros(count, dtype=int),
        "axis": np.repeat("depth", count),
        "site": np.repeat("hidden", count),
        "position": np.ones(count, dtype=int),
        "quantity": np.repeat("delta", count),
        "value": values,
    }
    answers: dict[str, Any] = {
        "trial_id": list(ids),
        "epoch": [1] * count,
        "metric": ["accuracy"] * count,
        "kind": ["bit"] * count,
        "n": [12] * count,
        "answers": [bytes([255, sum(map(ord, trial_id)) % 16 * 16]) for trial_id in ids],
        "words": [None] * count,
    }
    return PackRows(trials | outcome, metrics, gradients, answers)


def train_slowly(pack: Pack, device: str = "cpu", threads: int = 1, **more: Any) -> PackRows:
    """`train` in a second; notes on which node of Ray, and which GPUs it was given."""
    _note_node(pack)
    time.sleep(1)
    return train(pack, device, threads)


def train_shortly(pack: Pack, device: str = "cpu", threads: int = 1, **more: Any) -> PackRows:
    """`train` in a moment, which is less than a worker takes to start."""
    time.sleep(0.1)
    return train(pack, device, threads)


class SlowPreflight(Preflight):
    """Stands for the check that a worker makes first: slow in all but one. Notes each of them."""

    def fault(self) -> None:
        is_first = _first_time("worker")
        (Path(os.environ[MARKER]) / f"worker {os.getpid()}").touch()
        time.sleep(0 if is_first else 1)

    def close(self) -> None:
        """Nothing to remove."""


def train_on_two_nodes(pack: Pack, device: str = "cpu", threads: int = 1, **more: Any) -> PackRows:
    """Notes as above; a pack with `wait` in its trial's id ends once packs are on two nodes."""
    _note_node(pack)
    end = time.monotonic() + PATIENCE_S
    while "wait" in pack.trials[0].trial_id and len(_nodes()) < 2 and time.monotonic() < end:
        time.sleep(0.1)
    return train(pack, device, threads)


def _note_node(pack: Pack) -> None:
    import ray

    node = ray.get_runtime_context().get_node_id()
    note = Path(os.environ[MARKER]) / f"{pack.pack_id}@{node}"
    note.write_text(os.environ.get("CUDA_VISIBLE_DEVICES", "all"))


def _nodes() -> set[str]:
    return {note.name.partition("@")[2] for note in Path(os.environ[MARKER]).iterdir()}


def train_really(
    pack: Pack, device: str, threads: int, checkpoints: CheckpointPolicy, **more: Any
) -> PackRows:
    """The engine, on a machine that is taken away, or slow, at the first attempt."""
    from orchestrator.training.engine import train

    (name, *_) = (trial.trial_id for trial in pack.trials)
    epochs = iter(range(1000))

    def pause(reached: Reached | None) -> None:
        epoch = next(epochs)
        if "taken" in name and epoch == 1 and _first_time(name):
            os.kill(os.getpid(), signal.SIGTERM)
        if "slow" in name and _first_time(f"{name} {epoch}"):
            time.sleep(1.1)  # longer than a worker waits between two checks
        checkpoints.pause(reached)

    return train(pack, device, threads, checkpoints=replace(checkpoints, pause=pause), **more)


def misbehave(trial_id: str, pack: Pack) -> None:
    if "raise" in trial_id:
        raise ValueError(f"{trial_id} is guilty")
    if "exit" in trial_id:
        raise SystemExit(7)
    if "crowd" in trial_id and len(pack.trials) > 2:
        raise MemoryError("more than two do not fit")
    if "die_once" in trial_id and _first_time(trial_id):
        os.kill(os.getpid(), signal.SIGKILL)
    if "die_always" in trial_id:
        os.kill(os.getpid(), signal.SIGKILL)


def _first_time(trial_id: str) -> bool:
    try:
        (Path(os.environ[MARKER]) / trial_id).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
