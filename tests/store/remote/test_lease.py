"""One run at a time for a study at a URI."""

import json
import os
import time
from pathlib import Path

import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import ResultsPaths
from orchestrator.store.remote import lease
from orchestrator.store.remote.lease import hold_lease
from orchestrator.store.remote.object_io import get, listing, put


@pytest.fixture
def study(paths: ResultsPaths, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of the results at a URI; leases are renewed often."""
    monkeypatch.setattr(lease, "SETTLE_S", 0)
    monkeypatch.setattr(lease, "RENEW_S", 0.05)
    put(paths.study("s").plan, b'{"study": "s"}')
    return "s"


def documents(paths: ResultsPaths) -> set[str]:
    return {name for name in listing(str(paths.uri)) if name.startswith("s/")}


def test_a_second_run_is_refused_until_the_first_has_ended(paths: ResultsPaths, study: str) -> None:
    with hold_lease(paths, study):
        with (
            pytest.raises(EnvironmentFault, match=rf"already, by process {os.getpid()} on .*seen"),
            hold_lease(paths, study),
        ):
            pass
        assert "s/driver.json" in documents(paths)
    assert documents(paths) == {"s/plan.json"}


def test_a_lease_of_another_machine_is_respected_until_it_has_expired(
    paths: ResultsPaths, study: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = json.dumps({"holder": "process 1 on elsewhere"}).encode()
    put(paths.at(paths.study(study).driver), other)
    with pytest.raises(EnvironmentFault, match="by process 1 on elsewhere"):
        hold_lease(paths, study).__enter__()
    monkeypatch.setattr(lease, "LEASE_S", 0)
    with hold_lease(paths, study):
        assert get(paths.at(paths.study(study).driver)) != other


def test_the_folder_of_the_study_is_uploaded_while_it_runs(paths: ResultsPaths, study: str) -> None:
    events = paths.study(study).events
    with hold_lease(paths, study):
        events.write_bytes(b'{"event": "study_started"}\n')
        end = time.monotonic() + 10
        while get(paths.at(events)) is None and time.monotonic() < end:
            time.sleep(0.05)
        assert get(paths.at(events)) == events.read_bytes()


def test_results_in_a_folder_have_no_lease(tmp_path: Path) -> None:
    folder = ResultsPaths(tmp_path)
    with hold_lease(folder, "s"), hold_lease(folder, "s"):
        assert not list(tmp_path.iterdir())
