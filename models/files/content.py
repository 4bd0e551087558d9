"""The bytes of a file, plain or .gz, or a DataError that says why there are none."""

import gzip
import zlib
from pathlib import Path

from orchestrator.models.files.errors import DataError

GZIP_MAGIC = b"\x1f\x8b"


def read_bytes(path: Path) -> bytes:
    """The content, unpacked if it is packed (whatever the name says). Raises DataError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        cure = f"a relative path starts at {Path.cwd()}" * (not path.is_absolute())
        raise DataError(path, f"cannot be read: {error.strerror}", cure) from error
    return _unpacked(path, content) if content.startswith(GZIP_MAGIC) else content


def _unpacked(path: Path, content: bytes) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(path, f"damaged or cut off: {error}", "copy it anew") from error
