"""One Ray cluster for all tests of a file."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from orchestrator.execution.capacity import Capacity
from orchestrator.execution.local.inline import InlineExecutor
from orchestrator.execution.protocol import Executor
from tests.execution.doubles import MARKER


class LocalRay:
    """A Ray cluster with two CPUs, from its first use until it is stopped; one per process."""

    def __init__(self) -> None:
        self.running = ExitStack()
        self.folder: Path | None = None

    @contextmanager
    def joined(self) -> Iterator[Path]:
        """The folder for its files."""
        from orchestrator.execution.ray.local_cluster import local_cluster

        if self.folder is None:
            two = Capacity(cpus=2, gpus=0)
            started = local_cluster(two, threads=1, workers=2, preloaded=["ray.tune"])
            self.folder = self.running.enter_context(started)
        yield self.folder

    def stop(self) -> None:
        self.running.close()
        self.folder = None


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRay]:
    """Tests that join another cluster stop it first.

    Its environment variables would reach processes of other files' tests.
    """
    shared = LocalRay()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MARKER, str(tmp_path_factory.mktemp("markers")))
        yield shared
        shared.stop()


@pytest.fixture(scope="module")
def ray_executor(local: LocalRay) -> Executor:
    from orchestrator.execution.ray.executor import RayTuneExecutor

    return RayTuneExecutor(local.joined)


@pytest.fixture(scope="module", params=["inline", pytest.param("ray", marks=pytest.mark.ray)])
def executor(request: pytest.FixtureRequest) -> Executor:
    if request.param == "inline":
        return InlineExecutor()
    found: Executor = request.getfixturevalue("ray_executor")
    return found
