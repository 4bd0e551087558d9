"""One trial trained by several processes of this machine, without Ray."""

from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from os import environ
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestrator.errors import OrchError
from orchestrator.execution.environment import environment
from orchestrator.execution.protocol import Job
from orchestrator.execution.worker.failures import WorkerFailed, describe
from orchestrator.execution.worker.rank import train_rank
from orchestrator.plan.records import Pack
from orchestrator.training.checkpoint_policy import CheckpointPolicy
from orchestrator.training.records import PackRows

_SAFE_PATH = "PYTHONSAFEPATH"
"""Set, Python does not search the current folder: a pickle.py there would be run at its start."""
_POLL_S = 0.5  # between checks whether the run is to end


def train_in_processes(
    pack: Pack, job: Job, checkpoints: CheckpointPolicy | None = None
) -> PackRows:
    """The rows of a pack of one trial. Raises WorkerFailed with the error of the first to fail."""
    if checkpoints:
        checkpoints.storage.read()  # to report a damaged or resumed one: workers read it themselves
    keeps = checkpoints is not None
    with _started(pack, job, keeps=keeps) as pipes:
        results: dict[int, PackRows | None] = {}
        while len(results) < len(pipes):
            if checkpoints:
                checkpoints.pause(None)
            for rank in _ready(pipes, results):
                results[rank] = _result(pipes[rank], f"worker {rank + 1} of {len(pipes)}")
    rows = results[0]
    assert rows is not None  # the first worker returns them
    return rows


def _ready(pipes: Mapping[int, Connection], finished: Container[int]) -> list[int]:
    """Ranks that have sent a result or died; empty where all are at work."""
    waiting = {rank: pipe for rank, pipe in pipes.items() if rank not in finished}
    ready = wait(list(waiting.values()), _POLL_S)
    return [rank for rank, pipe in waiting.items() if pipe in ready]


@contextmanager
def _started(pack: Pack, job: Job, *, keeps: bool) -> Iterator[dict[int, Connection]]:
    """Rank → pipe on which its result arrives. No process outlives the block."""
    context = get_context("spawn")  # a fork would share the locks of torch's threads
    pipes, processes = {}, []
    folder = TemporaryDirectory(prefix="orch-")
    here = environ.get(_SAFE_PATH, "")
    try:
        for rank in range(job.resources.workers):
            pipes[rank], theirs = context.Pipe(duplex=False)
            given = (theirs, pack, job, rank, Path(folder.name, "rendezvous"), keeps, here)
            processes.append(context.Process(target=_run_rank, args=given, daemon=True))
            with environment({_SAFE_PATH: "1"}):
                processes[-1].start()
            theirs.close()  # so that its death is the end of the pipe
        yield pipes
    finally:
        for process in processes:
            process.kill()
            process.join()
        folder.cleanup()


def _result(pipe: Connection, who: str) -> PackRows | None:
    try:
        result = pipe.recv()
    except EOFError:
        raise WorkerFailed(f"{who} died: killed, crashed, or out of memory") from None
    if isinstance(result, OrchError):
        raise result
    if isinstance(result, str):
        raise WorkerFailed(f"{result}\n(in {who})")
    return result  # type: ignore[no-any-return]


def _run_rank(
    pipe: Connection, pack: Pack, job: Job, rank: int, store: Path, keeps: bool, safe_path: str
) -> None:
    """Runs in a process of its own. safe_path: the variable as processes of own code have it."""
    environ[_SAFE_PATH] = safe_path  # empty: as if not set
    from orchestrator.training.distributed import rendezvous

    try:
        if job.device == "cuda":
            rendezvous.take_gpu(rank)
        group = rendezvous.join(store, rank, job.resources.workers, job.device)
        pipe.send(train_rank(pack, job, group, keeps=keeps))
    except KeyboardInterrupt:
        return  # the process that started this one reports it
    except BaseException as error:  # a model is user's code and may raise anything
        # Sent before leaving the group: the others fail once this one leaves.
        pipe.send(error if isinstance(error, OrchError) else describe(error))
    rendezvous.leave()
