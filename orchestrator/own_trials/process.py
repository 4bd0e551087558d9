"""A command in a process group of its own, which ends with the trial, however this process ends.

The leader of the group is a shell that waits for the end of a pipe from here: when this process
dies, by whatever signal, the system closes the pipe, and the shell kills its group.
"""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_GUARD = ["/bin/sh", "-c", "trap '' TERM HUP INT; read x; kill -KILL 0"]
_POLL_S = 0.1
_CHUNK = 2**16
GRACE_S = 3.0  # from SIGTERM to SIGKILL


class Process:
    """A command that runs. Its output, both streams, is read in pieces."""

    def __init__(self, guard: "subprocess.Popen[bytes]", child: "subprocess.Popen[bytes]") -> None:
        self.guard, self.child = guard, child
        assert child.stdout
        self.stdout: IO[bytes] = child.stdout
        os.set_blocking(self.stdout.fileno(), False)

    def output(self) -> Iterator[bytes]:
        """Pieces of the output as they come, and about ten empty ones a second while none do.

        Ends when the command does: what it leaves behind is killed first.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(self.stdout, selectors.EVENT_READ)
            is_open = True
            while self.child.poll() is None:
                if is_open and selector.select(_POLL_S):
                    piece = self.stdout.read(_CHUNK)
                    is_open = piece != b""  # it has closed its output, and goes on
                    yield piece or b""
                else:
                    time.sleep(0 if is_open else _POLL_S)
                    yield b""
        self.kill()
        while piece := self.stdout.read(_CHUNK):  # the rest; nothing to wait for any more
            yield piece

    def stop(self) -> None:
        """SIGTERM, and SIGKILL for what is left after a while."""
        self._signal(signal.SIGTERM)
        end = time.monotonic() + GRACE_S
        while self.child.poll() is None and time.monotonic() < end:
            with suppress(OSError):
                self.stdout.read(_CHUNK)  # so that a full pipe does not keep it
            time.sleep(_POLL_S / 5)
        self.kill()

    def kill(self) -> None:
        """End the whole group."""
        self._signal(signal.SIGKILL)
        self.guard.wait()
        self.child.wait()

    def _signal(self, number: int) -> None:
        """The guard is the leader, so that its number is that of the group as long as it lives."""
        if self.guard.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.guard.pid, number)


@contextmanager
def started(words: Sequence[str], home: Path, environment: Mapping[str, str]) -> Iterator[Process]:
    """The command runs inside the block; no process of its group outlives it.

    Raises OSError where it cannot be started.
    """
    guard = subprocess.Popen(_GUARD, stdin=subprocess.PIPE, process_group=0)
    try:
        child = subprocess.Popen(
            words,
            cwd=home,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=guard.pid,
        )
    except BaseException:
        guard.kill()
        guard.communicate()
        raise
    process = Process(guard, child)
    try:
        yield process
    finally:
        process.kill()
        process.stdout.close()
        if guard.stdin:
            with suppress(OSError):
                guard.stdin.close()
