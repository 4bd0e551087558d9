"""recipes/slurm.sh, run: Slurm's own commands are stood in for, the machines are two namespaces."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.running import LONG, events, parts, tables, train_here, write_study
from tests.recipes.namespaces import Machine, lacking, two_machines

SCRIPT = Path(__file__).parents[2] / "recipes" / "slurm.sh"
QUICK_TO_NOTICE = {
    "RAY_health_check_initial_delay_ms": "1000",
    "RAY_health_check_period_ms": "500",
    "RAY_health_check_timeout_ms": "2000",
    "RAY_health_check_failure_threshold": "4",
}
PATIENCE_S = 300


def test_bash_can_read_it() -> None:
    subprocess.run(["bash", "-n", SCRIPT], check=True)


@pytest.fixture
def machines() -> Iterator[tuple[Machine, Machine]]:
    if (why := lacking()) and "CI" not in os.environ:
        pytest.skip(why)
    with two_machines() as made:
        yield made


@contextmanager
def submitted(
    machines: tuple[Machine, Machine], folder: Path, *arguments: str | Path
) -> Iterator["subprocess.Popen[str]"]:
    """As `sbatch` runs it: on the first of the machines, one core of each."""
    environment = {
        **os.environ,
        **QUICK_TO_NOTICE,
        "PATH": f"{stand_ins(machines, folder)}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "SLURM_JOB_ID": str(os.getpid()),
        "SLURM_JOB_NODELIST": "both",
        "SLURM_NNODES": "2",
        "SLURM_CPUS_PER_TASK": "1",
    }
    command = machines[0].command("bash", str(SCRIPT), *map(str, arguments))
    log = folder / "log.txt"
    with (
        log.open("w") as file,
        subprocess.Popen(
            command, env=environment, stdout=file, stderr=file, stdin=subprocess.DEVNULL, text=True
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def stand_ins(machines: tuple[Machine, Machine], folder: Path) -> Path:
    """`scontrol show hostnames`, and `srun OPTIONS COMMAND` on the machine of --nodelist."""
    first, second = machines
    programs = {
        "scontrol": f"printf '%s\\n' {first.address} {second.address}",
        "srun": f"on={first.namespace}\nwhile [ ${{1#--}} != $1 ]; do\n"
        f"    case $1 in\n    --nodelist={first.address}) on={first.namespace};;\n"
        f"    --nodelist={second.address}) on={second.namespace};;\n    esac\n    shift\ndone\n"
        'exec ip netns exec "$on" "$@"',
    }
    (folder / "slurm").mkdir()
    for name, text in programs.items():
        path = folder / "slurm" / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
    return folder / "slurm"


@pytest.mark.slow
@pytest.mark.ray
def test_a_machine_that_dies_in_the_middle_costs_no_trial(
    machines: tuple[Machine, Machine], tmp_path: Path
) -> None:
    study, results = write_study(tmp_path, LONG), tmp_path / "slurm_results"
    with submitted(machines, tmp_path, study, "--results", results, "--no-report") as job:
        wait_until_both_are_busy(job, results, tmp_path)
        machines[1].crash()
        code = job.wait(PATIENCE_S)
    log = (tmp_path / "log.txt").read_text()
    assert code == 0, log
    assert not Path(f"/tmp/ray-{os.getpid()}").exists()
    assert "on 2 workers of 2 nodes at 198.18.0.1:" in log
    assert "pack_failed" in [event["event"] for event in events(results, "long")]
    assert train_here(study) == 0
    alone = tables(tmp_path / "results", "long")
    for name, table in tables(results, "long").items():
        assert table.equals(alone[name]), name


def wait_until_both_are_busy(job: "subprocess.Popen[str]", results: Path, folder: Path) -> None:
    """One pack is in the store, and whoever trained it has got another."""
    end = time.monotonic() + PATIENCE_S
    while True:
        journal = results / "long" / "events.jsonl"
        told = events(results, "long") if journal.exists() else []
        if parts(results) and sum(each["event"] == "pack_started" for each in told) >= 3:
            return
        assert job.poll() is None, (folder / "log.txt").read_text()
        assert time.monotonic() < end, (folder / "log.txt").read_text()
        time.sleep(0.1)
