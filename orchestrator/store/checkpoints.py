"""Checkpoints: the state of a pack after an epoch, from which another worker can resume it.

A file is a line of JSON (what made the checkpoint, and the SHA-256 of the data), then the data.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath

from orchestrator.paths import Location, ResultsPaths
from orchestrator.store.remote.object_io import get, inside, listing, put, remove

_HEAD_BYTES = 4096  # the first line is shorter


class DamagedCheckpoint(Exception):
    """A checkpoint is incomplete or corrupt; its pack has to start again."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The checkpoint of one pack.

    made_by: code, device and versions. A checkpoint that others made is not used.
    """

    location: Location
    made_by: str

    def read(self) -> bytes | None:
        """The data; None without a checkpoint of the same `made_by`. Raises DamagedCheckpoint."""
        found = get(self.location)
        if found is None:
            return None
        head, _, data = found.partition(b"\n")
        try:
            origin = json.loads(head)
            is_intact = origin["sha256"] == sha256(data).hexdigest()
        except (ValueError, TypeError, KeyError):
            is_intact = False
        if not is_intact:
            raise DamagedCheckpoint(
                f"{self.location} is damaged: the pack is trained from its start"
            )
        return data if origin["made_by"] == self.made_by else None

    def write(self, data: bytes) -> None:
        """Replace the previous checkpoint. Raises EnvironmentFault when it cannot be written."""
        head = {"made_by": self.made_by, "sha256": sha256(data).hexdigest()}
        put(self.location, json.dumps(head).encode() + b"\n" + data)

    def remove(self) -> None:
        remove(self.location)


def digest(paths: ResultsPaths, study: str, pack_id: str) -> str | None:
    """SHA-256 of the first line of a pack's checkpoint: it changes with every new checkpoint.

    None without a checkpoint.
    """
    found = get(paths.at(paths.checkpoint(study, pack_id)), _HEAD_BYTES)
    return None if found is None else sha256(found.partition(b"\n")[0]).hexdigest()


def remove_stale(paths: ResultsPaths, study: str, pack_ids: Collection[str]) -> None:
    """Remove the study's checkpoints of all packs but these: of an earlier plan, or finished."""
    folder = paths.at(paths.checkpoints(study))
    for name in _stale(folder, pack_ids):
        remove(inside(folder, name))


def _stale(folder: Location, pack_ids: Collection[str]) -> Iterator[str]:
    for name in listing(folder):
        if PurePosixPath(name).stem not in pack_ids:
            yield name
