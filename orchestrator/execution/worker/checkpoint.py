"""The checkpoint of a pack, as its training sees it."""

from importlib.metadata import version

from orchestrator.execution.protocol import Job
from orchestrator.plan.records import Pack
from orchestrator.store.checkpoints import Checkpoint, DamagedCheckpoint


class Keeper:
    """Reads and writes it, and remembers what there is to tell of that."""

    def __init__(self, pack: Pack, job: Job) -> None:
        place = job.paths.at(job.paths.checkpoint(pack.study, pack.pack_id))
        self.checkpoint = Checkpoint(place, _made_by(pack, job))
        self.has_resumed = False
        self.is_there = job.asked.workers > 1  # perhaps: each of them has a keeper of its own
        self.note: str | None = None

    def read(self) -> bytes | None:
        """None where the pack has to begin at its start."""
        try:
            data = self.checkpoint.read()
        except DamagedCheckpoint as damage:
            self.note = str(damage)
            return None
        self.has_resumed = data is not None
        self.is_there |= self.has_resumed
        return data

    def write(self, data: bytes) -> None:
        self.checkpoint.write(data)
        self.is_there = True

    def remove(self) -> None:
        """The pack is in the store, or will not be trained as it is."""
        if self.is_there:
            self.checkpoint.remove()


def _made_by(pack: Pack, job: Job) -> str:
    """What, besides the pack, decides the bits."""
    torch = version("torch")
    workers = f"{job.asked.workers} workers, " if job.asked.workers > 1 else ""
    where = f"{job.device}, {workers}{job.threads} threads"
    return f"code {pack.code_digest}, {where}, torch {torch}"
