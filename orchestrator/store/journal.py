"""The documents of a study's folder: study.yaml, plan.json, events.jsonl."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestrator.files import faults, write_text
from orchestrator.paths import StudyPaths
from orchestrator.plan_document import PlanDocument, PlanDocumentError


def write_plan(paths: StudyPaths, study_text: str, document: PlanDocument) -> None:
    """Replace study.yaml and plan.json. Raises EnvironmentFault when they cannot be written."""
    write_text(paths.study, study_text)
    content = document.to_json()
    write_text(paths.plan, json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False))


def read_plan(paths: StudyPaths) -> PlanDocument | None:
    """plan.json of the last run; None when it is missing or this version cannot read it."""
    try:
        return require_plan(paths)
    except PlanDocumentError:
        return None


def require_plan(paths: StudyPaths) -> PlanDocument | None:
    """plan.json; None when it is missing. Raises PlanDocumentError when it cannot be read."""
    with faults(paths.plan, "read"):
        if not paths.plan.exists():
            return None
        data = paths.plan.read_bytes()
    return PlanDocument.from_json(data)


def last_event(paths: StudyPaths) -> dict[str, Any] | None:
    """The last complete line of events.jsonl; None before the first."""
    with faults(paths.events, "read"):
        lines = paths.events.read_bytes().splitlines() if paths.events.exists() else []
    return next((event for line in reversed(lines) if (event := _event(line))), None)


def names_submission(paths: StudyPaths, submission_id: str) -> bool:
    """Whether the job with this submission id ran the study in this folder."""
    with faults(paths.events, "read"):
        found = paths.events.read_bytes() if paths.events.exists() else b""
    return f'"submission": {json.dumps(submission_id)}'.encode() in found


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:  # cut off by a crash
        return None
    return event if isinstance(event, dict) else None


def append_event(paths: StudyPaths, event: str, **facts: Any) -> None:
    """Append a line to events.jsonl in one write; readers skip a line that a crash cut off."""
    line = json.dumps({"at": _now(), "event": event, **facts}, ensure_ascii=False)
    cure = ""
    if not paths.root.exists():
        cure = (
            "its folder was deleted or renamed: put it back, and run again to train what is missing"
        )
    with faults(paths.events, "write", cure):
        _append(paths.events, f"{line}\n".encode(errors="replace"))  # as `write_text`


def _append(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        os.write(descriptor, data)
    finally:
        os.close(descriptor)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
