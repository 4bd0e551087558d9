"""The driver of a study that was started from elsewhere: a process, held by an actor on the head.

Only the actor is Ray's. It hands on what the process prints, and ends it when nobody listens.
"""

import codecs
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Thread

SILENCE_S = 20.0  # without a question from elsewhere: the connection is lost
_ANSWER_S = 1.0  # so long a question waits for something to tell
_LOOK_EVERY_S = 0.5


class Driver:
    """A process in the working folder.

    command: words; variables: of its environment, beside those of this process.
    """

    def __init__(self, command: Sequence[str], variables: Mapping[str, str]) -> None:
        with _interruptible():
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, **variables},
                start_new_session=True,  # Ctrl-C in a terminal of the head is not for it
            )
        self.printed: SimpleQueue[str | None] = SimpleQueue()  # None: there will be no more
        self.asked_at = time.monotonic()
        for duty in (self._read, self._watch):
            Thread(target=duty, daemon=True).start()

    def more(self) -> tuple[str, int | None]:
        """What it printed since the last time, perhaps nothing, and its exit code at the end."""
        try:
            text = self.printed.get(timeout=_ANSWER_S)
        except Empty:
            text = ""
        self.asked_at = time.monotonic()
        return ("", self.process.wait()) if text is None else (text, None)

    def interrupt(self) -> None:
        """As Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)

    def _read(self) -> None:
        assert self.process.stdout
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        with self.process.stdout as printed:
            while data := os.read(printed.fileno(), 2**16):
                self.printed.put(decoder.decode(data))
        self.printed.put(None)

    def _watch(self) -> None:
        while self.process.poll() is None:
            time.sleep(_LOOK_EVERY_S)
            if time.monotonic() - self.asked_at > SILENCE_S:
                self.interrupt()
                return


@contextmanager
def _interruptible() -> Iterator[None]:
    """Processes that start here get SIGINT, which Ray's workers block and would hand down so."""
    before = signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
