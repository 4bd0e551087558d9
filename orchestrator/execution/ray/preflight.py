"""What a machine of a cluster says of itself before it is given packs."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from uuid import uuid4

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.ray.temp_files import passing
from orchestrator.paths import ResultsPaths
from orchestrator.provenance import versions
from orchestrator.store.remote.object_io import get, put, remove

_DECISIVE = ("python", "ray", "torch")  # the code of orch itself is sent there
CURE = (
    "let --results be a folder that all nodes share, under one path, or a URI that each may write "
    "to; install the same Python, Ray and torch on each"
)


@dataclass(frozen=True, slots=True)
class Sight:
    """versions: of what must be the same everywhere; None where it is not installed.

    fault: why results cannot be written there.
    """

    versions: Mapping[str, str | None]
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """What every worker's machine is held against, however late it joins.

    mark: the name of a file that the run has put into the results, for as long as it lasts.
    """

    results: ResultsPaths
    mark: str
    versions: Mapping[str, str | None]

    def close(self) -> None:
        """Remove the mark."""
        with suppress(EnvironmentFault):  # what ended the run is the one to report
            remove(self.results.at(self.results.root / self.mark))

    def fault(self) -> str | None:
        """Why this machine may train nothing."""
        here = look(self.results, self.mark)
        lines = unlike(socket.gethostname(), here, Sight(self.versions))
        if not lines:
            return None
        words = ["a machine of the Ray, perhaps one that joined late, cannot run this study:"]
        return "\n".join([*words, *lines, f"    {CURE}; then the same command goes on"])


@contextmanager
def marked(results: ResultsPaths) -> Iterator[Gate]:
    """The results are known by a mark as long as this lasts."""
    gate = Gate(results, passing("seen"), _versions())
    put(results.at(results.root / gate.mark), b"orch\n")
    try:
        yield gate
    finally:
        gate.close()


def look(results: ResultsPaths, mark: str) -> Sight:
    """mark: the name of a file that this run has put there."""
    return Sight(_versions(), _fault(results, mark))


def unlike(name: str, there: Sight, driver: Sight) -> list[str]:
    """A line for everything in which the machine of this name cannot do what the driver's does."""
    lines = []
    for what, wanted in driver.versions.items():
        if (has := there.versions.get(what, wanted)) != wanted:
            version = f"{what} {has}" if has else f"no {what}"
            lines.append(f"{name} has {version}, the machine of orch run {wanted}")
    return [*lines, *([f"{name} {there.fault}"] if there.fault else [])]


def _versions() -> dict[str, str | None]:
    known = versions()
    return {name: known[name] for name in _DECISIVE}


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
