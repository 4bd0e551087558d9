"""A few examples of each task's data: in the store, and gathered in the folder of each study."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from orchestrator.files import faults, write_text
from orchestrator.paths import ResultsPaths
from orchestrator.plan_document import PlanDocument, Task
from orchestrator.store.remote.object_io import put, stat

SCHEMA_VERSION = 1
"""Of data.json."""


def has_sample(paths: ResultsPaths, name: str) -> bool:
    return stat(paths.at(paths.sample(name))) is not None


def write_sample(paths: ResultsPaths, name: str, sample: Mapping[str, Any]) -> None:
    put(paths.at(paths.sample(name)), _text(sample).encode())


def gather_samples(paths: ResultsPaths, plan: PlanDocument, file: Path) -> None:
    """Write data.json with the samples that the store has of the plan's tasks; not if none."""
    found = list(_found(paths, plan.tasks))
    if found:
        write_text(file, _text({"schema_version": SCHEMA_VERSION, "tasks": found}))


def _found(paths: ResultsPaths, tasks: Iterable[Task]) -> Iterator[dict[str, Any]]:
    for task in tasks:
        path = paths.sample(task.sample)
        with faults(path, "read"):
            if path.exists() and not path.is_symlink():  # a stranger's link may lead anywhere
                yield {"settings": task.settings, **json.loads(path.read_bytes())}


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False)
