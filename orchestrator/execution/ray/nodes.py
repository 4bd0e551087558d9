"""The machines of a Ray that runs already, and whether a study can run on them.

What Ray and the machines say of themselves is asked for in `joined`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.capacity import Capacity, request
from orchestrator.execution.ray.labels import Labels, fits, lack
from orchestrator.execution.ray.preflight import Sight, unlike
from orchestrator.study.settings import Resources

_SOON = "; --wait MINUTES where an autoscaler does"


@dataclass(frozen=True, slots=True)
class Node:
    """One machine. name: its host name, or address. labels: as Ray has them."""

    node_id: str
    name: str
    capacity: Capacity
    labels: Labels

    def room(self, asked: Resources) -> int:
        """Single workers side by side, perhaps none."""
        return self.capacity.room(asked) if fits(asked, self.labels) else 0

    def __str__(self) -> str:
        return f"{self.name} ({self.capacity})"


@dataclass(frozen=True, slots=True)
class Cluster:
    """The machines of a Ray that are alive. address: as the user gave it."""

    address: str
    nodes: tuple[Node, ...]

    @classmethod
    def of(cls, address: str, nodes: Iterable[Mapping[str, Any]]) -> "Cluster":
        """nodes: as `ray.nodes()` lists them."""
        return cls(address, tuple(_node(node) for node in nodes if node["Alive"]))

    def __str__(self) -> str:
        nodes = f"{len(self.nodes):,} node{'s' * (len(self.nodes) != 1)}"
        return f"{nodes} at {self.address}"

    @property
    def cpus(self) -> int:
        return sum(node.capacity.cpus for node in self.nodes)

    @property
    def gpus(self) -> int:
        return sum(node.capacity.gpus for node in self.nodes)

    def useful(self, asked: Resources) -> tuple[Node, ...]:
        """Machines that have room for a worker."""
        return tuple(node for node in self.nodes if node.room(asked))

    def has_room(self, asked: Resources) -> bool:
        """For one pack at least."""
        return self._room(asked) >= asked.workers

    def workers(self, asked: Resources) -> int:
        """Packs side by side; the workers of one may be on several machines.

        Raises EnvironmentFault when there is no room for even one.
        """
        room = self._room(asked)
        if room == 0:
            raise EnvironmentFault(self._unlike(asked) or self._too_small(asked))
        if room < asked.workers:
            raise EnvironmentFault(self._too_few(asked, room))
        return room // asked.workers

    def _room(self, asked: Resources) -> int:
        """Single workers side by side."""
        return sum(node.room(asked) for node in self.nodes)

    def _unlike(self, asked: Resources) -> str:
        """No machine is of the kind that is asked for, whatever its size."""
        if not (text := lack(asked, (node.labels for node in self.nodes))):
            return ""
        return (
            f"resources: no node of the Ray at {self.address} is such as the study asks for: "
            f"{text}\n    change `resources:` in the study, or add such a node{_SOON}"
        )

    def _too_small(self, asked: Resources) -> str:
        """Ray would wait for such a machine for ever. Of several kinds, those asked for count."""
        nodes = [node for node in self.nodes if fits(asked, node.labels)]
        return (
            f"resources: {request(asked)}, which no node of the Ray at {self.address} has; "
            f"{_largest(nodes, asked)}\n"
            f"    lower `resources:` in the study, or add a larger node{_SOON}"
        )

    def _too_few(self, asked: Resources, room: int) -> str:
        """Each has room on some machine, but not all of them at once."""
        return (
            f"resources: {request(asked)}, but the {self} has room for {room}: "
            f"{', '.join(map(str, self.useful(asked)))}\n"
            f"    lower resources.workers, e.g. --set resources.workers={room}, or add nodes{_SOON}"
        )


def differences(here: Sight, there: Iterable[tuple[Node, Sight]]) -> list[str]:
    """A line for everything in which a machine cannot do what this one does."""
    return [line for node, sight in there for line in unlike(node.name, sight, here)]


def _largest(nodes: Sequence[Node], asked: Resources) -> str:
    """By each of what is asked for, as one machine may have the CPUs and another the GPUs."""
    if not nodes:
        return "none is alive"
    cpus = max(nodes, key=lambda node: (node.capacity.cpus, node.capacity.gpus))
    gpus = max(nodes, key=lambda node: (node.capacity.gpus, node.capacity.cpus))
    if not asked.gpus or cpus == gpus:
        return f"the largest: {cpus}"
    return f"with the most CPUs: {cpus}, with the most GPUs: {gpus}"


def _node(node: Mapping[str, Any]) -> Node:
    resources = node["Resources"]
    capacity = Capacity(int(resources.get("CPU", 0)), int(resources.get("GPU", 0)))
    name = node["NodeManagerHostname"] or node["NodeManagerAddress"]
    return Node(node["NodeID"], name, capacity, node.get("Labels", {}))
