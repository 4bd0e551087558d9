"""One Ray for all tests of this folder."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from orchestrator.execution.capacity import Capacity
from orchestrator.execution.inline import InlineExecutor
from orchestrator.execution.records import Executor
from orchestrator.study.settings import Resources
from tests.execution.doubles import MARKER


@pytest.fixture(scope="session")
def ray_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a running Ray with two CPUs."""
    from orchestrator.execution.ray_cluster import local_ray

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MARKER, str(tmp_path_factory.mktemp("markers")))
        with local_ray(Capacity(cpus=2, gpus=0), threads=1, preloaded=["ray.tune"]) as folder:
            yield folder


@pytest.fixture(scope="session")
def ray_executor(ray_folder: Path) -> Executor:
    from orchestrator.execution.ray_tune import RayTuneExecutor

    return RayTuneExecutor(Resources(), lambda: nullcontext(ray_folder))


@pytest.fixture(scope="session", params=["inline", pytest.param("ray", marks=pytest.mark.ray)])
def executor(request: pytest.FixtureRequest) -> Executor:
    if request.param == "inline":
        return InlineExecutor()
    found: Executor = request.getfixturevalue("ray_executor")
    return found
