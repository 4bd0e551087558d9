"""URIs of results: s3://bucket/prefix?endpoint_override=host:9000&scheme=http."""

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from orchestrator.errors import Problem
from orchestrator.shown_text import masked

SCHEMES = ("s3", "gs", "gcs", "abfs", "abfss", "hdfs", "viewfs", "file")
S3_OPTIONS = ("region", "scheme", "endpoint_override", "tls_ca_file_path")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/")
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
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


def split(address: str) -> SplitResult | None:
    """The parts of a URI or URL; None where it is none, as with a bracket or a port too many."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts


def problems(uri: str, where: str) -> Iterator[Problem]:
    """Everything that is wrong with it, as far as its text shows."""
    if masked(uri) != uri:  # workers get it as it is: in Ray's list of jobs, for instance
        what = "a secret in a URI ends up in logs and reports"
        yield Problem(where, what, cure=_credentials(uri.partition(":")[0]))
    parts = split(uri)
    if parts is None:
        yield Problem(where, f"{masked(uri)!r} cannot be read as a URI", _FORMS)
    else:
        yield from _of_parts(parts, masked(uri), where)


def _credentials(scheme: str) -> str:
    if scheme in ("abfs", "abfss"):
        return "set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET, or use `az login`"
    if scheme in ("gs", "gcs"):
        return "set GOOGLE_APPLICATION_CREDENTIALS, or use `gcloud auth application-default login`"
    if scheme == "s3":
        return "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use ~/.aws/credentials"
    return "leave it out"


def _of_parts(parts: SplitResult, shown: str, where: str) -> Iterator[Problem]:
    """shown: the URI as messages may show it."""
    if parts.scheme not in SCHEMES:
        yield Problem(where, f"{parts.scheme!r} is no kind of results location", _FORMS)
    elif parts.scheme == "file":
        if parts.netloc or not parts.path.startswith("/"):
            yield Problem(where, f"{shown!r} names no folder", _FORMS, "file:///absolute/path")
        if parts.query:
            yield Problem(
                where, "a folder has no options", _FORMS, "leave out what follows the question mark"
            )
    elif not parts.netloc:
        yield Problem(where, f"{shown!r} names no bucket", _FORMS)
    elif parts.scheme in ("s3", "gs", "gcs") and not _BUCKET.fullmatch(parts.netloc):
        yield Problem(where, f"{shown!r}: no bucket can have this name", _FORMS)
    unknown = options(shown).keys() - set(S3_OPTIONS)
    if parts.scheme == "s3" and unknown:
        what = f"unknown in the query: {', '.join(sorted(unknown))}"
        yield Problem(where, what, ", ".join(S3_OPTIONS))
