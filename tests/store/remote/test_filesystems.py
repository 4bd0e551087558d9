"""A real S3 server that fails now and then."""

import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import ResultsPaths
from orchestrator.store.commit import commit
from orchestrator.store.pack_files import statuses
from orchestrator.store.remote.mirror import refresh
from orchestrator.store.remote.object_io import get, listing, put
from tests.object_storage import ObjectStorage
from tests.store.plans import rows_of

DOWN = "503 Service Unavailable"
SILENCE_S = 2.5  # longer than the second for which the file systems of `impatient` wait


@pytest.mark.parametrize("how", [DOWN, pytest.param(SILENCE_S, marks=pytest.mark.slow)])
@pytest.mark.usefixtures("impatient")
def test_a_server_that_fails_once_is_asked_again(
    object_storage: ObjectStorage, paths: ResultsPaths, how: str | float
) -> None:
    part = paths.at(paths.part("trials", "one"))
    for ask in (lambda: get(part), lambda: listing(str(paths.uri))):
        with object_storage.failing(1, how):
            assert ask()
    with object_storage.failing(1, how, "PUT"):
        put(part, b"again")
    with object_storage.failing(1, how, "GET "):
        assert get(part) == b"again"  # shorter than the server's answer


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_a_server_that_goes_on_failing_is_a_fault_and_what_was_there_stays(
    object_storage: ObjectStorage, paths: ResultsPaths
) -> None:
    with (
        object_storage.failing(99, DOWN, "PUT"),
        pytest.raises(EnvironmentFault, match=r"cannot write s3:.*\n.*errors; retry later"),
    ):
        commit(paths, "one", rows_of("a", status="failed"))
    refresh(paths)
    assert statuses(paths)["a"] == "completed"
    with (
        object_storage.failing(99, SILENCE_S),
        pytest.raises(EnvironmentFault, match=r"cannot read .*\n.*endpoint"),
    ):
        get(paths.at(paths.part("trials", "one")))


@pytest.mark.usefixtures("impatient")
def test_what_is_wrong_is_named_with_its_cure(object_storage: ObjectStorage) -> None:
    query = f"?endpoint_override=127.0.0.1:{object_storage.port}&scheme=http"
    with pytest.raises(EnvironmentFault, match=r"does not exist\n    make the bucket"):
        listing(f"s3://no-such-bucket/results{query}")
    with pytest.raises(EnvironmentFault, match=r"NO_SUCH_BUCKET.*\n    make the bucket"):
        put(f"s3://no-such-bucket/results/x{query}", b"")
    with pytest.raises(EnvironmentFault, match=r"\n    is the endpoint right"):
        get("s3://bucket/x?endpoint_override=127.0.0.1:9&scheme=http")
    one = object_storage.uri()
    with (
        object_storage.failing(9, "403 Forbidden"),
        pytest.raises(EnvironmentFault, match=r"\n    check the credentials"),
    ):
        put(one, b"")
