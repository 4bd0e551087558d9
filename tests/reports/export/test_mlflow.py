"""`orch export --format mlflow` into a real MLflow server, asked over its own REST interface.

The server does not take the pandas that orch has, so it lives in an environment of its own:
`make test` builds `.mlflow`; $ORCH_TEST_MLFLOW names another `mlflow` program.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from orchestrator.reports.data.read import read_tables
from orchestrator.reports.export.mlflow import write_mlflow
from tests.cli.heads import free_ports
from tests.reports.sample import Sample, write

ROOT = Path(__file__).parents[3]
MLFLOW = os.environ.get("ORCH_TEST_MLFLOW") or shutil.which(ROOT / ".mlflow" / "bin" / "mlflow")
START_S = 120
FACTORS = {"model.activation": ["sigmoid", "tanh"]}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("mlflow") is None, reason="mlflow is optional"),
    pytest.mark.skipif(MLFLOW is None, reason="no MLflow server: make test builds one"),
]


@contextmanager
def serving(folder: Path, store: str) -> Iterator[str]:
    """The address of a server that answers."""
    address = f"http://127.0.0.1:{(port := free_ports(1)[0])}"
    command = [
        MLFLOW, "server", "--host", "127.0.0.1", "--port", port, "--workers", 1,
        "--backend-store-uri", store, "--artifacts-destination", folder / "artifacts",
    ]  # fmt: skip
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            list(map(str, command)), stdout=log, stderr=log, env={**os.environ, **quiet}, cwd=folder
        )
        try:
            wait_for(process, f"{address}/health", folder / "server.log")
            yield address
        finally:
            process.terminate()
            process.wait(30)


def wait_for(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()[-2000:]
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(f"no server in {START_S} s: {log.read_text()[-2000:]}")


def ask(address: str, path: str, **body: Any) -> Any:
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(f"{address}/api/2.0/mlflow/{path}", data)
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def runs(address: str) -> dict[str, Any]:
    """Trial id → run."""
    name = "experiments/get-by-name?experiment_name=small"
    experiment = ask(address, name)["experiment"]["experiment_id"]
    found = ask(address, "runs/search", experiment_ids=[experiment], max_results=1000)["runs"]
    return {tags(run)["orch.trial_id"]: run for run in found}


def tags(run: Any) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in run["data"]["tags"]}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    fates = {("activation=tanh", 0): "diverged"}
    study = write(tmp_path / "results", Sample("small", factors=FACTORS, replicates=3, fates=fates))
    trials = pd.read_parquet(study / "trials.parquet")
    settings = {"setting.model.width": 30, "setting.training.learning_rate": 0.1}
    trials.assign(**settings).to_parquet(study / "trials.parquet")
    return study


def test_a_real_server_has_every_trial_with_its_curves(study: Path) -> None:
    folder = study.parent.parent
    plan = read_tables(study).plan
    with serving(folder, f"sqlite:///{folder}/runs.db") as address:
        assert write_mlflow(study, plan, address) == (6, 0)
        found = runs(address)
        trials = pd.read_parquet(study / "trials.parquet").set_index("trial_id")
        rows = dict(trials.iterrows())
        assert set(found) == set(rows)
        for trial, run in found.items():
            check(address, run, rows[trial], study)
        assert write_mlflow(study, plan, address) == (0, 6)
        retrained(study)
        assert write_mlflow(study, plan, address) == (1, 5)
        assert {tags(run)["orch.status"] for run in runs(address).values()} == {"completed"}
        assert len(runs(address)) == 6


def check(address: str, run: Any, trial: "pd.Series[Any]", study: Path) -> None:
    params = {param["key"]: param["value"] for param in run["data"]["params"]}
    assert params == {"model.width": "30", "training.learning_rate": "0.1"}
    assert run["info"]["status"] == ("FINISHED" if trial["status"] == "completed" else "FAILED")
    assert run["info"]["end_time"] - run["info"]["start_time"] == 120  # ms: wall_s
    metrics = pd.read_parquet(study / "metrics.parquet").set_index("trial_id").loc[[trial.name]]
    mine = metrics[(metrics["split"] == "test") & (metrics["metric"] == "accuracy")]
    query = f"metrics/get-history?run_id={run['info']['run_id']}&metric_key=test/accuracy"
    history = ask(address, query)["metrics"]
    assert {int(point["step"]): point["value"] for point in history} == pytest.approx(
        dict(zip(mine["epoch"], mine["value"], strict=True))
    )


def retrained(study: Path) -> None:
    """As if the trial that diverged had come out otherwise."""
    trials = pd.read_parquet(study / "trials.parquet")
    trials.assign(status="completed").to_parquet(study / "trials.parquet")
