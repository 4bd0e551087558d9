"""Studies whose results lie at a URI: on a real S3 server, read from several machines."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from orchestrator import open_study
from orchestrator.cli import main
from orchestrator.cli.doctor import _folder
from orchestrator.cli.show import show
from orchestrator.cli.terminal import Terminal
from orchestrator.errors import EnvironmentFault, InputError
from orchestrator.execution.ray.preflight import report_of
from orchestrator.paths import ResultsPaths
from orchestrator.run.find_study import known
from orchestrator.run.report_watcher import Rebuilder
from orchestrator.run.results_location import results_now, results_paths
from orchestrator.run.run_study import run_study
from orchestrator.store.commit import commit
from orchestrator.store.local.is_running import is_running
from orchestrator.store.pack_files import statuses
from orchestrator.store.remote import filesystems, lease
from orchestrator.store.remote.lease import hold_lease
from orchestrator.store.remote.mirror import mirrored
from orchestrator.store.remote.object_io import get, listing, put
from tests.cli.orch import ORCH
from tests.cli.running import killed_after, tables, train_here, write_study
from tests.object_storage import ObjectStorage
from tests.own_trials.studies import METRICS, REST, study_text
from tests.own_trials.test_engine import RESUMED
from tests.store.plans import rows_of

VERBS = [
    ["list"],
    ["show", "tiny"],
    ["compare", "tiny", "tiny"],
    ["export", "tiny", "--format", "csv"],
    ["report", "tiny"],
]


@pytest.fixture
def another_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Call it, and this machine has no mirror yet."""

    def move() -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / f"cache-{time.time_ns()}"))

    move()
    return move


def train_there(study: Path, uri: str, *, report: bool = False) -> int:
    result = run_study(str(study), results=uri, inline=True, report=report, display=Terminal())
    return 0 if result.is_complete else 1


def names(uri: str) -> set[str]:
    return set(listing(uri))


@pytest.mark.slow
def test_a_study_at_a_uri_is_that_of_a_folder_on_every_machine(
    object_storage: ObjectStorage,
    another_machine: Any,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study, uri = write_study(tmp_path), object_storage.uri()
    assert train_there(study, uri, report=True) == 0
    assert train_here(study) == 0
    documents = {"study.yaml", "plan.json", "events.jsonl", "report.html", "trials.parquet"}
    assert {f"tiny/{name}" for name in documents} | {"index.html"} <= names(uri)
    assert "tiny/driver.json" not in names(uri)
    another_machine()
    for name, table in tables(results_now(uri).root).items():
        assert table.equals(tables(tmp_path / "results")[name]), name
    assert len(open_study("tiny", uri).results) == 4
    capsys.readouterr()
    assert train_there(study, uri) == 0
    assert "nothing to train" in capsys.readouterr().out
    for verb in ["plan", str(study)], *VERBS:
        monkeypatch.setattr(sys, "argv", ["orch", *verb, "--results", uri])
        assert main._exit_code() == 0, verb
    assert any(name.startswith("tiny/export/csv/") for name in names(uri))


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_from_another_machine(
    object_storage: ObjectStorage,
    another_machine: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study, uri = write_study(tmp_path), object_storage.uri()
    with killed_after(1, monkeypatch):
        train_there(study, uri)
    first = {name for name in names(uri) if name.startswith("store/trials/")}
    assert len(first) == 1
    assert json.loads(get(uri.replace("?", "/tiny/plan.json?")) or b"")["study"] == "tiny"
    another_machine()
    assert train_there(study, uri) == 0
    assert train_here(study) == 0
    for name, table in tables(results_paths(uri).root).items():
        assert table.equals(tables(tmp_path / "results")[name]), name


@pytest.mark.slow
@pytest.mark.ray
def test_workers_write_there_though_the_server_stumbles(
    object_storage: ObjectStorage, another_machine: Any, tmp_path: Path
) -> None:
    study, uri = write_study(tmp_path), object_storage.uri()
    assert train_here(study) == 0
    with object_storage.failing(3, "503 Service Unavailable", "PUT /"):
        done = subprocess.run(
            [ORCH, "run", study, "--no-report"],
            capture_output=True, text=True, timeout=300, env={**os.environ, "ORCH_RESULTS": uri},
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert f"results in {uri.replace('?', '/tiny?')}" in done.stdout.replace("\n", "")
    for name, table in tables(results_now(uri).root).items():
        assert table.equals(tables(tmp_path / "results")[name]), name


@pytest.fixture
def paths(
    object_storage: ObjectStorage, another_machine: Any, monkeypatch: pytest.MonkeyPatch
) -> ResultsPaths:
    monkeypatch.setattr(lease, "SETTLE_S", 0)
    monkeypatch.setattr(lease, "RENEW_S", 0.05)
    made = mirrored(object_storage.uri())
    put(made.study("s").plan, b'{"study": "s"}')
    put(made.study("s").events, b'{"event": "study_started"}\n')
    return made


@pytest.mark.slow
def test_a_study_that_runs_is_seen_by_another_machine(
    paths: ResultsPaths, another_machine: Any
) -> None:
    with hold_lease(paths, "s"):
        paths.study("s").events.write_bytes(b'{"event": "study_started"}\n{"event": "more"}\n')
        time.sleep(0.4)
        another_machine()
        elsewhere = results_now(str(paths.uri))
        assert elsewhere.root != paths.root
        assert known(elsewhere) == ["s"]
        assert b"more" in elsewhere.study("s").events.read_bytes()
        assert is_running(elsewhere.study("s"))
    rebuilder = Rebuilder(elsewhere)
    rebuilder.looked = -9.0
    rebuilder.look()
    assert not is_running(elsewhere.study("s"))


def test_what_cannot_be_a_results_location(object_storage: ObjectStorage) -> None:
    for wrong, why in {
        "ftp://host/x": "no kind of results location",
        "s3:///x": "names no bucket",
        "s3://b/x?endpoint=1&schema=2": "unknown in the query: endpoint, schema",
        "s3://key:secret@b/x": "a secret in a URI",
        "file://host/x": "names no folder",
    }.items():
        with pytest.raises(InputError, match=why) as raised:
            results_paths(wrong)
        assert "--results" in str(raised.value)
    assert results_paths("file:///a%20b/c") == ResultsPaths(Path("/a b/c"))


def test_a_node_that_may_not_write_says_so(
    object_storage: ObjectStorage, paths: ResultsPaths
) -> None:
    assert report_of(paths, ".seen").fault == f"does not see {paths.uri}"
    put(paths.at(paths.root / ".seen"), b"")
    assert report_of(paths, ".seen").fault is None
    assert _folder(paths).state == "ok"
    with object_storage.failing(9, "403 Forbidden", "PUT"):
        fault = report_of(paths, ".seen").fault
        assert "credentials" in _folder(paths).cure
    assert fault is not None
    assert fault.startswith(f"cannot write {str(paths.uri).split('?')[0]}")


@pytest.mark.slow
def test_a_run_ends_where_the_uri_refuses(
    object_storage: ObjectStorage, paths: ResultsPaths, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    study = write_study(tmp_path)
    monkeypatch.setattr(filesystems, "ATTEMPTS", 1)
    filesystems._file_system.cache_clear()
    with (
        object_storage.failing(99, "403 Forbidden", "PUT"),
        pytest.raises(EnvironmentFault, match=r"cannot write s3://.*\n    check the credentials"),
    ):
        train_there(study, str(paths.uri))
    filesystems._file_system.cache_clear()
    assert names(str(paths.uri)) == set()


def test_gs_uris_open_the_file_system_of_google() -> None:
    """As far as that goes without a server."""
    files, path = filesystems.opened("gs://anonymous@bucket/some/where")
    assert files.type_name == "gcs"
    assert path.endswith("bucket/some/where")


def test_a_mirror_that_is_lost_is_made_again(paths: ResultsPaths) -> None:
    commit(paths, "one", rows_of("a"))
    assert statuses(results_now(str(paths.uri))) == {"a": "completed"}
    shutil.rmtree(paths.root)
    assert statuses(results_now(str(paths.uri))) == {"a": "completed"}


@pytest.mark.slow
def test_own_trials_lie_there_with_their_logs_and_checkpoints(
    object_storage: ObjectStorage,
    another_machine: Any,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    rest = f"{METRICS}{REST}resources: {{checkpoint_minutes: 0.00001}}\n"
    (tmp_path / "own.yaml").write_text(study_text(tmp_path, RESUMED, rest))
    uri = object_storage.uri()
    assert train_there(tmp_path / "own.yaml", uri) == 0
    trial = next(iter(statuses(results_now(uri))))
    assert f"store/logs/{trial}.log.gz" in names(uri)
    another_machine()
    capfdbinary.readouterr()
    assert show(trial, results=uri, as_json=False, log=True) == 0
    assert capfdbinary.readouterr().out == b"from 1\n"
