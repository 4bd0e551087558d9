"""The Python of a cluster's Ray: which libraries of orch it lacks, and the cure. Imports no Ray."""

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from inspect import cleandoc
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from orchestrator.errors import EnvironmentFault

_MARK = "orch environment: "
_WORKER = "--python_worker_command="  # option of the raylet: the command of its workers
_SCRIPT = cleandoc(
    """
    import json, platform, sys
    from importlib.metadata import PackageNotFoundError, version
    def found(name):
        try:
            return version(name)
        except PackageNotFoundError:
            return None
    libraries = {name: found(name) for name in sys.argv[2:]}
    facts = dict(executable=sys.executable, version=platform.python_version(), libraries=libraries)
    print(sys.argv[1] + json.dumps(facts))
    """
)
"""Runs with a cluster's Python, which may lack everything but Ray."""
_FIXED = ("Python", "ray")  # a runtime environment of Ray's cannot replace them


@dataclass(frozen=True, slots=True)
class ClusterPython:
    """libraries: name → version; None for one that is not installed."""

    executable: str
    version: str
    libraries: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Lacking:
    """A library that a cluster does not have, or not in a version that orch works with."""

    name: str
    needed: str  # ">=0.15"
    there: str | None  # version on the cluster
    here: str | None  # version on this machine

    def __str__(self) -> str:
        return f"{self.name}{self.needed}" + (f" (it has {self.there})" if self.there else "")

    @property
    def pinned(self) -> str:
        """For pip: this machine's version, without the local part (`+cu124`) that no index has."""
        if self.here is None:
            return f"{self.name}{self.needed}"
        return f"{self.name}=={Version(self.here).public}"


def head_interpreter(node: Mapping[str, Any]) -> str | None:
    """The path of the Python that runs a node's Ray; None before the node has reported it.

    node: as the dashboard describes it. Its `cmdline` is that of the raylet, which starts the
    workers. Ray writes titles over the command lines of its Python processes.
    """
    words = node.get("cmdline") or ()
    commands = [word.removeprefix(_WORKER) for word in words if word.startswith(_WORKER)]
    return shlex.split(commands[0])[0] if commands else None


def probe_command(python: str, names: Iterable[str]) -> str:
    """For a shell there: prints what `probed` reads."""
    return shlex.join([python, "-c", _SCRIPT, _MARK, *names])


def probed(log: str) -> ClusterPython | None:
    """What `probe_command` printed; None where it could not run."""
    lines = [line for line in log.splitlines() if line.startswith(_MARK)]
    return ClusterPython(**json.loads(lines[-1].removeprefix(_MARK))) if lines else None


def needed_libraries(extras: Iterable[str] = ()) -> dict[str, SpecifierSet]:
    """Libraries that orch declares, with the versions it works with, and those of Ray's extras.

    extras: of orch, such as `optuna`. Empty where orch runs without being installed.
    """
    needed: dict[str, SpecifierSet] = {}
    for requirement in _requirements("orch", ["", *extras]):
        _add(needed, requirement)
        for extra in sorted(requirement.extras):
            for inner in _requirements(requirement.name, [extra]):
                _add(needed, inner)
    return needed


def _add(needed: dict[str, SpecifierSet], requirement: Requirement) -> None:
    name = canonicalize_name(requirement.name)
    needed[name] = needed.get(name, SpecifierSet()) & requirement.specifier


def _requirements(library: str, extras: Sequence[str]) -> list[Requirement]:
    """What the library requires with these extras; "" is what it always requires."""
    try:
        declared = list(map(Requirement, requires(library) or ()))
    except PackageNotFoundError:
        return []
    return [each for each in declared if any(_applies(each, extra) for extra in extras)]


def _applies(requirement: Requirement, extra: str) -> bool:
    marker = requirement.marker
    return marker.evaluate({"extra": extra}) if marker else not extra


def lacking(python: ClusterPython, needed: Mapping[str, SpecifierSet]) -> list[Lacking]:
    """What orch needs and this Python does not have; empty if it can run orch."""
    found = []
    wanted = _needed_python()
    if wanted and not wanted.contains(python.version, prereleases=True):
        found.append(Lacking("Python", str(wanted), python.version, None))
    for name, versions in needed.items():
        there = python.libraries.get(name)
        if there is None or not versions.contains(there, prereleases=True):
            found.append(Lacking(name, str(versions), there, _version(name)))
    return found


def _needed_python() -> SpecifierSet | None:
    try:
        return SpecifierSet(metadata("orch")["Requires-Python"])
    except PackageNotFoundError:
        return None


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def require_libraries(
    address: str, python: ClusterPython, missing: Sequence[Lacking], *, install: bool
) -> list[str]:
    """Packages that Ray is to install for a job, as pip names them.

    Raises EnvironmentFault, with the cure, for missing ones that Ray is not asked to install, or
    cannot.
    """
    fixed = [each for each in missing if each.name in _FIXED]
    if missing and (fixed or not install):
        raise _fault(address, python, missing, fixed)
    return [each.pinned for each in missing]


def _fault(
    address: str, python: ClusterPython, missing: Sequence[Lacking], fixed: Sequence[Lacking]
) -> EnvironmentFault:
    packages = shlex.join(each.pinned for each in missing if each.name not in _FIXED)
    if fixed:
        versions = " and ".join(f"{each.name} {each.needed}" for each in fixed)
        cure = f"start the cluster with {versions}: --install cannot replace them"
    else:
        cure = (
            f"on every node: {shlex.quote(python.executable)} -m pip install {packages}\n"
            "    or add --install: Ray then installs them on the nodes, for this study alone"
        )
    lines = "".join(f"    {each}\n" for each in missing)
    return EnvironmentFault(
        f"the Ray cluster at {address} cannot run orch: its Python {python.version} "
        f"({python.executable}) lacks\n{lines}    {cure}"
    )
