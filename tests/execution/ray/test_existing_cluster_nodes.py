"""Packs on a cluster that was started elsewhere, of several nodes: processes of this machine."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from orchestrator.execution.nodes import Cluster as Nodes
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
from tests.cli.running import own_tiny, parts, started, tables, write_study
from tests.execution.conftest import LocalRay
from tests.execution.doubles import MARKER
from tests.execution.listening import Heard, pack_of
from tests.execution.parallel import check_guilty, named, run, stored
from tests.own_code import write_namesakes

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


@pytest.fixture(scope="module")
def joined(cluster: "Cluster") -> Iterator[Nodes]:
    """Joined once by this process, as a join starts new workers on every node."""
    with existing_cluster(cluster.address, threads=1) as nodes:
        yield nodes


def train(
    packs: list[Pack], results: Path, heard: Heard, double: str = "train_slowly", **resources: Any
) -> None:
    job = Job(results, Resources(**resources), train=f"tests.execution.doubles:{double}")
    executor = RayTuneExecutor(lambda: tune_folder(results), preflight)
    executor.run([packs], job, heard)


def nodes_of(notes: Path) -> dict[str, set[str]]:
    """Node → packs that were begun there."""
    found: dict[str, set[str]] = {}
    for note in notes.iterdir():
        pack, _, node = note.name.partition("@")
        found.setdefault(node, set()).add(pack)
    return found


def test_a_study_whose_driver_is_killed_gives_the_rows_of_one_process(
    cluster: "Cluster", tmp_path: Path
) -> None:
    """SIGKILL: Ray ends its workers, and the next run takes its notes away.

    The study has own packages that are called as parts of orch are.
    """
    factors = "  model.kind: [a, b]\n  model.width: [3, 4]\n"
    longer = own_tiny(write_namesakes(tmp_path), factors).replace("epochs: 2", "epochs: 20")
    resources = "resources: {cpus: 2}\n"  # one worker: each costs 7 s of CPU
    write_study(tmp_path, longer.replace("200", "1197") + resources)
    results = tmp_path / "cluster"
    command = ["run", "study.yaml", "--no-report"]
    on_cluster = [*command, "--address", cluster.address, "--results", "cluster"]
    with started(on_cluster, cwd=tmp_path) as run:
        run.wait_for("pack in the store", lambda: parts(results))
        run.process.kill()
    before = parts(results)
    assert 1 <= len(before) < 4
    done = orch(*on_cluster, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"on 1 worker of 2 nodes at {cluster.address}" in done.stdout
    after = parts(results)
    assert before.items() <= after.items(), "nothing is written again"
    inline = orch(*command, "--inline", cwd=tmp_path)
    assert (inline.returncode, inline.stderr) == (0, "")
    alone = tables(tmp_path / "results")
    for name, table in tables(results).items():
        assert table.equals(alone[name]), name
    assert not list(results.glob(".[st]*")), "marks and Tune's files are gone"


@pytest.mark.usefixtures("joined")
def test_a_quarter_of_a_gpu(tmp_path: Path, notes: Path) -> None:
    """Of the one GPU, by two packs side by side."""
    packs = [pack_of(name) for name in "ab"]
    train(packs, tmp_path, Heard(), cpus=0.5, gpus=0.25, accelerator_type="A100")
    assert [note.read_text() for note in notes.iterdir()] == ["0"] * 2


@pytest.mark.usefixtures("joined")
def test_no_gpu_asked_for_no_gpu_seen(tmp_path: Path, notes: Path) -> None:
    train([pack_of("a")], tmp_path, Heard())
    assert [note.read_text() for note in notes.iterdir()] == [""]


def test_room_that_never_comes_is_asked_for_no_longer(joined: Nodes) -> None:
    from ray.util import placement_group_table

    resources = Resources(labels={"pool": "none"})
    assert not wait_for_room(joined, resources, 1.5, check=lambda: None).has_room(resources)
    assert {group["state"] for group in placement_group_table().values()} == {"REMOVED"}


class Second:
    """Another node, labelled, from its first use. It starts in seconds, so tests share it."""

    def __init__(self, cluster: "Cluster") -> None:
        self.cluster = cluster
        self.has_joined = False

    def join(self) -> None:
        if not self.has_joined:
            self.node = self.cluster.add_node(num_cpus=2, labels={"pool": "night"}, **STORE)
            self.has_joined = True

    def vanish(self) -> None:
        """Without a word."""
        self.cluster.remove_node(self.node, allow_graceful=False)


@pytest.fixture(scope="module")
def second(cluster: "Cluster") -> Second:
    return Second(cluster)


class Joining(Heard):
    """The second node joins when the first pack is done; the other packs wait for it."""

    def __init__(self, second: Second) -> None:
        super().__init__()
        self.second = second

    def finished(self, summary: Summary) -> None:
        super().finished(summary)
        self.second.join()


@pytest.mark.usefixtures("joined")
def test_a_node_that_comes_late_gets_packs(second: Second, tmp_path: Path, notes: Path) -> None:
    assert not second.has_joined
    names = ["first", "wait 1", "wait 2", "wait 3"]
    packs = [pack_of(name) for name in names]
    train(packs, tmp_path, Joining(second), "train_on_two_nodes", cpus=2)  # a pack fills a node
    assert statuses(Job(tmp_path).paths) == dict.fromkeys(names, "completed")
    assert len(nodes_of(notes)) == 2


@pytest.mark.usefixtures("joined")
def test_workers_of_one_trial_on_two_nodes(second: Second, tmp_path: Path) -> None:
    """Each node has room for one; a death is survived, and what one raises is the trial's error."""
    second.join()
    unlucky, guilty = named("die_once"), named("raise")
    executor = RayTuneExecutor(lambda: tune_folder(tmp_path))
    job, heard = run(executor, [unlucky, guilty], tmp_path, cpus=2)
    assert statuses(job.paths) == {"die_once-0": "completed", "raise-0": "failed"}
    check_guilty(job, guilty)
    assert [lost for lost, _, _ in heard.losses] == [unlucky]
    alone = train_pack(unlucky, Job(tmp_path))
    for table in ("metrics", "gradients"):
        found, wanted = stored(job, unlucky, table), getattr(alone, table)
        assert len(wanted["value"]) > 10
        assert np.allclose(found["value"], wanted["value"], rtol=1e-4, atol=1e-6)
    assert stored(job, unlucky, "trials")["execution"] == ["parallel"]


@pytest.mark.usefixtures("joined")
def test_packs_go_to_machines_with_the_labels_asked_for(
    second: Second, tmp_path: Path, notes: Path
) -> None:
    second.join()
    packs = [pack_of(name) for name in "ab"]  # each would fill a node
    train(packs, tmp_path, Heard(), labels={"pool": "night"}, cpus=2)
    assert set(nodes_of(notes)) == {second.node.node_id}


class Losing(Heard):
    """The second node is lost while it has packs."""

    def __init__(self, second: Second) -> None:
        super().__init__()
        self.second = second

    def finished(self, summary: Summary) -> None:
        super().finished(summary)
        if len(self.summaries) == 3:
            self.second.vanish()


@pytest.mark.usefixtures("joined")
def test_the_packs_of_a_lost_node_run_elsewhere(
    second: Second, tmp_path: Path, notes: Path
) -> None:
    second.join()
    names = [f"trial{number}" for number in range(6)]
    heard = Losing(second)
    train([pack_of(name) for name in names], tmp_path, heard, cpus=2)  # a pack fills a node
    assert statuses(Job(tmp_path).paths) == dict.fromkeys(names, "completed")
    assert heard.losses, "the node had packs"
    assert len(heard.summaries) == len(names), "nothing counts twice"
