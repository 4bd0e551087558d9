"""`orch submit`: hands studies to a cluster, through its Ray Jobs server, and returns."""

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestrator.errors import EnvironmentFault, InputError, Problem
from orchestrator.execution.remote.archive import Archive, archive_of
from orchestrator.execution.remote.cluster_python import (
    lacking,
    needed_libraries,
    require_libraries,
)
from orchestrator.execution.remote.jobs_server import JobsServer, server_address
from orchestrator.execution.remote.probe import PATH_PYTHON, interpreter, probe
from orchestrator.execution.remote.submissions import Submission, next_id
from orchestrator.paths import Location
from orchestrator.plan.document import plan_document
from orchestrator.plan.identity import canonical
from orchestrator.run.plan_counts import all_trials
from orchestrator.run.remote.job_context import SUBMISSION
from orchestrator.run.remote.prepare import (
    arguments_there,
    plan_to_send,
    require_results,
    results_there,
    sent,
    variables_there,
)
from orchestrator.study.parsing.overrides import Overrides
from orchestrator.study.records import Study
from orchestrator.words import plural

_DIGITS = 12  # of the digest in an id
_STOPPED_BY = {"RAY_JOB_STOP_SIGNAL": "SIGINT", "RAY_JOB_STOP_WAIT_TIME_S": "60"}
"""What Ctrl-C does, and a minute for it; Ray would end the job hard, after three seconds."""


@dataclass(frozen=True, slots=True)
class Order:
    """One study that a cluster is to run."""

    study: Study
    command: tuple[str, ...]  # to submit it alone, as the user would type it
    trials: int
    results: str  # as the cluster sees it
    wait: Sequence[str]  # flag, for nodes with room
    plan: str  # <study>-<digest>, the submission's id
    archive: Archive


@dataclass(frozen=True, slots=True)
class Runner:
    """How a cluster runs orch."""

    python: str
    packages: tuple[str, ...] = ()  # that Ray installs first


def submit(
    studies: Sequence[str],
    *,
    overrides: Overrides,
    address: str | None,
    results: Location | None,
    wait_minutes: float = 0.0,
    install: bool = False,
) -> int:
    """Exit code 0. Raises InputError, with all problems of all studies, and EnvironmentFault."""
    place = results_there(results)
    flag = [] if address is None else ["--address", address]
    typed = [*flag, *["--install"] * install]
    wait = ["--wait", f"{wait_minutes:g}"] if wait_minutes else []
    url = server_address(address)
    orders = _orders(studies, overrides, place, typed, wait)
    require_results(place)
    server = JobsServer(url)
    cluster = server.cluster()
    for order in orders:
        if not wait:
            cluster.workers(order.study.resources)
    runner = _runner(server, orders, install)
    before: Submission | None = None
    with TemporaryDirectory(prefix="orch-submit-") as folder:
        files = [Path(folder) / f"{number}.zip" for number in range(len(orders))]
        for order, file in zip(orders, files, strict=True):
            order.archive.write(file)
        for order, file in zip(orders, files, strict=True):
            before = _submit(order, file, server, runner, before, flag)
    return 0


def _runner(server: JobsServer, orders: Sequence[Order], install: bool) -> Runner:
    """Raises EnvironmentFault where the cluster's Python cannot run orch."""
    known = server.submissions()
    if all(_is_there(next_id(known, order.plan)[1]) for order in orders):
        return Runner(PATH_PYTHON)  # nothing will be run
    python = interpreter(server)
    uses_optuna = any(o.study.tune and o.study.tune.method == "optuna" for o in orders)
    needed = needed_libraries(["optuna"] if uses_optuna else [])
    found = probe(server, python, needed)
    missing = lacking(found, needed)
    packages = require_libraries(server.address, found, missing, install=install)
    if not packages:
        return Runner(python)
    print(f"Ray installs {', '.join(packages)} on {server.address} …", flush=True)
    found = probe(server, PATH_PYTHON, needed, packages)
    require_libraries(server.address, found, lacking(found, needed), install=False)
    return Runner(PATH_PYTHON, tuple(packages))


def _orders(
    studies: Iterable[str],
    overrides: Overrides,
    results: str,
    flag: Sequence[str],
    wait: Sequence[str],
) -> list[Order]:
    """Raises InputError with the problems of all studies."""
    problems: list[Problem] = []
    orders: list[Order] = []
    for name in studies:
        try:
            orders.append(_order(name, overrides, results, flag, wait))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return orders


def _order(
    name: str, overrides: Overrides, results: str, flag: Sequence[str], wait: Sequence[str]
) -> Order:
    plan = plan_to_send(name, overrides)
    study = plan.study
    document = plan_document(plan).to_json()
    del document["packs"]  # they depend on the number of workers
    del document["git"]  # only a run records it
    digest = sha256(canonical([document, results]).encode()).hexdigest()[:_DIGITS]
    return Order(
        study=study,
        command=("orch", "submit", name, *overrides.words, *flag, *wait, "--results", results),
        trials=all_trials(plan),
        results=results,
        wait=wait,
        plan=f"{study.name}-{digest}",
        archive=archive_of(study, Path.cwd()),
    )


def _submit(
    order: Order, file: Path, server: JobsServer, runner: Runner, before: Submission | None,
    flag: list[str],
) -> Submission:  # fmt: skip
    """The study's submission: a new one, or one of the same plan that is there already."""
    submission_id, last = next_id(server.submissions(), order.plan)
    name, trials = order.study.name, plural(order.trials, "trial")
    if last is not None and _is_there(last):
        did = "has finished" if last.has_ended else f"is {last.state}"
        print(f"{name}: {trials}, submitted before as {last.submission_id}, which {did}")
    else:
        after = before.submission_id if before and not before.has_ended else ""
        try:
            last = _start(order, file, server, runner, submission_id, after)
        except EnvironmentFault:
            last = _submitted_meanwhile(submission_id, server)
            if last is None:
                raise
            print(f"{name}: {trials}, there by now as {submission_id}")
        else:
            print(f"{name}: {trials}, submitted to {server.address} as {submission_id}")
            print("\n".join(_sent(order, file, after)))
    print("\n".join(_next(last.submission_id, flag)), flush=True)
    return last


def _is_there(last: Submission | None) -> bool:
    """Whether a plan's newest submission needs no other one after it."""
    return last is not None and last.state in ("queued", "running", "finished")


def _submitted_meanwhile(submission_id: str, server: JobsServer) -> Submission | None:
    """By somebody else, or by us, with an answer that was lost: an id is one plan, taken once."""
    known = (each for each in server.submissions() if each.submission_id == submission_id)
    return next(known, None)


def _start(
    order: Order, file: Path, server: JobsServer, runner: Runner, submission_id: str, after: str
) -> Submission:
    facts = {"study": order.study.name, "results": order.results, "after": after}
    variables = {SUBMISSION: submission_id, **variables_there(order.study, order.command)}
    command = _command(order, runner.python, after)
    variables |= _STOPPED_BY
    server.submit(submission_id, command, file, facts, variables, runner.packages)
    return Submission(submission_id, order.study.name, order.results, "queued", after)


def _command(order: Order, python: str, after: str) -> str:
    """For the shell of the head, in the folder that the archive becomes there."""
    arguments = arguments_there(order.study, order.results, order.wait)
    run = [python, "-m", "orchestrator", *arguments]
    turn = [python, "-m", "orchestrator.execution.remote.job_queue", after]
    return " && ".join(map(shlex.join, [turn, run] if after else [run]))


def _sent(order: Order, file: Path, after: str) -> Iterator[str]:
    yield from sent(order.study, order.archive, file)
    if after:
        yield f"it waits until {after} has ended"
    yield f"results go to {order.results}"


def _next(submission_id: str, flag: list[str]) -> Iterator[str]:
    """Commands for what one wants next."""
    yield f"    {shlex.join(['orch', 'status', submission_id, *flag])}"
    yield f"    {shlex.join(['orch', 'logs', submission_id, '--follow', *flag])}"
    yield f"    {shlex.join(['orch', 'cancel', submission_id, *flag])}"
    yield f"    {shlex.join(['orch', 'fetch', submission_id, *flag])}"
