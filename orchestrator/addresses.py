"""URIs of results: s3://bucket/prefix?endpoint_override=host:9000&scheme=http."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlsplit

from orchestrator.errors import Problem

SCHEMES = ("s3", "gs", "gcs", "abfs", "abfss", "hdfs", "viewfs", "file")
S3_OPTIONS = ("region", "scheme", "endpoint_override", "tls_ca_file_path")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/")
_FORMS = "the path of a folder, s3://BUCKET/PREFIX, gs://BUCKET/PREFIX, or file:///PATH"


def is_uri(place: str) -> bool:
    return _URI.match(place) is not None


def below(uri: str, name: str) -> str:
    """The URI of something inside; a query stays at the end."""
    place, mark, query = uri.partition("?")
    return f"{place.rstrip('/')}/{name}{mark}{query}"


def options(uri: str) -> dict[str, str]:
    """The query of a URI; of a name given twice the last value."""
    return {name: values[-1] for name, values in parse_qs(urlsplit(uri).query).items()}


def local_path(uri: str) -> str | None:
    """The path that file:///path names; None for other URIs."""
    parts = urlsplit(uri)
    return unquote(parts.path) if parts.scheme == "file" else None


def problems(uri: str, where: str) -> Iterator[Problem]:
    """Everything that is wrong with it, as far as its text shows."""
    parts = urlsplit(uri)
    if parts.scheme not in SCHEMES:
        yield Problem(where, f"{parts.scheme!r} is no kind of results location", _FORMS)
    elif parts.scheme == "file":
        if parts.netloc or not parts.path.startswith("/"):
            yield Problem(where, f"{uri!r} names no folder", _FORMS, "file:///absolute/path")
    elif not parts.netloc:
        yield Problem(where, f"{uri!r} names no bucket", _FORMS)
    if parts.password is not None:
        cure = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use ~/.aws/credentials"
        yield Problem(where, "a secret in a URI ends up in logs and reports", cure=cure)
    unknown = options(uri).keys() - set(S3_OPTIONS)
    if parts.scheme == "s3" and unknown:
        what = f"unknown in the query: {', '.join(sorted(unknown))}"
        yield Problem(where, what, ", ".join(S3_OPTIONS))
