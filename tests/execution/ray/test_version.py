"""Which Ray is supported."""

import tomllib
from pathlib import Path

import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.ray import version as module
from orchestrator.execution.ray.version import require_supported_ray

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("found", ["2.59.1", "2.61.0", "3.0.0"])
def test_another_ray_is_refused_with_the_cure(found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "version", lambda name: found)
    with pytest.raises(
        EnvironmentFault, match=rf"Ray {found} is installed; orch supports 2\.60"
    ) as fault:
        require_supported_ray()
    assert str(fault.value).endswith(f'    pip install "{requirement()}"')


@pytest.mark.parametrize("found", ["2.60.0", "2.60.3"])
def test_patch_releases_are_accepted(found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "version", lambda name: found)
    require_supported_ray()


def requirement() -> str:
    """As pyproject.toml has it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (found,) = [str(each) for each in project["dependencies"] if each.startswith("ray[")]
    return found
