"""What a machine of a cluster says of itself before it is given packs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestrator.provenance import versions

_DECISIVE = ("python", "ray", "torch")  # the code of orch itself is sent there


@dataclass(frozen=True, slots=True)
class Sight:
    """versions: of what must be the same everywhere; None where it is not installed.

    fault: why results cannot be written there.
    """

    versions: Mapping[str, str | None]
    fault: str | None = None


def look(mark: Path) -> Sight:
    """mark: a file that this run has put into the results folder."""
    known = versions()
    return Sight({name: known[name] for name in _DECISIVE}, _fault(mark))


def _fault(mark: Path) -> str | None:
    if not mark.exists():
        return f"does not see {mark.parent}"
    try:
        trial = mark.with_name(f"{mark.name}-{id(mark)}")
        trial.write_bytes(b"orch\n")
        trial.unlink()
    except OSError as error:
        return f"cannot write into {mark.parent}: {error.strerror}"
    return None
