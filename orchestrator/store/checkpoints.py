"""Checkpoints: what a worker had come to with a pack, so that another can go on from there.

A file has a line of JSON, with what the rest was made by and its checksum, and then the rest.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath

from orchestrator.addresses import below
from orchestrator.paths import Location, ResultsPaths
from orchestrator.store.remote.object_io import get, listing, put, remove

_HEAD_BYTES = 4096  # more than the first line has


class DamagedCheckpoint(Exception):
    """A checkpoint is not whole; its pack has to begin anew."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """That of one pack.

    made_by: code, device and versions; a checkpoint made by others is none.
    """

    place: Location
    made_by: str

    def read(self) -> bytes | None:
        """None if there is none of the same origin. Raises DamagedCheckpoint."""
        found = get(self.place)
        if found is None:
            return None
        head, _, data = found.partition(b"\n")
        try:
            origin = json.loads(head)
            whole = origin["sha256"] == sha256(data).hexdigest()
        except (ValueError, TypeError, KeyError):
            whole = False
        if not whole:
            raise DamagedCheckpoint(f"{self.place} is damaged: the pack is trained from its start")
        return data if origin["made_by"] == self.made_by else None

    def write(self, data: bytes) -> None:
        """In place of the one before. Raises EnvironmentFault when it cannot be written."""
        head = {"made_by": self.made_by, "sha256": sha256(data).hexdigest()}
        put(self.place, json.dumps(head).encode() + b"\n" + data)

    def remove(self) -> None:
        remove(self.place)


def written(paths: ResultsPaths, study: str, pack_id: str) -> str | None:
    """What tells one checkpoint of a pack from the next; None where there is none."""
    found = get(paths.at(paths.checkpoint(study, pack_id)), _HEAD_BYTES)
    return None if found is None else sha256(found.partition(b"\n")[0]).hexdigest()


def keep_only(paths: ResultsPaths, study: str, pack_ids: Collection[str]) -> None:
    """Remove checkpoints of packs that will not be trained: of another plan, or done."""
    folder = paths.at(paths.checkpoints(study))
    for name in _stale(folder, pack_ids):
        remove(below(folder, name) if isinstance(folder, str) else folder / name)


def _stale(folder: Location, pack_ids: Collection[str]) -> Iterator[str]:
    for name in listing(folder):
        if PurePosixPath(name).stem not in pack_ids:
            yield name
