"""`orch run --address ray://…`: the run goes to the cluster, and what it prints comes back."""

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestrator.addresses import is_uri
from orchestrator.errors import Interrupted
from orchestrator.execution.client_server import Client, connected, require_client_server
from orchestrator.execution.remote.archive import shipment
from orchestrator.paths import Location
from orchestrator.run.remote.job_context import command
from orchestrator.run.remote.prepare import (
    arguments_there,
    plan_to_send,
    require_results,
    results_there,
    sent,
    variables_there,
)
from orchestrator.run.signals import Stop, interruptible
from orchestrator.study.load import Overrides


def run_afar(
    name: str,
    *,
    overrides: Overrides,
    results: Location | None,
    address: str,
    wait_minutes: float,
    report: bool,
    force: bool,
) -> int:
    """Exit code, that of `orch run` there. Raises InputError, EnvironmentFault."""
    require_client_server(address)
    place = results_there(results)
    study = plan_to_send(name, overrides).study
    require_results(place)
    flags = [
        *(["--wait", f"{wait_minutes:g}"] if wait_minutes else []),
        *["--no-report"] * (not report),
        *["--force"] * force,
    ]
    parcel = shipment(study, Path.cwd())
    with TemporaryDirectory(prefix="orch-run-") as folder:
        archive = Path(folder) / "study.zip"
        parcel.pack(archive)
        with connected(address, archive) as client:
            if not wait_minutes:
                client.cluster().workers(study.resources)
            print("\n".join(sent(study, parcel, archive)), flush=True)
            client.start(arguments_there(study, place, flags), variables_there(study, command()))
            code = _follow(client)
    if not (is_uri(place) or Path(place).exists()):
        print(f"{place} is a folder of the cluster, which this machine does not see")
    return code


def _follow(client: Client) -> int:
    """Exit code. The first Ctrl-C is handed on, the second ends this process."""
    code, is_asked = None, False
    # A signal is told again at the end; one that comes before anything is followed ends it here.
    with suppress(Stop), interruptible() as interrupts, interrupts.deferred():
        while code is None:
            text, code = client.more()
            print(text, end="", flush=True)
            if interrupts.signal and not is_asked:
                client.interrupt()
                is_asked = True
    return Interrupted.exit_code if code is None else code
