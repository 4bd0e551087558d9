"""Files that a reader sees whole or not at all."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Lets `write` fill a temporary file beside `path`, then renames it into place."""
    with _temporary(path) as temporary:
        write(temporary)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)


def write_text(path: Path, text: str) -> None:
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


@contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    handle, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _umask() -> int:
    """The process's umask, which can only be read by setting it; mkstemp ignores it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
