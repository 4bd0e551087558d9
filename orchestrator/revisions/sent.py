"""Revisions that travel with a study to a cluster, where the repository is not."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from orchestrator.path_names import safe_name
from orchestrator.revisions.records import Revision
from orchestrator.revisions.states import State

SENT_REVISIONS = "ORCH_REVISIONS"
"""Environment variable of a cluster's job: the folder with the revisions of its study."""
FOLDER = ".orch-revisions"
LIST = "revisions.json"


@dataclass(frozen=True, slots=True)
class SentStates:
    """folder: with a folder for each. home, installed: as of the checkouts, below their roots."""

    folder: Path
    states: Mapping[str, State]
    home: str
    installed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _List:
    revisions: tuple[Revision, ...]
    home: str
    installed: tuple[str, ...]


_ADAPTER = TypeAdapter(_List)


def sent_states() -> SentStates | None:
    """Those of this job; None outside of one."""
    if not (name := os.environ.get(SENT_REVISIONS)):
        return None
    folder = Path(name).absolute()
    found = _ADAPTER.validate_json((folder / LIST).read_bytes())
    states = {each.revision: State(each, folder / safe_name(each.tree)) for each in found.revisions}
    return SentStates(folder, states, found.home, found.installed)


def list_to_send(revisions: tuple[Revision, ...], home: str, installed: tuple[str, ...]) -> bytes:
    """The content of the file beside the folders, each named by its tree."""
    document = _ADAPTER.dump_python(_List(revisions, home, installed))
    return json.dumps(document, ensure_ascii=False).encode()
