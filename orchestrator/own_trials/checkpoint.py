"""Checkpoints of an own trial: a copy of what the user keeps, and what was reported before it."""

import json
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import Any

from orchestrator.own_trials.reports import Reports
from orchestrator.training.checkpoint_policy import CheckpointPolicy

_REPORTS, _KEPT = "reports.json", "kept"


class TrialCheckpoint:
    """The checkpoint of one trial. It is copied at once, and written when that is due.

    policy: None keeps nothing.   folder: of this process, for copies.
    """

    def __init__(self, policy: CheckpointPolicy | None, folder: Path) -> None:
        self.policy, self.folder = policy, folder
        self.saved_at = monotonic()
        self.pending: tuple[Path, dict[str, Any]] | None = None  # not written yet

    def restore(self, reports: Reports) -> Path | None:
        """What was kept, in the folder; None where the trial starts anew."""
        data = self.policy.storage.read() if self.policy else None
        if data is None:
            return None
        place = self.folder / "resumed"
        with tarfile.open(fileobj=BytesIO(data)) as archive:
            archive.extractall(place, filter="data")
        reports.restore(json.loads((place / _REPORTS).read_bytes()))
        (kept,) = (place / _KEPT).iterdir()
        return kept

    def keep(self, path: Path, reports: Reports) -> None:
        """Raises FileNotFoundError where there is nothing."""
        if not path.exists():
            raise FileNotFoundError(f"checkpoint: there is no {path}")
        if self.policy is None:
            return
        copy = self.folder / "copies" / str(monotonic())
        copy.mkdir(parents=True)
        if path.is_dir():
            shutil.copytree(path, copy / path.resolve().name)
        else:
            shutil.copy(path, copy / path.name)
        before, self.pending = self.pending, (copy, reports.state())
        if before:
            shutil.rmtree(before[0])
        if monotonic() - self.saved_at >= self.policy.every_s:
            self.write()

    def write(self) -> None:
        """Write what was kept since the last time, if anything."""
        if self.pending is None or self.policy is None:
            return
        (copy, reported), self.pending = self.pending, None
        file = BytesIO()
        with tarfile.open(fileobj=file, mode="w") as archive:
            text = json.dumps(reported).encode()
            entry = tarfile.TarInfo(_REPORTS)
            entry.size = len(text)
            archive.addfile(entry, BytesIO(text))
            archive.add(copy, _KEPT)
        self.policy.storage.write(file.getvalue())
        shutil.rmtree(copy)
        self.saved_at = monotonic()

    @contextmanager
    def written_if_stopped(self) -> Iterator[None]:
        """Where the block raises, what was kept is written first."""
        try:
            yield
        except BaseException:
            self.write()
            raise
