"""Joining a cluster that runs already; its nodes are in test_existing_cluster_nodes.py."""

import socket
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.ray import existing_cluster
from orchestrator.execution.ray.existing_cluster import tune_folder
from orchestrator.execution.remote.archive import _orch


def test_files_of_a_killed_run_are_removed_by_the_next(tmp_path: Path) -> None:
    with subprocess.Popen(["true"]) as dead:
        pass
    name = f"{socket.gethostname()}~{dead.pid}-0a"
    (tmp_path / f".tune-{name}" / "tune").mkdir(parents=True)
    (tmp_path / f".seen-{name}").touch()
    kept = [tmp_path / f".tune-another_host~{dead.pid}-0a", tmp_path / f"tune-{name}"]
    for folder in kept:
        folder.mkdir()
    with tune_folder(tmp_path) as mine:
        assert sorted(tmp_path.iterdir()) == sorted([*kept, mine])
        with tune_folder(tmp_path) as second:
            assert mine.exists(), "its process lives"
            assert second != mine
    assert sorted(tmp_path.iterdir()) == sorted(kept)


@pytest.mark.ray
def test_another_version_is_named_with_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """In Ray's own words, whose first line does not say it."""
    import ray
    from ray._private.utils import check_version_info

    def init(**options: object) -> None:
        check_version_info({"ray_version": "2.1.0", "python_version": "3.8.1"}, "this process")

    monkeypatch.setattr(ray, "init", init)
    with pytest.raises(EnvironmentFault, match=r"has Ray 2.1.0 and Python 3.8.1, this") as fault:
        existing_cluster._join("head:6379", {})
    assert f"this machine Ray {ray.__version__} and Python 3." in str(fault.value)
    assert "install the same" in str(fault.value)


@pytest.mark.ray
def test_ray_packs_orch_with_its_links_resolved(tmp_path: Path) -> None:
    """By Ray's own code: what its workers on other nodes import."""
    from ray._private.runtime_env.packaging import create_package

    made = existing_cluster._runtime_environment(threads=1, own=[])
    (package,) = made["py_modules"]
    create_package(
        package,
        tmp_path / "orch.zip",
        include_gitignore=True,
        include_parent_dir=True,
        excludes=made["excludes"],
    )
    with ZipFile(tmp_path / "orch.zip") as packed:
        names = packed.namelist()
    assert len(names) == len(set(names))
    assert set(names) >= {name for name, _ in _orch()}
    assert not [name for name in names if name.endswith(".pyc")]
