"""Which Python runs the jobs of a cluster, and what it lacks."""

import subprocess
import sys
from importlib.metadata import version

import pytest
from packaging.specifiers import SpecifierSet

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.remote.cluster_python import (
    ClusterPython,
    Lacking,
    head_interpreter,
    lacking,
    needed_libraries,
    probe_command,
    probed,
    require_libraries,
)

HEAD = "http://head:8265"
TYPER = Lacking("typer", ">=0.15", None, "0.29.2")


def python(**libraries: str | None) -> ClusterPython:
    return ClusterPython("/opt/env/bin/python3", "3.11.7", libraries)


def test_the_interpreter_of_a_head_that_was_started_by_path() -> None:
    words = ["/opt/env/…/raylet", "--python_worker_command='/opt/my env/bin/python3' /opt/w.py --x"]
    assert head_interpreter({"cmdline": words}) == "/opt/my env/bin/python3"
    assert head_interpreter({"cmdline": ["raylet"]}) is None
    assert head_interpreter({}) is None, "the node has not reported its processes yet"


def test_a_probe_says_what_is_installed() -> None:
    names = ["torch", "ruamel-yaml", "no-such-library"]
    command = probe_command(sys.executable, names)
    said = subprocess.run(command, shell=True, capture_output=True, text=True, check=True).stdout
    found = probed(f"Running entrypoint: {command}\n{said}")
    assert found
    assert found.libraries == {
        "torch": version("torch"), "ruamel-yaml": version("ruamel.yaml"), "no-such-library": None,
    }  # fmt: skip
    assert found.version == sys.version.split()[0]
    assert probed("/bin/sh: 1: python: not found\n") is None


def test_what_orch_needs_includes_extras_of_ray_and_its_own() -> None:
    needed = needed_libraries()
    assert needed["ray"] == SpecifierSet(">=2.60,<2.61")
    assert "tensorboardx" in needed, "an extra of Ray's, without which Tune cannot be imported"
    assert needed["pyarrow"] == SpecifierSet(">=17") & SpecifierSet(">=17.0.0")
    assert "optuna" not in needed
    assert "pytest" not in needed
    assert needed_libraries(["optuna"])["optuna"] == SpecifierSet(">=5.0")


def test_this_environment_lacks_nothing() -> None:
    needed = needed_libraries(["optuna"])
    here = ClusterPython(sys.executable, "3.11.7", {name: version(name) for name in needed})
    assert lacking(here, needed) == []


def test_missing_and_outdated_libraries() -> None:
    needed = {"typer": SpecifierSet(">=0.15"), "torch": SpecifierSet(">=2.6"),
              "numpy": SpecifierSet(">=1.26")}  # fmt: skip
    found = lacking(python(torch="2.6.0+cu124", numpy="1.24.1"), needed)
    assert [str(each) for each in found] == ["typer>=0.15", "numpy>=1.26 (it has 1.24.1)"]
    assert found[1].pinned == f"numpy=={version('numpy')}"
    assert Lacking("torch", ">=2.6", None, "2.13.0+cu126").pinned == "torch==2.13.0"


def test_the_cure_without_install() -> None:
    with pytest.raises(EnvironmentFault) as raised:
        require_libraries(HEAD, python(), [TYPER], install=False)
    assert str(raised.value).splitlines() == [
        "the Ray cluster at http://head:8265 cannot run orch: "
        "its Python 3.11.7 (/opt/env/bin/python3) lacks",
        "    typer>=0.15",
        "    on every node: /opt/env/bin/python3 -m pip install typer==0.29.2",
        "    or add --install: Ray then installs them on the nodes, for this study alone",
    ]
    assert require_libraries(HEAD, python(), [TYPER], install=True) == ["typer==0.29.2"]
    assert require_libraries(HEAD, python(), [], install=True) == []


def test_neither_python_nor_ray_can_be_installed() -> None:
    old = ClusterPython("/usr/bin/python3", "3.9.2", {"ray": "2.40.0", "typer": None})
    missing = lacking(old, {"ray": SpecifierSet(">=2.60,<2.61"), "typer": SpecifierSet(">=0.15")})
    with pytest.raises(EnvironmentFault, match=r"Python >=3\.11 and ray <2\.61,>=2\.60: --install"):
        require_libraries(HEAD, old, missing, install=True)
