"""What each machine of a cluster is checked for before it is given packs."""

import socket
from dataclasses import replace
from pathlib import Path

from orchestrator.execution.ray.preflight import NodeReport, differences, preflight, report_of
from orchestrator.paths import ResultsPaths

HERE = NodeReport({"python": "3.11.7", "ray": "2.60.0", "torch": "2.13.0"})


def test_a_node_that_differs_is_named_with_what_it_has() -> None:
    assert differences("head", HERE, HERE) == []
    no_torch = NodeReport({"python": "3.11.7", "ray": "2.60.0", "torch": None})
    assert differences("big", no_torch, HERE) == [
        "big has no torch, the machine of orch run 2.13.0"
    ]
    sees_nothing = NodeReport(HERE.versions, "does not see /results")
    assert differences("card", sees_nothing, HERE) == ["card does not see /results"]


def test_a_machine_sees_results_that_it_can_write(tmp_path: Path) -> None:
    marker = tmp_path / ".seen"
    marker.touch()
    assert report_of(ResultsPaths(tmp_path), ".seen").fault is None
    assert list(tmp_path.iterdir()) == [marker]
    elsewhere = ResultsPaths(tmp_path / "elsewhere")
    assert report_of(elsewhere, ".seen").fault == f"does not see {elsewhere}"
    assert not elsewhere.root.exists()


def test_a_machine_that_joins_late_is_checked_too(tmp_path: Path) -> None:
    with preflight(ResultsPaths(tmp_path)) as made:
        assert made.fault() is None
        (marker,) = tmp_path.iterdir()
        elsewhere = replace(made, results=ResultsPaths(tmp_path / "elsewhere"))
        assert f"{socket.gethostname()} does not see {elsewhere.results}" in str(elsewhere.fault())
        other = replace(made, versions={**made.versions, "torch": "1.0"})
        assert "the machine of orch run 1.0" in str(other.fault())
        assert "install the same" in str(other.fault())
    assert not marker.exists()
