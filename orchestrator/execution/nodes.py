"""The machines of a Ray cluster, and whether a study has room on them. Imports no Ray."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.capacity import Capacity, request
from orchestrator.execution.labels import Labels, fits, missing_labels
from orchestrator.study.settings import Resources
from orchestrator.words import plural

_SOON = "; --wait MINUTES if an autoscaler adds it"


@dataclass(frozen=True, slots=True)
class Node:
    """One machine. name: its host name, or address. labels: as Ray has them."""

    node_id: str
    name: str
    capacity: Capacity
    labels: Labels

    def room(self, resources: Resources) -> int:
        """Number of single workers that fit at a time, perhaps 0."""
        return self.capacity.room(resources) if fits(resources, self.labels) else 0

    def __str__(self) -> str:
        return f"{self.name} ({self.capacity})"


@dataclass(frozen=True, slots=True)
class Cluster:
    """The machines of a Ray cluster that are alive. address: as the user gave it."""

    address: str
    nodes: tuple[Node, ...]

    @classmethod
    def of(cls, address: str, nodes: Iterable[Mapping[str, Any]]) -> "Cluster":
        """nodes: as `ray.nodes()` lists them."""
        return cls(address, tuple(_node(node) for node in nodes if node["Alive"]))

    def __str__(self) -> str:
        return f"{plural(len(self.nodes), 'node')} at {self.address}"

    @property
    def cpus(self) -> int:
        return sum(node.capacity.cpus for node in self.nodes)

    @property
    def gpus(self) -> int:
        return sum(node.capacity.gpus for node in self.nodes)

    def usable(self, resources: Resources) -> tuple[Node, ...]:
        """Machines with room for a worker."""
        return tuple(node for node in self.nodes if node.room(resources))

    def has_room(self, resources: Resources) -> bool:
        """Whether at least one pack fits."""
        return self._room(resources) >= resources.workers

    def workers(self, resources: Resources) -> int:
        """Packs side by side; the workers of one may be on several machines.

        Raises EnvironmentFault when there is no room for even one.
        """
        room = self._room(resources)
        if room == 0:
            raise EnvironmentFault(self._unlabelled(resources) or self._too_small(resources))
        if room < resources.workers:
            raise EnvironmentFault(self._too_few(resources, room))
        return room // resources.workers

    def _room(self, resources: Resources) -> int:
        """Number of single workers that fit at a time."""
        return sum(node.room(resources) for node in self.nodes)

    def _unlabelled(self, resources: Resources) -> str:
        """No machine has the labels that the study requests, whatever its size."""
        if not (text := missing_labels(resources, (node.labels for node in self.nodes))):
            return ""
        return (
            f"resources: no node of the Ray cluster at {self.address} has what the study "
            f"requests: {text}\n"
            f"    change `resources:` in the study, or add such a node{_SOON}"
        )

    def _too_small(self, resources: Resources) -> str:
        """Ray would wait for such a machine for ever. Only nodes with the right labels count."""
        nodes = [node for node in self.nodes if fits(resources, node.labels)]
        return (
            f"resources: {request(resources)}, but no node of the Ray cluster at {self.address} "
            f"is that large; {_largest(nodes, resources)}\n"
            f"    lower `resources:` in the study, or add a larger node{_SOON}"
        )

    def _too_few(self, resources: Resources, room: int) -> str:
        """Each worker fits on some machine, but not all of them at once."""
        return (
            f"resources: {request(resources)}, but the {self} has room for {room}: "
            f"{', '.join(map(str, self.usable(resources)))}\n"
            f"    lower resources.workers, e.g. --set resources.workers={room}, or add nodes{_SOON}"
        )


def _largest(nodes: Sequence[Node], resources: Resources) -> str:
    """One node may have the most CPUs and another the most GPUs: then both."""
    if not nodes:
        return "none is alive"
    cpus = max(nodes, key=lambda node: (node.capacity.cpus, node.capacity.gpus))
    gpus = max(nodes, key=lambda node: (node.capacity.gpus, node.capacity.cpus))
    if not resources.gpus or cpus == gpus:
        return f"the largest: {cpus}"
    return f"with the most CPUs: {cpus}, with the most GPUs: {gpus}"


def _node(node: Mapping[str, Any]) -> Node:
    resources = node["Resources"]
    capacity = Capacity(int(resources.get("CPU", 0)), int(resources.get("GPU", 0)))
    name = node["NodeManagerHostname"] or node["NodeManagerAddress"]
    return Node(node["NodeID"], name, capacity, node.get("Labels", {}))
