"""What each of several workers of one trial does."""

from math import inf

from orchestrator.execution.protocol import Job
from orchestrator.execution.worker.checkpoint import CheckpointFile
from orchestrator.execution.worker.pack import never_stop, train_pack
from orchestrator.plan.records import Pack
from orchestrator.training.checkpoint_policy import CheckpointPolicy
from orchestrator.training.distributed.process_group import ProcessGroup
from orchestrator.training.records import PackRows


def train_rank(pack: Pack, job: Job, group: ProcessGroup, *, keeps: bool) -> PackRows | None:
    """Train this worker's part of every batch. The first worker returns the trial's rows.

    keeps: checkpoints. The first worker writes them, and all resume from the last one.

    Workers do not pause: whoever ends the trial ends its processes, and the last checkpoint stays.
    """
    every_s = job.checkpoint_s if group.is_first else inf
    checkpoints = (
        CheckpointPolicy(CheckpointFile(pack, job), every_s, never_stop) if keeps else None
    )
    rows = train_pack(pack, job, checkpoints, group=group)
    return rows if group.is_first else None
