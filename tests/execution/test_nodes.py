"""Whether a study has room on the machines of a cluster, and what is said where it has none."""

import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.nodes import Cluster
from orchestrator.study.settings import Resources


def node(name: str, labels: dict[str, str] | None = None, **resources: float) -> dict[str, object]:
    """As `ray.nodes()` lists it."""
    has = {"CPU": 0.0, "GPU": 0.0, "memory": 1e9} | resources
    return {"NodeID": name, "NodeManagerHostname": name, "NodeManagerAddress": "192.0.2.1",
            "Alive": name != "dead", "Resources": has, "Labels": labels or {}}  # fmt: skip


CLUSTER = Cluster.of(
    "head:6379",
    [node("head"), node("big", CPU=8), node("card", CPU=4, GPU=2), node("dead", CPU=99, GPU=9)],
)


def test_dead_nodes_do_not_count() -> None:
    assert (CLUSTER.cpus, CLUSTER.gpus) == (12, 2)
    assert str(CLUSTER) == "3 nodes at head:6379"


@pytest.mark.parametrize(
    ("resources", "workers"),
    [
        (Resources(), 12),
        (Resources(cpus=3), 2 + 1),  # no pack spans two nodes
        (Resources(cpus=5), 1),
        (Resources(gpus=0.25), 4),  # 8 would fit on the cards, 4 have a core
        (Resources(cpus=0.5, gpus=0.25), 8),
        (Resources(cpus=3, workers=3), 1),  # of which two are on one node
        (Resources(workers=5), 2),
    ],
)
def test_packs_side_by_side(resources: Resources, workers: int) -> None:
    assert CLUSTER.workers(resources) == workers


@pytest.mark.parametrize(
    ("resources", "largest"),
    [
        (Resources(cpus=9), "big (8 CPUs, 0 GPUs)"),
        (Resources(gpus=3), "card (4 CPUs, 2 GPUs)"),
        (
            Resources(cpus=5, gpus=1),
            "with the most CPUs: big (8 CPUs, 0 GPUs), with the most GPUs: card (4 CPUs, 2 GPUs)",
        ),
    ],
)
def test_a_request_too_large_for_any_node_is_refused_with_the_largest(
    resources: Resources, largest: str
) -> None:
    with pytest.raises(
        EnvironmentFault, match=r"no node of the Ray cluster at head:6379 is"
    ) as fault:
        CLUSTER.workers(resources)
    assert largest in str(fault.value)


TYPE = "ray.io/accelerator-type"
MIXED = Cluster.of(
    "head:6379",
    [
        node("head", CPU=2),
        node("old", {TYPE: "T4"}, CPU=4, GPU=4),
        node("new", {TYPE: "A100", "pool": "night"}, CPU=8, GPU=2),
    ],
)


@pytest.mark.parametrize(
    ("resources", "workers", "names"),
    [
        (Resources(gpus=0.5), 8, ["old", "new"]),
        (Resources(gpus=0.5, accelerator_type="A100"), 4, ["new"]),
        (Resources(gpus=1, accelerator_type="T4"), 4, ["old"]),
        (Resources(labels={"pool": "night"}), 8, ["new"]),
        (Resources(gpus=2, accelerator_type="A100", labels={"pool": "night"}), 1, ["new"]),
    ],
)
def test_only_machines_with_the_requested_labels_count(
    resources: Resources, workers: int, names: list[str]
) -> None:
    assert MIXED.workers(resources) == workers
    assert [machine.name for machine in MIXED.usable(resources)] == names


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        (
            Resources(gpus=1, accelerator_type="H100"),
            "accelerator_type must be H100, available: A100, T4",
        ),
        (Resources(labels={"pool": "day"}), "the label pool must be day, available: night"),
        (Resources(labels={"zone": "a"}), "the label zone must be a, available: none"),
        (Resources(gpus=3, accelerator_type="A100"), "the largest: new (8 CPUs, 2 GPUs)"),
    ],
)
def test_labels_that_no_node_has_are_refused_with_those_available(
    resources: Resources, message: str
) -> None:
    with pytest.raises(EnvironmentFault) as fault:
        MIXED.workers(resources)
    assert message in str(fault.value)


def test_more_workers_than_all_nodes_have_room_for() -> None:
    with pytest.raises(EnvironmentFault, match=r"3 nodes at head:6379 has room for 3: ") as fault:
        CLUSTER.workers(Resources(cpus=3, workers=4))
    assert "big (8 CPUs, 0 GPUs)" in str(fault.value)
    assert "--set resources.workers=3" in str(fault.value)
