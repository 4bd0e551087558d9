"""The bytes of a file, plain or .gz, or a DataError that says why there are none."""

import gzip
import zlib
from pathlib import Path

from orchestrator.models.files.errors import DataError
from orchestrator.models.files.kinds import GZIP_MAGIC, kind_of


def read_bytes(path: Path) -> bytes:
    """The content, unpacked if it is packed (whatever the name says).

    Raises DataError, also for what is no data at all: an archive, a web page, a pointer.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        cure = f"a relative path starts at {Path.cwd()}" * (not path.is_absolute())
        raise DataError(path, f"cannot be read: {error.strerror}", cure) from error
    is_packed = content.startswith(GZIP_MAGIC)
    content = _unpacked(path, content) if is_packed else content
    if kind := kind_of(content):
        inside = "holds " * is_packed
        raise DataError(path, f"{inside or 'is '}{kind.what}", kind.cure.format(path=path))
    if not content:
        raise DataError(path, "is empty", "copy it anew")
    return content


def _unpacked(path: Path, content: bytes) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(path, f"damaged or cut off: {error}", "copy it anew") from error
