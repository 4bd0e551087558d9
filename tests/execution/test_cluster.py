"""What is asked of the machines of a cluster, and what is said where one falls short."""

import socket
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.errors import EnvironmentFault, InputError
from orchestrator.execution.ray import connect, existing_cluster
from orchestrator.execution.ray.existing_cluster import joined_ray, tune_folder
from orchestrator.execution.ray.nodes import Cluster, differences
from orchestrator.execution.ray.preflight import Sight, look, marked
from orchestrator.paths import ResultsPaths
from orchestrator.study.settings import Resources


def node(name: str, labels: dict[str, str] | None = None, **resources: float) -> dict[str, object]:
    """As `ray.nodes()` has it."""
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
    ("asked", "workers"),
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
def test_packs_side_by_side(asked: Resources, workers: int) -> None:
    assert CLUSTER.workers(asked) == workers


@pytest.mark.parametrize(
    ("asked", "largest"),
    [
        (Resources(cpus=9), "big (8 CPUs, 0 GPUs)"),
        (Resources(gpus=3), "card (4 CPUs, 2 GPUs)"),
        (
            Resources(cpus=5, gpus=1),
            "with the most CPUs: big (8 CPUs, 0 GPUs), with the most GPUs: card (4 CPUs, 2 GPUs)",
        ),
    ],
)
def test_what_no_node_has_is_refused_with_the_largest(asked: Resources, largest: str) -> None:
    with pytest.raises(EnvironmentFault, match=r"no node of the Ray at head:6379 has") as fault:
        CLUSTER.workers(asked)
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
    ("asked", "workers", "names"),
    [
        (Resources(gpus=0.5), 8, ["old", "new"]),
        (Resources(gpus=0.5, accelerator_type="A100"), 4, ["new"]),
        (Resources(gpus=1, accelerator_type="T4"), 4, ["old"]),
        (Resources(labels={"pool": "night"}), 8, ["new"]),
        (Resources(gpus=2, accelerator_type="A100", labels={"pool": "night"}), 1, ["new"]),
    ],
)
def test_machines_of_the_kind_asked_for(asked: Resources, workers: int, names: list[str]) -> None:
    assert MIXED.workers(asked) == workers
    assert [machine.name for machine in MIXED.useful(asked)] == names


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            Resources(gpus=1, accelerator_type="H100"),
            "accelerator_type is to be H100, there is A100, T4",
        ),
        (Resources(labels={"pool": "day"}), "the label pool is to be day, there is night"),
        (Resources(labels={"zone": "a"}), "the label zone is to be a, there is none"),
        (Resources(gpus=3, accelerator_type="A100"), "the largest: new (8 CPUs, 2 GPUs)"),
    ],
)
def test_a_kind_that_no_node_is_of_is_refused_with_those_there_are(
    asked: Resources, said: str
) -> None:
    with pytest.raises(EnvironmentFault) as fault:
        MIXED.workers(asked)
    assert said in str(fault.value)


def test_more_workers_than_all_nodes_have_room_for() -> None:
    with pytest.raises(EnvironmentFault, match=r"3 nodes at head:6379 has room for 3: ") as fault:
        CLUSTER.workers(Resources(cpus=3, workers=4))
    assert "big (8 CPUs, 0 GPUs)" in str(fault.value)
    assert "--set resources.workers=3" in str(fault.value)


def test_a_node_that_differs_is_named_with_what_it_has() -> None:
    here = Sight({"python": "3.11.7", "ray": "2.60.0", "torch": "2.13.0"})
    head, big, card = CLUSTER.nodes
    found = differences(here, [
        (head, here),
        (big, Sight({"python": "3.11.7", "ray": "2.60.0", "torch": None})),
        (card, Sight(here.versions, "does not see /results")),
    ])  # fmt: skip
    assert found == [
        "big has no torch, the machine of orch run 2.13.0",
        "card does not see /results",
    ]


def test_a_machine_sees_results_that_it_can_write(tmp_path: Path) -> None:
    mark = tmp_path / ".seen"
    mark.touch()
    assert look(ResultsPaths(tmp_path), ".seen").fault is None
    assert list(tmp_path.iterdir()) == [mark]
    elsewhere = ResultsPaths(tmp_path / "elsewhere")
    assert look(elsewhere, ".seen").fault == f"does not see {elsewhere}"
    assert not elsewhere.root.exists()


def test_a_machine_that_comes_late_is_held_against_the_same(tmp_path: Path) -> None:
    with marked(ResultsPaths(tmp_path)) as gate:
        assert gate.fault() is None
        (mark,) = tmp_path.iterdir()
        elsewhere = replace(gate, results=ResultsPaths(tmp_path / "elsewhere"))
        assert f"{socket.gethostname()} does not see {elsewhere.results}" in str(elsewhere.fault())
        other = replace(gate, versions={**gate.versions, "torch": "1.0"})
        assert "the machine of orch run 1.0" in str(other.fault())
        assert "install the same" in str(other.fault())
    assert not mark.exists()


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    with subprocess.Popen(["true"]) as dead:
        pass
    name = f"{socket.gethostname()}~{dead.pid}-0a"
    (tmp_path / f".tune-{name}" / "tune").mkdir(parents=True)
    (tmp_path / f".seen-{name}").touch()
    kept = [tmp_path / f".tune-another_host~{dead.pid}-0a", tmp_path / f"tune-{name}"]
    for folder in kept:
        folder.mkdir()
    with tune_folder(tmp_path) as mine:
        assert sorted(tmp_path.iterdir()) == sorted([*kept, mine])
        with tune_folder(tmp_path) as second:
            assert mine.exists(), "its process lives"
            assert second != mine
    assert sorted(tmp_path.iterdir()) == sorted(kept)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://head:8265", r"a Jobs server(.|\n)*orch submit STUDY --address http://head:8265"),
        ("local", r"'local' is no address of a Ray(.|\n)*allowed: auto, HOST:PORT"),
        ("", r"'' is no address of a Ray"),
    ],
)
def test_what_is_no_address_is_wrong_input(address: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        joined_ray(address, threads=1).__enter__()


def test_where_nobody_listens() -> None:
    with pytest.raises(
        EnvironmentFault, match=r"Ray at 127.0.0.1:9 cannot be joined: Conn.* refused"
    ):
        joined_ray("127.0.0.1:9", threads=1).__enter__()


@pytest.mark.ray
def test_a_port_at_which_something_else_listens(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(connect, "_ANSWER_S", 0.5)
    monkeypatch.setattr(connect, "_KNOCK_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"127.0.0.1:{mute.getsockname()[1]}"
        with pytest.raises(EnvironmentFault, match=f"{address} cannot be joined: what listens"):
            joined_ray(address, threads=1).__enter__()
    assert capfd.readouterr().err == "", "what Ray would say"


@pytest.mark.ray
def test_another_version_is_named_with_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """In Ray's own words, of which the first line says nothing."""
    import ray
    from ray._private.utils import check_version_info

    def init(**options: object) -> None:
        check_version_info({"ray_version": "2.1.0", "python_version": "3.8.1"}, "this process")

    monkeypatch.setattr(ray, "init", init)
    with pytest.raises(EnvironmentFault, match=r"has Ray 2.1.0 and Python 3.8.1, this") as fault:
        existing_cluster._join("head:6379", {})
    assert f"this machine Ray {ray.__version__} and Python 3." in str(fault.value)
    assert "install the same" in str(fault.value)
