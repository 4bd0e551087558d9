"""One trial trained by several processes of this machine, without Ray."""

from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestrator.errors import OrchError
from orchestrator.execution.protocol import Job
from orchestrator.execution.worker.failures import WorkerFailed, describe
from orchestrator.execution.worker.rank import train_part
from orchestrator.plan.records import Pack
from orchestrator.training.keeping import Keeping
from orchestrator.training.records import PackRows

_LOOK_S = 0.5  # whether the run is to end


def train_in_processes(pack: Pack, job: Job, keeping: Keeping | None = None) -> PackRows:
    """The rows of a pack of one trial. Raises WorkerFailed with what the first to fail said."""
    if keeping:
        keeping.shelf.read()  # for what there is to tell of it: workers read it themselves
    keeps = keeping is not None
    with _started(pack, job, keeps=keeps) as ends:
        answers: dict[int, PackRows | None] = {}
        while len(answers) < len(ends):
            if keeping:
                keeping.pause()
            for number in _heard(ends, answers):
                answers[number] = _answer(ends[number], f"worker {number + 1} of {len(ends)}")
    rows = answers[0]
    assert rows is not None  # the first one has them
    return rows


def _heard(ends: Mapping[int, Connection], known: Container[int]) -> list[int]:
    """Those that say something now; none where all are at work."""
    waiting = {number: end for number, end in ends.items() if number not in known}
    ready = wait(list(waiting.values()), _LOOK_S)
    return [number for number, end in waiting.items() if end in ready]


@contextmanager
def _started(pack: Pack, job: Job, *, keeps: bool) -> Iterator[dict[int, Connection]]:
    """What each process will say comes out of these ends; none outlives the block."""
    context = get_context("spawn")  # a fork would share the locks of torch's threads
    ends, processes = {}, []
    folder = TemporaryDirectory(prefix="orch-")
    try:
        for number in range(job.asked.workers):
            ends[number], theirs = context.Pipe(duplex=False)
            given = (theirs, pack, job, number, Path(folder.name, "ranks"), keeps)
            processes.append(context.Process(target=_take_part, args=given, daemon=True))
            processes[-1].start()
            theirs.close()  # so that its death is the end of the pipe
        yield ends
    finally:
        for process in processes:
            process.kill()
            process.join()
        folder.cleanup()


def _answer(end: Connection, who: str) -> PackRows | None:
    try:
        answer = end.recv()
    except EOFError:
        raise WorkerFailed(f"{who} died: killed, crashed, or out of memory") from None
    if isinstance(answer, OrchError):
        raise answer
    if isinstance(answer, str):
        raise WorkerFailed(f"{answer}\n(in {who})")
    return answer  # type: ignore[no-any-return]


def _take_part(
    end: Connection, pack: Pack, job: Job, number: int, store: Path, keeps: bool
) -> None:
    """In a process of its own."""
    from orchestrator.training.distributed import rendezvous

    try:
        if job.device == "cuda":
            rendezvous.take_gpu(number)
        ranks = rendezvous.join(store, number, job.asked.workers, job.device)
        end.send(train_part(pack, job, ranks, keeps=keeps))
    except KeyboardInterrupt:
        return  # the process that started this one tells the user
    except BaseException as error:  # a model is user's code and may raise anything
        # Said while still a member: the others fail once this one leaves.
        end.send(error if isinstance(error, OrchError) else describe(error))
    rendezvous.leave()
