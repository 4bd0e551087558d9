"""Checks each machine of a cluster before it is given packs: its versions and the results."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from uuid import uuid4

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import ResultsPaths
from orchestrator.provenance import versions
from orchestrator.store.remote.object_io import get, put, remove
from orchestrator.temp_files import passing

_DECISIVE = ("python", "ray", "torch")  # the code of orch itself is sent there
CURE = (
    "let --results be a folder that all nodes share, under one path, or a URI that each may write "
    "to; install the same Python, Ray and torch on each"
)


@dataclass(frozen=True, slots=True)
class NodeReport:
    """versions: of what must be the same everywhere; None where it is not installed.

    fault: why results cannot be written there.
    """

    versions: Mapping[str, str | None]
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Preflight:
    """Checked on every worker's machine, however late it joins.

    marker: the name of a file in the results, which exists as long as the run lasts.
    """

    results: ResultsPaths
    marker: str
    versions: Mapping[str, str | None]

    def close(self) -> None:
        """Remove the marker."""
        with suppress(EnvironmentFault):  # what ended the run is the one to report
            remove(self.results.at(self.results.root / self.marker))

    def fault(self) -> str | None:
        """Why this machine may train nothing."""
        here = report_of(self.results, self.marker)
        lines = differences(socket.gethostname(), here, NodeReport(self.versions))
        if not lines:
            return None
        first = "a machine of the Ray cluster, perhaps one that joined late, cannot run this study:"
        return "\n".join([first, *lines, f"    {CURE}; then run the same command to continue"])


@contextmanager
def preflight(results: ResultsPaths) -> Iterator[Preflight]:
    """Marks the results as long as it lasts, so that other machines can recognize them."""
    made = Preflight(results, passing("seen"), _versions())
    put(results.at(results.root / made.marker), b"orch\n")
    try:
        yield made
    finally:
        made.close()


def report_of(results: ResultsPaths, marker: str) -> NodeReport:
    """Of the machine that calls it. marker: the name of a file that this run has put there."""
    return NodeReport(_versions(), _fault(results, marker))


def differences(name: str, node: NodeReport, driver: NodeReport) -> list[str]:
    """A line for each thing that this node lacks of what the driver's machine has."""
    lines = []
    for what, expected in driver.versions.items():
        if (has := node.versions.get(what, expected)) != expected:
            version = f"{what} {has}" if has else f"no {what}"
            lines.append(f"{name} has {version}, the machine of orch run {expected}")
    return [*lines, *([f"{name} {node.fault}"] if node.fault else [])]


def _versions() -> dict[str, str | None]:
    known = versions()
    return {name: known[name] for name in _DECISIVE}


def _fault(results: ResultsPaths, marker: str) -> str | None:
    probe = results.at(results.root / f"{marker}-{uuid4().hex}")
    try:
        if get(results.at(results.root / marker)) is None:
            return f"does not see {results}"
        put(probe, b"orch\n")
        remove(probe)
    except EnvironmentFault as fault:
        return str(fault).splitlines()[0]
    return None
