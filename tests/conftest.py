"""What tests of several folders share."""

import gc
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.object_storage import CREDENTIALS, ObjectStorage, serving

settings.register_profile(
    "orch",
    deadline=None,
    max_examples=25,  # of 100, which take seconds
    suppress_health_check=[HealthCheck.too_slow],  # a busy machine is
)
settings.load_profile("orch")
gc.disable()  # until everything is collected, as all of that stays


def pytest_collection_finish() -> None:
    """Python's search for garbage skips what collecting made: 0.4 s each time."""
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that start a Ray cluster come first: they take longest, and in a
    parallel run one that starts last would prolong it.
    """
    longest = {item.path for item in items if item.get_closest_marker("ray")}
    items.sort(key=lambda item: item.path not in longest)


@pytest.fixture(scope="session")
def object_storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStorage]:
    """An S3 server, and what this process and its children need to speak with it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        with serving() as storage:
            yield storage
