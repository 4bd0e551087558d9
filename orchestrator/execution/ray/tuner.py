"""Runs packs as trials of Ray Tune. Imported once Ray runs."""

import logging
import re
import signal
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import ray
from ray import tune

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.labels import required_labels
from orchestrator.execution.nodes import Cluster
from orchestrator.execution.protocol import Job, Listener, Summary
from orchestrator.execution.ray.heartbeat import Heartbeat
from orchestrator.execution.ray.internals import reuse_idle_workers, without_tune_handlers
from orchestrator.execution.ray.preflight import Preflight
from orchestrator.execution.ray.reached_keys import ReachedKeys
from orchestrator.execution.ray.scheduler import InOrder
from orchestrator.execution.ray.stop_signal import PackStopped, StopSignal, stop_listener
from orchestrator.execution.worker.pack import Train, run_pack, train_pack
from orchestrator.plan.records import Pack

_NEXT_TO_NOTHING = {"memory": 1.0}  # for what only waits for others: Tune refuses to ask for none

_SIGTERM_EXIT = 128 + signal.SIGTERM  # exit code of a worker that got the signal

_ADDRESS = re.compile(r"^\s*ip: (\S+?)\.?$", re.MULTILINE)


class PackTrainable(tune.Trainable):
    """A worker: one step is one pack. It lives on, so that torch is imported once."""

    def setup(  # type: ignore[override]  # with_parameters adds the rest
        self,
        config: dict[str, Any],
        packs: Mapping[str, Pack],
        job: Job,
        stop_signal: str,
        preflight: Preflight | None,
    ) -> None:
        self.packs, self.job, self.name = packs, job, uuid4().hex
        self.stop_signal, self.reached = StopSignal(stop_signal), ReachedKeys(stop_signal)
        self.training = _training(job)
        self.fault = preflight.fault() if preflight else None

    def step(self) -> dict[str, Any]:
        pack = self.packs[self.config["pack"]]
        if self.fault:
            return {"done": True, "fault": self.fault}
        try:
            tell = partial(self.reached.put, self.name, pack.pack_id)
            with stop_listener(self.stop_signal, tell) as listener:
                summary = run_pack(pack, self.job, listener.pause, self.training)
        except EnvironmentFault as fault:  # ends the study, not this pack
            return {"done": True, "fault": f"{fault}\n    (on {socket.gethostname()})"}
        except PackStopped as stopped:
            if stopped.by_signal:
                raise SystemExit(_SIGTERM_EXIT) from None
            return {"done": True}
        finally:
            self.stop_signal.acknowledge(self.name, pack.pack_id)
        return {"done": True, "summary": asdict(summary)}

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        return True  # Tune has set self.config


def _training(job: Job) -> Train:
    """The function with which a worker trains a pack: in its process, or by workers of its own."""
    if job.resources.workers == 1:
        return train_pack
    from orchestrator.execution.ray.data_parallel import train_by_ray

    return train_by_ray


class _StudyStopped(Exception):
    """Leaves Tune's loop; Tune then stops the packs that still run."""


class _Events(tune.Callback):
    """Passes events of Tune's trials to the listener.

    What the listener raises is raised by `on_step_begin` alone, as only from there it leaves Tune
    as it is: Tune wraps errors of its other callbacks in a TuneError, a traceback inside.
    """

    def __init__(
        self,
        packs: Mapping[str, Pack],
        listener: Listener,
        stop_signal: str,
        heartbeat: Heartbeat,
    ) -> None:
        self.packs, self.listener, self.heartbeat = packs, listener, heartbeat
        self.stop_signal, self.reached = StopSignal(stop_signal), ReachedKeys(stop_signal)
        self.losses: dict[str, str] = {}  # pack id → reason
        self.fault: str | None = None
        self.raised: BaseException | None = None  # by the listener
        self.running: set[str] = set()

    def __getstate__(self) -> dict[str, Any]:
        return {}  # Tune pickles its callbacks for a resume of its own, which orch does not use

    def on_step_begin(self, iteration: int, trials: list[Any], **info: Any) -> None:
        self.heartbeat.check()
        try:
            self.raise_kept()
            for pack, reached in self.reached.read().items():
                if pack in self.running:
                    self.listener.reached(pack, reached)
            self.listener.tick()
        except BaseException:
            self.stop_signal.send(self.running)
            raise
        if self.fault:
            raise _StudyStopped

    def on_trial_start(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        self.running.add(trial.config["pack"])
        with self._keeping():
            self.listener.started(self.packs[trial.config["pack"]])

    def on_trial_result(
        self, iteration: int, trials: list[Any], trial: Any, result: dict[str, Any], **info: Any
    ) -> None:
        self.running.discard(trial.config["pack"])
        if "fault" in result:
            self.fault = result["fault"]
        elif "summary" in result:
            with self._keeping():
                self.listener.finished(Summary(**result["summary"]))

    def on_trial_error(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        self.running.discard(trial.config["pack"])
        self.losses[trial.config["pack"]] = _reason(trial)

    @contextmanager
    def _keeping(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            self.raised = self.raised or error

    def raise_kept(self) -> None:
        """What the listener raised since it was last asked for."""
        if self.raised:
            raise self.raised


class Tuners:
    """One Tuner after another on the same cluster."""

    def __init__(
        self,
        folder: Path,
        job: Job,
        listener: Listener,
        heartbeat: Heartbeat,
        preflight: Preflight | None,
    ) -> None:
        self.folder, self.job, self.listener = folder, job, listener
        self.heartbeat, self.preflight = heartbeat, preflight
        reuse_idle_workers()
        logging.getLogger("ray").setLevel(logging.CRITICAL)

    def fit(self, packs: Sequence[Pack]) -> dict[str, str]:
        """Run these packs; returns the ids of those whose worker died, with the reason."""
        by_id = {pack.pack_id: pack for pack in packs}
        name = f"orch-end-{uuid4().hex}"
        events = _Events(by_id, self.listener, name, self.heartbeat)
        tuner = tune.Tuner(
            self._trainable(by_id, name),
            param_space={"pack": tune.grid_search(list(by_id))},
            tune_config=tune.TuneConfig(
                scheduler=InOrder(),  # type: ignore[no-untyped-call]
                reuse_actors=True,
                trial_dirname_creator=_folder_name,
                max_concurrent_trials=self._max_concurrent(),
            ),
            run_config=tune.RunConfig(
                name=f"tuner-{time.time_ns()}",
                storage_path=str(self.folder / "tune"),
                callbacks=[events],
                verbose=0,
                checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),
            ),
        )
        try:
            with suppress(_StudyStopped), without_tune_handlers():
                tuner.fit()
        finally:
            if not self.heartbeat.fault:  # nothing would answer
                events.stop_signal.delete()
        if events.fault:
            raise EnvironmentFault(events.fault)
        events.raise_kept()
        return events.losses

    def _trainable(self, packs: Mapping[str, Pack], stop_signal: str) -> Any:
        trainable = tune.with_parameters(
            PackTrainable,
            packs=packs,
            job=self.job,
            stop_signal=stop_signal,
            preflight=self.preflight,
        )
        resources = self.job.resources
        bundle = {"CPU": resources.cpus, "GPU": resources.gpus}
        if resources.workers > 1:  # which request their own
            bundle = _NEXT_TO_NOTHING
        labels = [required_labels(resources)]
        group = tune.PlacementGroupFactory([bundle], bundle_label_selector=labels)
        return tune.with_resources(trainable, group)

    def _max_concurrent(self) -> int | None:
        """Trials whose workers fit the nodes together; None where Tune counts for itself."""
        if self.job.resources.workers == 1:
            return None
        nodes = ray.nodes()  # type: ignore[no-untyped-call]
        return Cluster.of("", nodes).workers(self.job.resources)


def _folder_name(trial: Any) -> str:
    return str(trial.trial_id)


def _reason(trial: Any) -> str:
    """How a worker ended and on which machine, from the error that Ray wrote."""
    file = trial.error_file
    details = Path(file).read_text(errors="replace") if file and Path(file).exists() else ""
    if f"exit code {_SIGTERM_EXIT}" in details:
        what = "the worker process was asked to end"
    elif "process has died" in details:
        what = "the worker process died: killed, crashed, or out of memory"
    else:
        what = "it failed"
    return f"{what}{_on_which_machine(details)}\n{details}".strip()


def _on_which_machine(details: str) -> str:
    """Ray writes the address, also of a node that is gone."""
    found = _ADDRESS.search(details)
    if found is None:
        return ""
    nodes = ray.nodes()  # type: ignore[no-untyped-call]
    names = [n["NodeManagerHostname"] for n in nodes if n["NodeManagerAddress"] == found[1]]
    name = next(filter(None, names), None)
    return f", on {name} ({found[1]})" if name else f", on {found[1]}"
