"""Under which name the store keeps a few examples of a task's data."""

import hashlib
import json
from collections.abc import Iterator

from orchestrator.models.settings import TaskSettings
from orchestrator.models.settings.own import OwnTask
from orchestrator.plan.digests import data_name
from orchestrator.plan_document import Identity
from orchestrator.study.records import LoopSettings, Study, TrialSettings, flatten


def tasks_of(study: Study) -> Iterator[TaskSettings]:
    """Each task of the study once, with its settings."""
    tasks = (settings.task for settings in study.loops)
    yield from {flatten("task", task): task for task in tasks}.values()


def sample_of(settings: TrialSettings, seed: int, identity: Identity) -> str:
    """The name for the task of a trial; empty where the trial is the user's own."""
    if not isinstance(settings, LoopSettings):
        return ""
    return sample_name(settings.task, seed, identity)


def sample_name(task: TaskSettings, seed: int, identity: Identity) -> str:
    """16 hex digits of the SHA-256 over what decides the examples of replicate 0."""
    code = identity.code.get(task.code.module) if isinstance(task, OwnTask) else None
    decides = [flatten("task", task), seed, identity.data[data_name(task)], code]
    return hashlib.sha256(json.dumps(decides).encode()).hexdigest()[:16]
