"""The output of a trial: the beginning and the end of it, however much there is."""

import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import TextIOBase
from typing import TextIO

HEAD_BYTES, TAIL_BYTES = 2**20, 8 * 2**20


class Output:
    """Keeps the first MiB and the last 8 MiB of what is written to it."""

    def __init__(self, head_bytes: int = HEAD_BYTES, tail_bytes: int = TAIL_BYTES) -> None:
        self.head_bytes, self.tail_bytes = head_bytes, tail_bytes
        self.head = bytearray()
        self.tail: deque[bytes] = deque()
        self.in_tail = self.left_out = 0

    def write(self, data: bytes) -> None:
        room = self.head_bytes - len(self.head)
        self.head += data[:room]
        rest = data[room:] if room > 0 else data
        if rest:
            self.tail.append(bytes(rest))
            self.in_tail += len(rest)
        while self.tail and self.in_tail - len(self.tail[0]) >= self.tail_bytes:
            gone = len(self.tail.popleft())
            self.in_tail -= gone
            self.left_out += gone

    @property
    def content(self) -> bytes:
        """All that is kept; where something is missing, a line says how much."""
        gap = f"\n[… {self.left_out:,} bytes left out …]\n".encode() if self.left_out else b""
        return bytes(self.head) + gap + b"".join(self.tail)


class _Tee(TextIOBase):
    """What Python code prints goes to the output, and where it would have gone."""

    def __init__(self, output: Output, beside: TextIO) -> None:
        self.output, self.beside = output, beside

    def write(self, text: str) -> int:
        self.output.write(text.encode("utf-8", "backslashreplace"))
        return self.beside.write(text)

    def flush(self) -> None:
        self.beside.flush()

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return self.beside.fileno()


@contextmanager
def printed_to(output: Output) -> Iterator[None]:
    """Inside, what Python code prints is kept; it appears on stderr, as stdout is orch's."""
    tee = _Tee(output, sys.stderr)
    with redirect_stdout(tee), redirect_stderr(tee):
        yield
