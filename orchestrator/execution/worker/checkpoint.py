"""The checkpoint of a pack, as its training uses it."""

from importlib.metadata import version

from orchestrator.execution.protocol import Job
from orchestrator.plan.records import Pack
from orchestrator.store.checkpoints import Checkpoint, DamagedCheckpoint


class CheckpointFile:
    """Reads and writes the checkpoint of a pack.

    has_resumed: a checkpoint was read.   note: for the user, where one was damaged.
    """

    def __init__(self, pack: Pack, job: Job) -> None:
        place = job.paths.at(job.paths.checkpoint(pack.study, pack.pack_id))
        self.checkpoint = Checkpoint(place, _made_by(pack, job))
        self.has_resumed = False
        self.may_exist = job.resources.workers > 1  # another worker of the trial may write it
        self.note: str | None = None

    def read(self) -> bytes | None:
        """None where the pack must be trained from its start."""
        try:
            data = self.checkpoint.read()
        except DamagedCheckpoint as damage:
            self.note = str(damage)
            return None
        self.has_resumed = data is not None
        self.may_exist |= self.has_resumed
        return data

    def write(self, data: bytes) -> None:
        self.checkpoint.write(data)
        self.may_exist = True

    def remove(self) -> None:
        """Called once the pack is in the store, or will be split."""
        if self.may_exist:
            self.checkpoint.remove()


def _made_by(pack: Pack, job: Job) -> str:
    """What, besides the pack, decides the bits."""
    torch, count = version("torch"), job.resources.workers
    workers = f"{count} workers, " if count > 1 else ""
    where = f"{job.device}, {workers}{job.threads} threads"
    return f"code {pack.code_digest}, {where}, torch {torch}"
