"""Ray's own autoscaler starts machines on request; here they are processes."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.heads import OPEN, RAY, Head, free_ports, started_head, wait
from tests.cli.orch import ORCH, orch
from tests.cli.running import TINY, tables, train_here, write_study

pytestmark = [pytest.mark.ray, pytest.mark.slow]

HEAD_ID = "f" * 51 + "00000"  # Ray numbers the others from here
KINDS = {
    "ray.head.default": {"resources": {"CPU": 0}, "max_workers": 0, "node_config": {}},
    "late": {
        "resources": {"CPU": 2, "object_store_memory": 80 * 2**20},
        "labels": {"pool": "late"},
        "min_workers": 0,
        "max_workers": 1,
        "node_config": {},
    },
}
COMMANDS = ("setup", "head_setup", "worker_setup", "initialization",
            "head_start_ray", "worker_start_ray")  # fmt: skip
CONFIGURATION = {
    "cluster_name": "autoscaled",
    "max_workers": 1,
    "available_node_types": KINDS,
    "head_node_type": "ray.head.default",
    "idle_timeout_minutes": 0.1,
    "upscaling_speed": 1.0,
    **{f"{name}_commands": [] for name in COMMANDS},
    **{name: [] for name in ("cluster_synced_files", "rsync_exclude", "rsync_filter")},
    **{name: {} for name in ("auth", "docker", "file_mounts")},
}
PROVIDER = {
    "type": "external",  # Ray's package has the provider, but not the defaults that go with it
    "module": "ray.autoscaler._private.fake_multi_node.node_provider.FakeMultiNodeProvider",
    "head_node_id": HEAD_ID,
    "launch_multiple": True,
    "use_node_id_as_ip": True,
    "disable_node_updaters": True,
    "disable_launch_config_check": True,
}
ENVIRONMENT = {
    **OPEN,
    "AUTOSCALER_UPDATE_INTERVAL_S": "1",
    "RAY_FAKE_CLUSTER": "1",
    "RAY_enable_autoscaler_v2": "1",
    "RAY_CLOUD_INSTANCE_ID": HEAD_ID,
    "RAY_OVERRIDE_NODE_ID_FOR_TESTING": HEAD_ID,
}
STUDY = TINY + "resources: {labels: {pool: late}}\n"


@pytest.fixture(scope="module")
def head(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Head]:
    """No CPU, and an autoscaler that may start one machine of the kind that the study requests."""
    file, port = tmp_path_factory.mktemp("autoscaler") / "configuration.json", free_ports(1)[0]
    provider = {**PROVIDER, "gcs_address": f"127.0.0.1:{port}"}
    file.write_text(json.dumps({**CONFIGURATION, "provider": provider}))
    flags = ["--num-cpus=0", "--include-dashboard=false", "--node-ip-address=127.0.0.1"]
    flags.append(f"--autoscaling-config={file}")
    with started_head(flags, port, RAY, **ENVIRONMENT) as head:
        yield head


def test_a_kind_of_which_there_is_no_machine_yet(head: Head, tmp_path: Path) -> None:
    study, results = write_study(tmp_path, STUDY), tmp_path / "cluster"
    command: list[str | Path] = [
        "run",
        study,
        "--address",
        head.address,
        "--results",
        results,
        "--no-report",
    ]
    refused = orch(*command)
    assert refused.returncode == 3
    assert "the label pool must be late, available: none" in refused.stderr
    assert "--wait MINUTES" in refused.stderr
    assert not results.exists()

    done = orch(*command, "--wait", "3")
    assert (done.returncode, done.stderr) == (0, "")
    assert "waiting up to 3 minutes for it" in done.stdout
    assert "on 2 workers of 2 nodes" in done.stdout
    wait("end of the idle machine", lambda: "late: NodeTerminated" in status(head))
    assert train_here(write_study(tmp_path, TINY)) == 0
    alone = tables(tmp_path / "results")
    assert all(table.equals(alone[name]) for name, table in tables(results).items())


def status(head: Head) -> str:
    command: list[str | Path] = [ORCH.with_name("ray"), "status", "--address", head.address]
    done = subprocess.run(
        command, env=os.environ | OPEN, capture_output=True, text=True, check=True
    )
    return done.stdout
