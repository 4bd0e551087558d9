"""One attempt at an own trial: what it is given, and what collects what comes of it."""

from dataclasses import dataclass
from pathlib import Path

from orchestrator.own_trials.checkpoint import TrialCheckpoint
from orchestrator.own_trials.output import Output
from orchestrator.own_trials.reports import Reports
from orchestrator.plan.records import Trial
from orchestrator.study.records import DeclaredMetric


@dataclass(frozen=True, slots=True)
class Attempt:
    """device: cuda or cpu.   threads: for its libraries.   folder: empty, removed afterwards."""

    trial: Trial
    study_seed: int
    declared: tuple[DeclaredMetric, ...]
    device: str
    threads: int
    folder: Path
    reports: Reports
    checkpoint: TrialCheckpoint
    output: Output
