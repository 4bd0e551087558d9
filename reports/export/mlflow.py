"""MLflow: one experiment a study, one run a trial, by the client of MLflow itself."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.export.errors import ExportError
from orchestrator.reports.export.series import Series, read_series

TRIAL, STATUS = "orch.trial_id", "orch.status"  # tags by which a later export knows its runs
_BATCH = {"metrics": 1000, "params": 100}  # most that the server takes at a time
_ENDED = {"completed": "FINISHED", "diverged": "FAILED", "failed": "FAILED"}
_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",  # else it reports to its makers
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # else a wrong address is tried for minutes
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}


def write_mlflow(study: Path, plan: PlanDocument, uri: str) -> tuple[int, int]:
    """Runs written and runs that were there already, of an earlier export.

    A trial that has been trained again since replaces its run; so does one that an interrupted
    export left unfinished. Raises ExportError without mlflow, or when the server refuses.
    """
    client = _client(uri)
    with _told(uri):
        experiment = _experiment(client, plan)
        present = _present(client, experiment)
        written = 0
        every = list(read_series(study))
        for series in every:
            if (known := present.get(series.trial_id)) and known[1] == series.status:
                continue
            if known:
                client.delete_run(known[0])
            _write(client, experiment, series)
            written += 1
    return written, len(every) - written


def _client(uri: str) -> Any:
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        from mlflow import MlflowClient
    except ModuleNotFoundError as error:
        cure = 'pip install "orch[mlflow]"'
        raise ExportError(f"runs are written by mlflow, which is not here: {cure}") from error
    with _told(uri):
        return MlflowClient(tracking_uri=uri)


@contextmanager
def _told(uri: str) -> Iterator[None]:
    from mlflow.exceptions import MlflowException

    try:
        yield
    except MlflowException as error:
        raise ExportError(f"{uri}: {str(error).splitlines()[0]}") from error
    except ModuleNotFoundError as error:
        needs = f"{uri} needs {error.name}: pip install mlflow, or give the address of a server"
        raise ExportError(needs) from error


def _experiment(client: Any, plan: PlanDocument) -> str:
    """The id of the experiment that has the study's name."""
    found = client.get_experiment_by_name(plan.study)
    if found is not None and found.lifecycle_stage == "deleted":
        raise ExportError(
            f"the experiment {plan.study} (id {found.experiment_id}) was deleted there\n"
            f"    restore it: mlflow experiments restore -x {found.experiment_id}; "
            "or remove it for good: mlflow gc"
        )
    if found is not None:
        return str(found.experiment_id)
    return str(client.create_experiment(plan.study, tags={"mlflow.note.content": plan.question}))


def _present(client: Any, experiment: str) -> dict[str, tuple[str, str | None]]:
    """trial id → (run id, status; None: the run is unfinished)."""
    found: dict[str, tuple[str, str | None]] = {}
    token = None
    while True:
        page = client.search_runs([experiment], max_results=1000, page_token=token)
        for run in page:
            if TRIAL in run.data.tags:
                ended = run.data.tags.get(STATUS) if run.info.end_time else None
                found[run.data.tags[TRIAL]] = run.info.run_id, ended
        token = page.token
        if not token:
            return found


def _write(client: Any, experiment: str, series: Series) -> None:
    from mlflow.entities import Metric, Param

    at, length = (round(1000 * seconds) for seconds in (series.started_at, series.wall_s))
    name = f"{series.variant} replicate={series.replicate}"
    run = client.create_run(experiment, start_time=at, tags=_tags(series), run_name=name)
    metrics = [Metric(point.name, point.value, at, point.epoch) for point in series.points]
    params = [Param(path, str(value)) for path, value in series.settings.items()]
    _log(client, run.info.run_id, {"metrics": metrics, "params": params})
    client.set_terminated(run.info.run_id, _ENDED[series.status], end_time=at + length)


def _log(client: Any, run_id: str, every: Mapping[str, Sequence[Any]]) -> None:
    for kind, entities in every.items():
        size = _BATCH[kind]
        for start in range(0, len(entities), size):
            client.log_batch(run_id, **{kind: entities[start : start + size]})


def _tags(series: Series) -> Mapping[str, str]:
    tags = {TRIAL: series.trial_id, "orch.variant": series.variant, STATUS: series.status}
    tags |= {"orch.replicate": str(series.replicate)}
    tags |= {f"orch.{name}": value for name, value in _facts(series)}
    commit = series.facts.get("git_commit")
    return tags | ({"mlflow.source.git.commit": commit} if commit else {})


def _facts(series: Series) -> Iterable[tuple[str, str]]:
    return ((name, text[:5000]) for name, text in series.facts.items() if name != "status")
