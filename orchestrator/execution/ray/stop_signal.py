"""Asks workers that train packs to write a checkpoint and stop."""

import signal
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from orchestrator.execution.ray.internals import ClusterKeys
from orchestrator.stop_signals import STOP_SIGNALS
from orchestrator.training.checkpoint_policy import Reached

TIMEOUT_S = 10.0  # for the end of an epoch
_POLL_S = 0.05
_CHECK_EVERY_S = 1.0


class PackStopped(BaseException):
    """The training of a pack stops here; its checkpoint is written.

    A BaseException, so that `except Exception` in a model does not catch it.
    by_signal: this process was asked to end, not the run.
    """

    def __init__(self, by_signal: bool) -> None:
        super().__init__()
        self.by_signal = by_signal


class StopSignal:
    """Set by the driver, polled by its workers: keys of the cluster that all of them see."""

    def __init__(self, name: str) -> None:
        self.key, self.acknowledged = name.encode(), f"{name}/".encode()

    def is_set(self) -> bool:
        return ClusterKeys.exists(self.key)

    def acknowledge(self, worker: str, pack_id: str) -> None:
        """This worker has finished or stopped the pack."""
        ClusterKeys.put(self.acknowledged + worker.encode(), pack_id.encode())

    def send(self, running: Collection[str], timeout_s: float = TIMEOUT_S) -> None:
        """Return once none of these packs runs, or after the timeout."""
        ClusterKeys.put(self.key)
        end = time.monotonic() + timeout_s
        while not set(running) <= self._stopped() and time.monotonic() < end:
            time.sleep(_POLL_S)

    def _stopped(self) -> set[str]:
        return {value.decode() for value in ClusterKeys.values(self.acknowledged)}

    def delete(self) -> None:
        with suppress(Exception):  # Ray may be gone
            ClusterKeys.delete(self.key)


@contextmanager
def stop_listener(
    stop_signal: StopSignal, tell: Callable[[Reached], None]
) -> Iterator["StopListener"]:
    """Handle signals in a worker, while it trains a pack: the epoch is finished first.

    Slurm sends them to all processes of a job. SIGINT is Ray's: it cancels a task.

    tell: called with how far the pack is, at most once a second.
    """
    listener = StopListener(stop_signal, tell)
    heard = [name for name in STOP_SIGNALS if name != signal.SIGINT]
    before = {name: signal.signal(name, listener.handle) for name in heard}
    try:
        yield listener
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


class StopListener:
    """Whether this worker must stop. It talks to the head of the cluster once a second at most."""

    def __init__(self, stop_signal: StopSignal, tell: Callable[[Reached], None]) -> None:
        self.stop_signal, self.tell, self.got_signal = stop_signal, tell, False
        self.checked_at = time.monotonic()

    def handle(self, number: int, frame: FrameType | None) -> None:
        self.got_signal = True

    def pause(self, reached: Reached | None) -> None:
        """Raises PackStopped."""
        if self.got_signal or (self._is_due() and self._exchange(reached)):
            raise PackStopped(self.got_signal)

    def _is_due(self) -> bool:
        now = time.monotonic()
        if now - self.checked_at < _CHECK_EVERY_S:
            return False
        self.checked_at = now
        return True

    def _exchange(self, reached: Reached | None) -> bool:
        """Say how far the pack is; returns whether it must stop."""
        if reached:
            self.tell(reached)
        return self.stop_signal.is_set()
