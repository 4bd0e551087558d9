"""`orch run --address ray://…`: the run goes to a real cluster, and what it says comes back."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.heads import OPEN, started_head, wait
from tests.cli.orch import orch
from tests.cli.running import (
    events,
    own_tiny,
    parts,
    started,
    tables,
    train_here,
    write_study,
)
from tests.own_code import MODEL, write_module

pytestmark = [pytest.mark.ray, pytest.mark.slow]

SLOW_MODEL = """\
import sys, time
from torch import nn

def build(inputs: int, outputs: int, *, width: int = 5, deep: bool = False):
    if "worker" in sys.argv[0]:
        time.sleep(5)
    return nn.Sequential(nn.Linear(inputs, width), nn.Tanh(), nn.Linear(width, outputs))
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a client server, of a head with two CPUs.

    Its processes sometimes die in gRPC's handlers of fork, and a client waits for 40 s to know.
    """
    environment = {**OPEN, "GRPC_ENABLE_FORK_SUPPORT": "0"}
    with started_head(["--include-dashboard=false", "--num-cpus=2"], **environment) as head:
        yield head.client_server


def test_from_here_to_a_report_there(cluster: str, tmp_path: Path) -> None:
    """With a model of the user's own, which the cluster does not have."""
    model = write_module(tmp_path, MODEL)
    factors = "  model.kind: [a, b]\n  model.width: [3, 4]\n"
    study = write_study(tmp_path, own_tiny(model, factors))
    shared = tmp_path / "shared"
    asked = ["run", "study.yaml", "--address", cluster, "--results", shared]

    refused = orch(*asked, "--set", "resources.cpus=99", cwd=tmp_path, **OPEN)
    assert refused.returncode == 3
    assert f"no node of the Ray at {cluster}" in refused.stderr
    assert not shared.exists()

    done = orch(*asked, cwd=tmp_path, **OPEN)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "uploaded: " in done.stdout
    assert "tiny: 4 variants × 2 replicates = 8 trials, 0 done" in done.stdout
    assert "8 trials in the store: 8 completed, 0 diverged, 0 failed" in done.stdout
    assert f"report: {shared}/tiny/report.html" in done.stdout
    assert (shared / "tiny" / "report.html").exists()
    begun = events(shared)[0]
    assert begun["command"] == ["orch", *map(str, asked)]
    assert train_here(study) == 0
    alone = tables(tmp_path / "results")
    for name, table in tables(shared).items():
        assert table.equals(alone[name]), name


def test_interrupted_then_lost(cluster: str, tmp_path: Path) -> None:
    """Ctrl-C is handed on. A client that is killed cannot: the run there ends by itself."""
    model = write_module(tmp_path, SLOW_MODEL)
    factors = "  model.deep: [true, false]\n  model.width: [3, 4, 5, 6, 7, 8, 9, 10]\n"
    write_study(tmp_path, own_tiny(model, factors, replicates=1))
    shared = tmp_path / "shared"
    asked = ["run", "study.yaml", "--address", cluster, "--results", shared, "--no-report"]

    with started(asked, cwd=tmp_path) as run:
        run.wait_for("two packs", lambda: shared.exists() and len(parts(shared)) >= 2)
        run.process.send_signal(signal.SIGINT)
        said, errors = run.process.communicate(timeout=120)
    assert run.process.returncode == 130, said + errors
    assert "interrupted: finished packs are in the store" in said
    assert "to go on from there: orch run study.yaml --address ray://" in said
    assert not drivers(shared)
    first = parts(shared)

    with started(asked, cwd=tmp_path) as run:
        run.wait_for("more packs", lambda: len(parts(shared)) > len(first))
        run.process.kill()
    wait("end of the run there", lambda: not drivers(shared))
    assert len(first) < len(parts(shared)) < 16, "finished packs are kept, others not waited for"
    assert events(shared)[-1]["event"] == "interrupted"


def drivers(results: Path) -> list[str]:
    """`orch run` there: processes with these results, but not by an address of a client."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if str(results) in words and "auto" in words:
            found.append(folder.name)
    return found


@pytest.mark.parametrize(
    ("address", "code", "said"),
    [
        ("ray://127.0.0.1:9", 3, "client server at ray://127.0.0.1:9 cannot be joined: Conn"),
        ("ray://head", 2, "'ray://head' names no host and port"),
        ("ray://:10001", 2, "'ray://:10001' names no host and port"),
    ],
)
def test_addresses_that_lead_nowhere(address: str, code: int, said: str, tmp_path: Path) -> None:
    study, results = write_study(tmp_path), tmp_path / "results"
    done = orch("run", study, "--address", address, "--results", results, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert not results.exists()
