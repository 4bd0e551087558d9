"""What tests of several folders share."""

from collections.abc import Iterator

import pytest

from tests.object_storage import CREDENTIALS, ObjectStorage, serving


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
