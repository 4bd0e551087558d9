"""What each of the workers of a trial does."""

from math import inf

from orchestrator.execution.protocol import Job
from orchestrator.execution.worker.alone import train_alone
from orchestrator.execution.worker.checkpoint import Keeper
from orchestrator.plan.records import Pack
from orchestrator.training.distributed.process_group import Ranks
from orchestrator.training.keeping import Keeping
from orchestrator.training.records import PackRows


def train_part(pack: Pack, job: Job, ranks: Ranks, *, keeps: bool) -> PackRows | None:
    """Train its part of every batch; the first one's rows are those of the trial.

    keeps: checkpoints. All go on from the last one, which the first has written.

    They have no time in common at which they could end early: only whole intervals are kept.
    """
    every_s = job.checkpoint_s if ranks.is_first else inf
    keeping = Keeping(Keeper(pack, job), every_s, _go_on) if keeps else None
    rows = train_alone(pack, job, keeping, ranks=ranks)
    return rows if ranks.is_first else None


def _go_on() -> None:
    """Whoever wants the trial to end, ends its processes."""
