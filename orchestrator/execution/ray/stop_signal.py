"""How packs that are being trained in workers are asked to write a checkpoint and end."""

import signal
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from ray.experimental.internal_kv import (
    _internal_kv_del,
    _internal_kv_exists,
    _internal_kv_get,
    _internal_kv_list,
    _internal_kv_put,
)

PATIENCE_S = 10.0  # for the end of an epoch
_LOOK_S = 0.05
_HEAR_EVERY_S = 1.0


class Ended(BaseException):
    """The training of a pack ends here; its checkpoint is written. No `except Exception` eats it.

    by_signal: this process was asked, not the run.
    """

    def __init__(self, by_signal: bool) -> None:
        super().__init__()
        self.by_signal = by_signal


class Bell:
    """Rung by the driver, heard by its workers: keys of Ray's own table, which all of them see.

    A worker that trains cannot be called, and a signal does not reach another machine.
    """

    def __init__(self, name: str) -> None:
        self.name = name.encode()

    def rings(self) -> bool:
        return bool(_internal_kv_exists(self.name))

    def answer(self, worker: str, pack_id: str) -> None:
        """This worker has nothing more to do for the pack."""
        _internal_kv_put(self._answers + worker.encode(), pack_id.encode())

    def ring(self, running: Collection[str], patience_s: float = PATIENCE_S) -> None:
        """Returns once none of these packs runs, or the patience is over."""
        _internal_kv_put(self.name, b"")
        end = time.monotonic() + patience_s
        while not set(running) <= self._answered() and time.monotonic() < end:
            time.sleep(_LOOK_S)

    def forget(self) -> None:
        with suppress(Exception):  # Ray may be gone
            _internal_kv_del(self.name, del_by_prefix=True)

    @property
    def _answers(self) -> bytes:
        return self.name + b"/"

    def _answered(self) -> set[str]:
        values = (_internal_kv_get(key) for key in _internal_kv_list(self._answers))
        return {value.decode() for value in values if value}


@contextmanager
def listening(bell: Bell) -> Iterator["Listening"]:
    """In a worker, while it trains a pack: SIGTERM is not the end at once."""
    listening = Listening(bell)
    before = signal.signal(signal.SIGTERM, listening.handle)
    try:
        yield listening
    finally:
        signal.signal(signal.SIGTERM, before)


class Listening:
    """Whether this worker is to end."""

    def __init__(self, bell: Bell) -> None:
        self.bell, self.is_signalled, self.looked_at = bell, False, time.monotonic()

    def handle(self, number: int, frame: FrameType | None) -> None:
        self.is_signalled = True

    def pause(self) -> None:
        """Raises Ended."""
        if self.is_signalled or self._hears():
            raise Ended(self.is_signalled)

    def _hears(self) -> bool:
        """Asks the head of the cluster, once a second."""
        now = time.monotonic()
        if now - self.looked_at < _HEAR_EVERY_S:
            return False
        self.looked_at = now
        return self.bell.rings()
