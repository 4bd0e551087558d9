"""Where packs run: in this process, on a local Ray cluster, or on one that runs already."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from orchestrator.errors import InputError, Problem
from orchestrator.execution.capacity import Capacity, request, threads_of
from orchestrator.execution.protocol import Executor
from orchestrator.execution.ray.this_machine import capacity_for
from orchestrator.paths import ResultsPaths
from orchestrator.plan.identity import own_packages
from orchestrator.run.display import Display
from orchestrator.run.signals import PATIENCE_S, Interrupts
from orchestrator.study.records import Study
from orchestrator.study.settings import Resources
from orchestrator.words import plural

if TYPE_CHECKING:
    from orchestrator.execution.nodes import Cluster


@dataclass(frozen=True, slots=True)
class Backend:
    """Machines, and the way to use them."""

    machines: "Capacity | Cluster"
    asked: Resources
    inline: bool = False
    is_own: bool = False  # whether trials are the user's own, which may need no torch

    @property
    def cluster(self) -> "Cluster | None":
        return None if isinstance(self.machines, Capacity) else self.machines

    @property
    def starts_ray(self) -> bool:
        return not self.inline and self.cluster is None

    @property
    def workers(self) -> int:
        """Packs side by side; for plans also inline: how trials are packed decides their bits."""
        return self.machines.workers(self.asked)

    @property
    def threads(self) -> int:
        """Of one worker."""
        return threads_of(self.asked)

    def __str__(self) -> str:
        if self.inline:
            return "in this process"
        workers = f"on {plural(self.workers, 'worker')}"
        return f"{workers} of {self.cluster}" if self.cluster else workers

    def look_over(self, results: ResultsPaths) -> None:
        """Raises EnvironmentFault where a node of a cluster cannot do its part."""
        if self.cluster:
            from orchestrator.execution.ray.existing_cluster import check_nodes

            check_nodes(self.cluster, self.asked, results.absolute)

    def executor(self, results: ResultsPaths, packs: int) -> Executor:
        """packs: so many come first."""
        if self.inline:
            from orchestrator.execution.local.inline import InlineExecutor

            return InlineExecutor()
        from orchestrator.execution.ray.executor import RayTuneExecutor

        if isinstance(self.machines, Capacity):
            from orchestrator.execution.ray.local_cluster import PRELOADED_FOR_OWN, local_cluster

            workers = self.asked.workers * min(self.workers, packs)
            local = partial(local_cluster, self.machines, self.threads, workers)
            if self.asked.workers > 1:  # Ray Train's are processes of their own
                local = partial(local, preloaded=())
            elif self.is_own:
                local = partial(local, preloaded=PRELOADED_FOR_OWN)
            return RayTuneExecutor(local)
        from orchestrator.execution.ray.existing_cluster import tune_folder
        from orchestrator.execution.ray.preflight import preflight

        shared = None if results.uri else results.absolute.root
        return RayTuneExecutor(partial(tune_folder, shared), preflight)


def require_address(address: str | None, *, inline: bool, wait_minutes: float) -> None:
    """Raises InputError for flags that do not go together, and for Ray's client."""
    problems: list[Problem] = []
    if wait_minutes and address is None:
        what = "applies to a cluster only"
        problems.append(Problem("--wait", what, cure="add --address, or leave --wait out"))
    if inline and address is not None:
        cure = "leave one of the two out"
        problems.append(Problem("--address", "--inline trains in this process", cure=cure))
    elif address is not None and address.startswith("ray://"):
        host = urlsplit(address).hostname or "HOST"
        problems.append(
            Problem(
                "--address",
                f"{address}: a Ray client cannot run a study",
                "auto, HOST:PORT",
                f"orch submit STUDY --address http://{host}:8265, then orch logs ID --follow; "
                "or on the head: orch run STUDY --address auto",
            )
        )
    if problems:
        raise InputError(problems)


@contextmanager
def backend_for(
    study: Study,
    inline: bool,
    address: str | None,
    wait_minutes: float,
    display: Display,
    interrupts: Interrupts,
) -> Iterator[Backend]:
    """Raises EnvironmentFault, before anything is made, where no pack has room; Stop.

    wait_minutes: for nodes that an autoscaler starts; the display says so.
    """
    asked, is_own = study.resources, not study.loops
    if address is None:
        yield _with_room(Backend(capacity_for(asked), asked, inline, is_own))
        return
    from orchestrator.execution.ray.existing_cluster import existing_cluster

    with ExitStack() as stack:
        with interrupts.deferred(PATIENCE_S):
            joining = existing_cluster(address, threads_of(asked), own_packages(study))
            cluster = _with_wait(
                stack.enter_context(joining), asked, wait_minutes, display.say, interrupts.check
            )
        yield _with_room(Backend(cluster, asked, is_own=is_own))


def _with_wait(
    cluster: "Cluster",
    asked: Resources,
    minutes: float,
    say: Callable[[str], None],
    check: Callable[[], None],
) -> "Cluster":
    if not minutes or cluster.has_room(asked):
        return cluster
    from orchestrator.execution.ray.autoscaling import wait_for_room

    say(f"no room yet: {request(asked)}; waiting up to {minutes:g} minutes for it")
    found = wait_for_room(cluster, asked, 60 * minutes, check)
    if not found.has_room(asked):
        say(f"no node with enough room appeared within {minutes:g} minutes")
    return found


def _with_room(backend: Backend) -> Backend:
    backend.machines.workers(backend.asked)  # raises
    return backend
