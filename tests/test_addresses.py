"""URIs of results: what is refused, and that no message repeats a secret."""

import pytest

from orchestrator.addresses import problems, split
from orchestrator.errors import InputError
from orchestrator.run.results_location import results_paths

SECRET = "geheim123"


@pytest.mark.parametrize(
    ("uri", "cure"),
    [
        (f"s3://AKIA:{SECRET}@bucket/x", "AWS_SECRET_ACCESS_KEY"),
        (f"s3://AKIA:{SECRET}/with/slashes@bucket/x", "AWS_SECRET_ACCESS_KEY"),
        (f"s3://bucket/x?secret_key={SECRET}", "AWS_SECRET_ACCESS_KEY"),
        (f"abfs://c@a.dfs.core.windows.net/x?client_secret={SECRET}", "AZURE_CLIENT_SECRET"),
        (f"abfss://:{SECRET}@account/x", "AZURE_CLIENT_SECRET"),
        (f"gs://bucket/x?access_token={SECRET}", "GOOGLE_APPLICATION_CREDENTIALS"),
        (f"file:///results?token={SECRET}", "leave it out"),
        (f"hdfs://user:{SECRET}@host/x", "leave it out"),
        (f"ftp://user:{SECRET}@[host/x", "leave it out"),
    ],
)
def test_a_secret_is_refused_and_not_shown(uri: str, cure: str) -> None:
    with pytest.raises(InputError, match="a secret in a URI ends up in logs and reports") as error:
        results_paths(uri)
    assert cure in str(error.value)
    assert SECRET not in str(error.value)


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("http://[", "cannot be read as a URI"),
        ("s3://[", "cannot be read as a URI"),
        ("s3://[::1]/x", "no bucket can have this name"),
        ("s3://bucket:80/x", "no bucket can have this name"),
        ("s3://bucket:99999/x", "cannot be read as a URI"),
        ("gs://key@bucket/x", "no bucket can have this name"),
        ("file:///results?x=1", "a folder has no options"),
    ],
)
def test_refused(uri: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        results_paths(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "s3://my-bucket.v1/prefix?endpoint_override=host:9000&scheme=http&region=eu",
        "gs://bucket/x?retry_limit_seconds=3",
        "abfs://container@account.dfs.core.windows.net/x",
        "hdfs://user@host:8020/x",
        "file:///results",
    ],
)
def test_good(uri: str) -> None:
    assert list(problems(uri, "--results")) == []


def test_parts_of_what_is_no_address() -> None:
    assert split("http://[") is None
    assert split("http://h:70000") is None
    assert split("http://h:80") is not None
