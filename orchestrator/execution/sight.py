"""What a machine of a cluster says of itself before it is given packs."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import ResultsPaths
from orchestrator.provenance import versions
from orchestrator.store.objects import get, put, remove

_DECISIVE = ("python", "ray", "torch")  # the code of orch itself is sent there


@dataclass(frozen=True, slots=True)
class Sight:
    """versions: of what must be the same everywhere; None where it is not installed.

    fault: why results cannot be written there.
    """

    versions: Mapping[str, str | None]
    fault: str | None = None


def look(results: ResultsPaths, mark: str) -> Sight:
    """mark: the name of a file that this run has put there."""
    known = versions()
    return Sight({name: known[name] for name in _DECISIVE}, _fault(results, mark))


def _fault(results: ResultsPaths, mark: str) -> str | None:
    trial = results.at(results.root / f"{mark}-{uuid4().hex}")
    try:
        if get(results.at(results.root / mark)) is None:
            return f"does not see {results}"
        put(trial, b"orch\n")
        remove(trial)
    except EnvironmentFault as fault:
        return str(fault).splitlines()[0]
    return None
