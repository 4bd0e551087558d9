"""Packs on a cluster that was started elsewhere, of several nodes: processes of this machine."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from orchestrator.execution.protocol import Job, Summary
from orchestrator.execution.ray.autoscaling import wait_for_room
from orchestrator.execution.ray.executor import RayTuneExecutor
from orchestrator.execution.ray.existing_cluster import existing_cluster, tune_folder
from orchestrator.execution.ray.preflight import preflight
from orchestrator.execution.worker.pack import train_pack
from orchestrator.plan.records import Pack
from orchestrator.store.pack_files import statuses
from orchestrator.study.settings import Resources
from tests.cli.orch import orch
from tests.cli.running import (
    LONG,
    own_tiny,
    parts,
    started,
    tables,
    train_here,
    write_study,
)
from tests.execution.conftest import LocalRay
from tests.execution.doubles import MARKER
from tests.execution.listening import Heard, pack_of
from tests.own_code import write_namesakes
from tests.training.packs import pack, variant

if TYPE_CHECKING:
    from ray.cluster_utils import Cluster

pytestmark = [pytest.mark.ray, pytest.mark.slow]

STORE: dict[str, Any] = {"object_store_memory": 80 * 2**20}
CARDS = {"ray.io/accelerator-type": "A100"}  # as Ray labels machines that have some


@pytest.fixture(scope="module")
def cluster(local: LocalRay, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Cluster"]:
    """A head without CPUs, and a node with two and a GPU that only Ray believes in."""
    local.stop()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MARKER, str(tmp_path_factory.mktemp("notes")))
        patch.setenv("RAY_AUTH_MODE", "disabled")
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.delenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", raising=False)  # as on users' nodes
        from ray.cluster_utils import Cluster

        head = {"num_cpus": 0, "include_dashboard": False, **STORE}
        started = Cluster(initialize_head=True, head_node_args=head)
        try:
            started.add_node(num_cpus=2, num_gpus=1, labels=CARDS, **STORE)
            started.wait_for_nodes()
            yield started
        finally:
            started.shutdown()  # type: ignore[no-untyped-call]


@pytest.fixture
def notes(cluster: "Cluster") -> Path:
    """Where the doubles note which node they are on; empty."""
    folder = Path(os.environ[MARKER])
    for note in folder.iterdir():
        note.unlink()
    return folder


def train(
    cluster: "Cluster",
    packs: list[Pack],
    results: Path,
    heard: Heard,
    double: str = "train_slowly",
    **resources: Any,
) -> None:
    job = Job(results, Resources(**resources), train=f"tests.execution.doubles:{double}")
    with existing_cluster(cluster.address, threads=1):
        executor = RayTuneExecutor(lambda: tune_folder(results), preflight)
        executor.run([packs], job, heard)


def nodes_of(notes: Path) -> dict[str, set[str]]:
    """Node → packs that were begun there."""
    found: dict[str, set[str]] = {}
    for note in notes.iterdir():
        pack, _, node = note.name.partition("@")
        found.setdefault(node, set()).add(pack)
    return found


def test_a_study_gives_the_rows_of_one_process(cluster: "Cluster", tmp_path: Path) -> None:
    """With own packages that are called as parts of orch are."""
    factors = "  model.kind: [a, b]\n  model.width: [3, 4]\n"
    write_study(tmp_path, own_tiny(write_namesakes(tmp_path), factors))
    command = ["run", "study.yaml", "--no-report"]
    inline = orch(*command, "--inline", cwd=tmp_path)
    assert (inline.returncode, inline.stderr) == (0, "")
    on_cluster = ["--address", cluster.address, "--results", "cluster"]
    done = orch(*command, *on_cluster, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"on 2 workers of 2 nodes at {cluster.address}" in done.stdout
    alone = tables(tmp_path / "results")
    for name, table in tables(tmp_path / "cluster").items():
        assert table.equals(alone[name]), name
    assert not list((tmp_path / "cluster").glob(".[st]*")), "marks and Tune's files are gone"


def test_a_study_whose_driver_is_killed_goes_on(cluster: "Cluster", tmp_path: Path) -> None:
    """SIGKILL: Ray ends its workers, and the next run takes its notes away."""
    study, results = write_study(tmp_path, LONG), tmp_path / "cluster"
    command = ["run", study, "--address", cluster.address, "--results", results, "--no-report"]
    with started(command) as run:
        run.wait_for("pack in the store", lambda: parts(results))
        run.process.kill()
    before = parts(results)
    assert 1 <= len(before) < 4
    done = orch(*command)
    assert (done.returncode, done.stderr) == (0, "")
    after = parts(results)
    assert before.items() <= after.items(), "nothing is written again"
    assert train_here(study) == 0
    alone = tables(tmp_path / "results", "long")
    for name, table in tables(results, "long").items():
        assert table.equals(alone[name]), name
    assert not list(results.glob(".[st]*"))


def test_a_quarter_of_a_gpu(cluster: "Cluster", tmp_path: Path, notes: Path) -> None:
    packs = [pack_of(name) for name in "abcd"]
    train(cluster, packs, tmp_path, Heard(), cpus=0.5, gpus=0.25, accelerator_type="A100")
    assert [note.read_text() for note in notes.iterdir()] == ["0"] * 4


def test_no_gpu_asked_for_no_gpu_seen(cluster: "Cluster", tmp_path: Path, notes: Path) -> None:
    train(cluster, [pack_of("a")], tmp_path, Heard())
    assert [note.read_text() for note in notes.iterdir()] == [""]


def test_workers_of_one_trial_on_two_nodes(cluster: "Cluster", tmp_path: Path) -> None:
    """Each has room for one of them."""
    trial = pack([variant("shared")], replicates=1)
    node = cluster.add_node(num_cpus=2, **STORE)
    with existing_cluster(cluster.address, threads=2):
        executor = RayTuneExecutor(lambda: tune_folder(tmp_path))
        executor.run([[trial]], Job(tmp_path, Resources(cpus=2, workers=2)), Heard())
    cluster.remove_node(node)
    found = pq.read_table(Job(tmp_path).paths.part("metrics", trial.pack_id))["value"]
    assert np.allclose(found, train_pack(trial, Job(tmp_path)).metrics["value"], rtol=1e-5)


class Joining(Heard):
    """A node joins when the first pack is done; the other packs wait for it."""

    def __init__(self, cluster: "Cluster") -> None:
        super().__init__()
        self.cluster = cluster

    def finished(self, summary: Summary) -> None:
        super().finished(summary)
        if len(self.summaries) == 1:
            self.node = self.cluster.add_node(num_cpus=2, **STORE)


def test_a_node_that_comes_late_gets_packs(cluster: "Cluster", tmp_path: Path, notes: Path) -> None:
    names = ["first", *(f"wait {number}" for number in range(7))]
    heard = Joining(cluster)
    train(cluster, [pack_of(name) for name in names], tmp_path, heard, "train_on_two_nodes")
    cluster.remove_node(heard.node)
    assert statuses(Job(tmp_path).paths) == dict.fromkeys(names, "completed")
    assert len(nodes_of(notes)) == 2


def test_room_that_never_comes_is_asked_for_no_longer(cluster: "Cluster") -> None:
    resources = Resources(labels={"pool": "none"})
    with existing_cluster(cluster.address, threads=1) as before:
        from ray.util import placement_group_table

        assert not wait_for_room(before, resources, timeout_s=1.5).has_room(resources)
        assert {group["state"] for group in placement_group_table().values()} == {"REMOVED"}


@pytest.fixture(scope="module")
def second(cluster: "Cluster") -> Any:
    """Another node, labelled."""
    return cluster.add_node(num_cpus=2, labels={"pool": "night"}, **STORE)


def test_packs_go_to_machines_with_the_labels_asked_for(
    cluster: "Cluster", second: Any, tmp_path: Path, notes: Path
) -> None:
    packs = [pack_of(name) for name in "abcd"]
    train(cluster, packs, tmp_path, Heard(), labels={"pool": "night"})
    assert set(nodes_of(notes)) == {second.node_id}


class Losing(Heard):
    """A node is lost, without a word, while it has packs."""

    def __init__(self, cluster: "Cluster", node: Any) -> None:
        super().__init__()
        self.cluster, self.node = cluster, node

    def finished(self, summary: Summary) -> None:
        super().finished(summary)
        if len(self.summaries) == 4:
            self.cluster.remove_node(self.node, allow_graceful=False)


def test_the_packs_of_a_lost_node_run_elsewhere(
    cluster: "Cluster", second: Any, tmp_path: Path, notes: Path
) -> None:
    names = [f"trial{number}" for number in range(16)]
    heard = Losing(cluster, second)
    train(cluster, [pack_of(name) for name in names], tmp_path, heard)
    assert statuses(Job(tmp_path).paths) == dict.fromkeys(names, "completed")
    assert heard.losses, "the node had packs"
    assert len(heard.summaries) == len(names), "nothing counts twice"
