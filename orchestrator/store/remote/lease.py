"""Results at a URI while a study is run: its folder is put up, and others are kept out.

Object storage has no locks. A driver leaves a note that it renews; another one that finds it
fresh does not start. Two that start within the same moment can both go on, and a driver that
was asleep may wake beside its successor: packs are then trained twice, and nothing else happens,
as both write the same rows under the same names.
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
from orchestrator.store.local.is_running import LOST_AFTER_S
from orchestrator.store.local.lock import holder, lives
from orchestrator.store.remote.mirror import put_up
from orchestrator.store.remote.object_io import Found, get, look, put, remove

BEAT_S = 30
SETTLE_S = 1.0  # until a note that was put at the same moment would be seen


@contextmanager
def driving(paths: ResultsPaths, study: str) -> Iterator[None]:
    """As long as it lasts this process runs the study. In a folder, a lock does that better.

    Raises EnvironmentFault that names another process which runs it, or when the folder of the
    study cannot be put up at the end.
    """
    if paths.uri is None:
        yield
        return
    driver = Driver(paths, study)
    driver.take()
    try:
        with driver.beating():
            yield
    except BaseException:
        with suppress(EnvironmentFault):  # the first error is the one to report
            driver.leave()
        raise
    driver.leave()


class Driver:
    """The note of this process beside a study at a URI."""

    def __init__(self, paths: ResultsPaths, study: str) -> None:
        self.paths, self.study, self.folder = paths, study, paths.study(study)
        self.note = paths.at(self.folder.driver)
        self.text = json.dumps({"holder": holder(), "token": token_hex(8)}).encode()

    def take(self) -> None:
        found, other = look(self.note), get(self.note)
        if found is not None and other is not None:
            self._require_lost(found, other)
        self.beat()
        time.sleep(SETTLE_S)
        if (now := get(self.note)) not in (self.text, None):
            raise EnvironmentFault(_taken(self.paths, _holder(now), 0))

    def _require_lost(self, found: Found, other: bytes) -> None:
        age_s = (self._now_ns() - found.changed_ns) / 1e9
        if age_s < LOST_AFTER_S and lives(_holder(other)) is not False:
            raise EnvironmentFault(_taken(self.paths, _holder(other), age_s))

    def _now_ns(self) -> int:
        """By the clock that dated the note."""
        probe = self.paths.at(self.folder.root / f".clock-{token_hex(8)}")
        try:
            return put(probe, b"").changed_ns
        finally:
            remove(probe)

    def beat(self) -> None:
        put(self.note, self.text)

    @contextmanager
    def beating(self) -> Iterator[None]:
        end = Event()
        thread = Thread(target=self._beat_until, args=(end,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()

    def _beat_until(self, end: Event) -> None:
        while not end.wait(BEAT_S):
            with suppress(EnvironmentFault):  # the next one, or the last, will tell
                self.beat()
                put_up(self.paths, self.study, drives=True)

    def leave(self) -> None:
        put_up(self.paths, self.study, drives=True)
        if get(self.note) == self.text:
            remove(self.note)


def _holder(note: bytes | None) -> str:
    document: Any = None
    with suppress(ValueError):
        document = json.loads(note or b"")
    return str(document.get("holder")) if isinstance(document, dict) else "another process"


def _taken(paths: ResultsPaths, other: str, age_s: float) -> str:
    return (
        f"{paths}: this study is being run already, by {other}, seen {age_s:.0f} s ago\n"
        f"    wait for it, or stop it; if it was killed, the study is free {LOST_AFTER_S} s after "
        "its last sign"
    )
