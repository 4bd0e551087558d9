"""Runs packs one after another in this process: for debugging, and where Ray cannot start."""

from collections.abc import Iterable, Sequence

from orchestrator.execution.records import Job, Listener
from orchestrator.execution.work import work
from orchestrator.plan.records import Pack


class InlineExecutor:
    """The same packs and the same worker function as with Ray Tune, without another process."""

    name = "inline"

    def run(self, rounds: Iterable[Sequence[Pack]], job: Job, listener: Listener) -> None:
        for packs in rounds:
            for pack in packs:
                listener.tick()
                listener.started(pack)
                listener.finished(work(pack, job, pause=listener.tick))
