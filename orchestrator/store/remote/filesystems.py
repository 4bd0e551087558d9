"""File systems for folders and URIs, and their errors as an EnvironmentFault with a cure."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa
from pyarrow import fs

from orchestrator.addresses import options
from orchestrator.errors import EnvironmentFault
from orchestrator.paths import Location

ATTEMPTS = 7  # per request to S3; with pauses that double, 30 to 60 s in all
ANSWER_S = 20  # without a byte from the server, before the request is repeated
_CONNECT_S = 5
_GOOGLE_PATIENCE_S = 60

_CREDENTIALS = (
    "check the credentials on that machine (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
    "~/.aws/credentials, or its role) and that they may list, read and write there"
)
_ENDPOINT = (
    "is the endpoint right, and reachable from there? (endpoint_override and scheme in the URI, "
    "AWS_ENDPOINT_URL, AWS_REGION)"
)
_MISSING = "NO_SUCH_BUCKET|bucket does not exist"
_CURES = (
    (_MISSING, "make the bucket, or correct its name in --results"),
    (r"ACCESS_DENIED|INVALID_ACCESS_KEY|SIGNATURE|HTTP status 40[13]|credential", _CREDENTIALS),
    ("NETWORK_CONNECTION|resolve|timed? ?out", _ENDPOINT),
    (
        "INTERNAL_FAILURE|SERVICE_UNAVAILABLE|SLOW_DOWN|HTTP status 5",
        "the server returned errors; retry later: stored results are safe",
    ),
)


def opened(location: Location) -> tuple[Any, str]:
    """The file system of a location and the path in it. Raises EnvironmentFault."""
    if isinstance(location, Path):
        return fs.LocalFileSystem(), str(location)
    parts = urlsplit(location)
    with faults(location, "open"):
        files = _file_system(parts.scheme, parts.netloc, parts.query)
    return files, unquote(f"{parts.netloc}{parts.path}").rstrip("/")


@cache
def _file_system(scheme: str, bucket: str, query: str) -> Any:
    """One per bucket and process: it holds the connections."""
    uri = f"{scheme}://{bucket}/{f'?{query}' * bool(query)}"
    if scheme == "s3":
        return fs.S3FileSystem(
            **_s3_options(bucket, options(uri)),
            connect_timeout=_CONNECT_S,
            request_timeout=ANSWER_S,
            retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=ATTEMPTS),
            allow_delayed_open=True,  # a small object is written by a single request
        )
    if scheme in ("gs", "gcs") and "retry_limit_seconds" not in query:
        uri += f"{'&' if query else '?'}retry_limit_seconds={_GOOGLE_PATIENCE_S}"
    return fs.FileSystem.from_uri(uri)[0]


def _s3_options(bucket: str, given: dict[str, str]) -> dict[str, str]:
    """Options of the URI, completed by the environment, and by the region of the bucket."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    if endpoint and "endpoint_override" not in given:
        scheme, _, host = endpoint.rstrip("/").rpartition("://")
        given = {"scheme": scheme or "https", **given, "endpoint_override": host}
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if "region" in given:
        return given
    if not region:
        region = "us-east-1" if "endpoint_override" in given else fs.resolve_s3_region(bucket)
    return {**given, "region": region}


@contextmanager
def faults(location: Location, doing: str) -> Iterator[None]:
    """Turn errors of pyarrow into an EnvironmentFault with the location, reason and cure."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise EnvironmentFault(
            f"cannot {doing} {location}: {_reason(str(error))}\n    {_cure(str(error))}"
        ) from error


def is_missing(fault: EnvironmentFault) -> bool:
    """Whether the bucket does not exist, rather than being unreachable."""
    return bool(re.search(_MISSING, str(fault)))


def _reason(text: str) -> str:
    """AWS Error NO_SUCH_BUCKET during PutObject operation: The specified bucket does not exist."""
    found = re.search(r"AWS Error .*", text)
    return (found[0] if found else text.splitlines()[0]).split(" (Request ID")[0]


def _cure(text: str) -> str:
    found = (cure for pattern, cure in _CURES if re.search(pattern, text))
    return next(found, "check --results and that this machine may list, read and write there")
