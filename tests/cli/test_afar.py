"""What goes to a client server, and what is made of its answers. `test_run_afar` has a real one."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from orchestrator.cli import afar
from orchestrator.errors import EnvironmentFault
from orchestrator.execution.capacity import Capacity
from orchestrator.execution.ray.nodes import Cluster, Node
from orchestrator.study.parsing.overrides import Overrides
from tests.cli.running import write_study

ADDRESS = "ray://head:10001"


class Client:
    """Stands for a cluster of one node with two CPUs, on which a run says a line and ends."""

    def __init__(self, code: int) -> None:
        self.answers: list[tuple[str, int | None]] = [("", None), ("done\n", None), ("", code)]
        self.arguments: Sequence[str] = ()
        self.sent: list[str] = []

    @contextmanager
    def connected(self, address: str, archive: Path) -> Iterator["Client"]:
        assert address == ADDRESS
        self.sent = ZipFile(archive).namelist()
        yield self

    def cluster(self) -> Cluster:
        return Cluster(ADDRESS, (Node("1", "head", Capacity(2, 0), {}),))

    def start(self, arguments: Sequence[str], variables: Mapping[str, str]) -> None:
        assert "ORCH_COMMAND" in variables
        self.arguments = arguments

    def more(self) -> tuple[str, int | None]:
        return self.answers.pop(0)


def run(folder: Path, client: Client, patch: pytest.MonkeyPatch, *sets: str, **more: Any) -> int:
    patch.setattr(afar, "connected", client.connected)
    asked: dict[str, Any] = {"wait_minutes": 0.0, "report": True, "force": False, **more}
    study = str(write_study(folder))
    overrides = Overrides(set=sets)
    return afar.run_afar(
        study, overrides=overrides, results=folder / "there", address=ADDRESS, **asked
    )


@pytest.mark.parametrize("code", [0, 1, 130])
def test_the_exit_code_is_that_of_the_run_there(
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    client = Client(code)
    assert run(tmp_path, client, monkeypatch) == code
    place = str(tmp_path / "there")
    assert client.arguments == ["run", "tiny.yaml", "--address", "auto", "--results", place]
    assert {"tiny.yaml", "orchestrator/run/run_study.py", "orchestrator/models/build.py"} <= set(
        client.sent
    )
    uploaded, done, unseen = capsys.readouterr().out.splitlines()
    assert uploaded.startswith("uploaded: ")
    assert done == "done"
    assert unseen == f"{place} is a folder of the cluster, which this machine does not see"


def test_flags_go_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(0)
    too_large = "resources.cpus=8"  # perhaps an autoscaler starts such a node
    run(tmp_path, client, monkeypatch, too_large, wait_minutes=3.0, report=False, force=True)
    assert client.arguments[4:8] == ["--wait", "3", "--no-report", "--force"]


def test_a_study_without_room_is_refused_before_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(0)
    with pytest.raises(EnvironmentFault, match="no node of the Ray at ray://head:10001 has"):
        run(tmp_path, client, monkeypatch, "resources.cpus=8")
    assert not client.arguments
