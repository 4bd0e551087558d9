"""The lease on a study at a URI: its folder is uploaded while it runs, and other runs are refused.

Object storage has no locks. A run writes a lease (driver.json) and renews it; another run that
finds a lease which has not expired does not start. That is no guarantee: two runs that start
within the same moment can both go on, and a suspended process may wake up beside its successor.
Then packs are trained twice, and nothing else happens: both write the same rows under the same
names.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from secrets import token_hex
from threading import Event, Thread
from typing import Any

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import ResultsPaths
from orchestrator.store.local.is_running import LEASE_S
from orchestrator.store.local.lock import holder, process_alive
from orchestrator.store.remote.mirror import push_study
from orchestrator.store.remote.object_io import ObjectInfo, get, put, remove, stat

RENEW_S = 30
SETTLE_S = 1.0  # until a lease that another run wrote at the same moment is visible


@contextmanager
def hold_lease(paths: ResultsPaths, study: str) -> Iterator[None]:
    """Hold the lease on a study at a URI. In a folder, where the lock does that, do nothing.

    Raises EnvironmentFault, with the other process, if another run holds the lease; and when the
    folder of the study cannot be uploaded at the end.
    """
    if paths.uri is None:
        yield
        return
    lease = Lease(paths, study)
    lease.acquire()
    try:
        with lease.renewing():
            yield
    except BaseException:
        with suppress(EnvironmentFault):  # the first error is the one to report
            lease.release()
        raise
    lease.release()


class Lease:
    """The lease of this process on a study at a URI."""

    def __init__(self, paths: ResultsPaths, study: str) -> None:
        self.paths, self.study, self.folder = paths, study, paths.study(study)
        self.location = paths.at(self.folder.driver)
        self.content = json.dumps({"holder": holder(), "token": token_hex(8)}).encode()

    def acquire(self) -> None:
        info, other = stat(self.location), get(self.location)
        if info is not None and other is not None:
            self._require_expired(info, other)
        self.renew()
        time.sleep(SETTLE_S)
        if (now := get(self.location)) not in (self.content, None):
            raise EnvironmentFault(_taken(self.paths, _holder(now), 0))

    def _require_expired(self, info: ObjectInfo, other: bytes) -> None:
        age_s = (self._now_ns() - info.changed_ns) / 1e9
        if age_s < LEASE_S and process_alive(_holder(other)) is not False:
            raise EnvironmentFault(_taken(self.paths, _holder(other), age_s))

    def _now_ns(self) -> int:
        """The time by the clock of the server, which also dates the lease."""
        probe = self.paths.at(self.folder.root / f".clock-{token_hex(8)}")
        try:
            return put(probe, b"").changed_ns
        finally:
            remove(probe)

    def renew(self) -> None:
        put(self.location, self.content)

    @contextmanager
    def renewing(self) -> Iterator[None]:
        """Renew the lease and upload the folder of the study every `RENEW_S`, in a thread."""
        end = Event()
        thread = Thread(target=self._renew_until, args=(end,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()

    def _renew_until(self, end: Event) -> None:
        while not end.wait(RENEW_S):
            with suppress(EnvironmentFault):  # a lasting fault is raised by `release`
                self.renew()
                push_study(self.paths, self.study, by_driver=True)

    def release(self) -> None:
        push_study(self.paths, self.study, by_driver=True)
        if get(self.location) == self.content:
            remove(self.location)


def _holder(lease: bytes | None) -> str:
    document: Any = None
    with suppress(ValueError):
        document = json.loads(lease or b"")
    return str(document.get("holder")) if isinstance(document, dict) else "another process"


def _taken(paths: ResultsPaths, other: str, age_s: float) -> str:
    return (
        f"{paths}: this study is being run already, by {other}, seen {age_s:.0f} s ago\n"
        f"    wait for it, or stop it; if it was killed, the study is free {LEASE_S} s after "
        "its lease was last renewed"
    )
