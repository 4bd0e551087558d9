"""The part that speaks to Ray Tune. Imported once Ray runs."""

import logging
import re
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

import ray
from ray import tune

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.protocol import Job, Listener, Summary
from orchestrator.execution.ray.heartbeat import Head
from orchestrator.execution.ray.labels import wanted
from orchestrator.execution.ray.nodes import Cluster
from orchestrator.execution.ray.preflight import Gate
from orchestrator.execution.ray.scheduler import InTurn
from orchestrator.execution.ray.stop_signal import Bell, Ended, listening
from orchestrator.execution.worker.alone import train_alone
from orchestrator.execution.worker.pack import Train, work
from orchestrator.plan.records import Pack

_NEXT_TO_NOTHING = {"memory": 1.0}  # for who only waits for others: Tune refuses nothing at all

_ASKED = 128 + signal.SIGTERM  # exit code of a worker that got the signal

_ADDRESS = re.compile(r"^\s*ip: (\S+?)\.?$", re.MULTILINE)


class PackTrainable(tune.Trainable):
    """A worker: one step is one pack. It lives on, so that torch is imported once."""

    def setup(  # type: ignore[override]  # with_parameters adds the rest
        self,
        config: dict[str, Any],
        packs: Mapping[str, Pack],
        job: Job,
        bell: str,
        gate: Gate | None,
    ) -> None:
        self.packs, self.job, self.bell, self.name = packs, job, Bell(bell), uuid4().hex
        self.way = _way(job)
        self.fault = gate.fault() if gate else None

    def step(self) -> dict[str, Any]:
        pack = self.packs[self.config["pack"]]
        if self.fault:
            return {"done": True, "fault": self.fault}
        try:
            with listening(self.bell) as here:
                summary = work(pack, self.job, here.pause, self.way)
        except EnvironmentFault as fault:  # ends the study, not this pack
            return {"done": True, "fault": f"{fault}\n    (on {socket.gethostname()})"}
        except Ended as end:
            if end.by_signal:
                raise SystemExit(_ASKED) from None
            return {"done": True}
        finally:
            self.bell.answer(self.name, pack.pack_id)
        return {"done": True, "summary": asdict(summary)}

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        return True  # Tune has set self.config


def _way(job: Job) -> Train:
    """How this worker trains a pack: itself, or through workers of its own."""
    if job.asked.workers == 1:
        return train_alone
    from orchestrator.execution.ray.data_parallel import train_by_ray

    return train_by_ray


class _Stopped(Exception):
    """Leaves Tune's loop; Tune then stops the packs that still run."""


class _Events(tune.Callback):
    """Hands on what Tune tells of its trials."""

    def __init__(
        self, packs: Mapping[str, Pack], listener: Listener, bell: Bell, head: Head
    ) -> None:
        self.packs, self.listener, self.bell, self.head = packs, listener, bell, head
        self.losses: dict[str, str] = {}  # pack id → reason
        self.fault: str | None = None
        self.running: set[str] = set()

    def __getstate__(self) -> dict[str, Any]:
        return {}  # Tune pickles its callbacks for a resume of its own, which we do not use

    def on_step_begin(self, iteration: int, trials: list[Any], **info: Any) -> None:
        self.head.check()
        try:
            self.listener.tick()
        except BaseException:
            self.bell.ring(self.running)
            raise
        if self.fault:
            raise _Stopped

    def on_trial_start(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        self.running.add(trial.config["pack"])
        self.listener.started(self.packs[trial.config["pack"]])

    def on_trial_result(
        self, iteration: int, trials: list[Any], trial: Any, result: dict[str, Any], **info: Any
    ) -> None:
        self.running.discard(trial.config["pack"])
        if "fault" in result:
            self.fault = result["fault"]
        elif "summary" in result:
            self.listener.finished(Summary(**result["summary"]))

    def on_trial_error(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        self.running.discard(trial.config["pack"])
        self.losses[trial.config["pack"]] = _reason(trial)


class Tuners:
    """One Tuner after another on the same Ray."""

    def __init__(
        self, folder: Path, job: Job, listener: Listener, head: Head, gate: Gate | None
    ) -> None:
        self.folder, self.job, self.listener = folder, job, listener
        self.head, self.gate = head, gate
        _use_waiting_workers()
        logging.getLogger("ray").setLevel(logging.CRITICAL)

    def fit(self, packs: Sequence[Pack]) -> dict[str, str]:
        """Run these packs; returns those whose worker died, with the reason."""
        by_id = {pack.pack_id: pack for pack in packs}
        bell = f"orch-end-{uuid4().hex}"
        events = _Events(by_id, self.listener, Bell(bell), self.head)
        tuner = tune.Tuner(
            self._trainable(by_id, bell),
            param_space={"pack": tune.grid_search(list(by_id))},
            tune_config=tune.TuneConfig(
                scheduler=InTurn(),  # type: ignore[no-untyped-call]
                reuse_actors=True,
                trial_dirname_creator=_folder_name,
                max_concurrent_trials=self._most_at_a_time(),
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
            with suppress(_Stopped):
                tuner.fit()
        finally:
            if not self.head.fault:  # nobody would answer
                events.bell.forget()
        if events.fault:
            raise EnvironmentFault(events.fault)
        return events.losses

    def _trainable(self, packs: Mapping[str, Pack], bell: str) -> Any:
        given = {"packs": packs, "job": self.job, "bell": bell, "gate": self.gate}
        trainable = tune.with_parameters(PackTrainable, **given)
        asked = self.job.asked
        request = {"CPU": asked.cpus, "GPU": asked.gpus}
        if asked.workers > 1:  # which ask for themselves
            request = _NEXT_TO_NOTHING
        group = tune.PlacementGroupFactory([request], bundle_label_selector=[wanted(asked)])
        return tune.with_resources(trainable, group)

    def _most_at_a_time(self) -> int | None:
        """Trials whose workers fit the nodes together; None where Tune counts for itself."""
        if self.job.asked.workers == 1:
            return None
        nodes = ray.nodes()  # type: ignore[no-untyped-call]
        return Cluster.of("", nodes).workers(self.job.asked)


def _folder_name(trial: Any) -> str:
    return str(trial.trial_id)


def _reason(trial: Any) -> str:
    """What Ray says of a worker's end, and on which machine that was."""
    file = trial.error_file
    details = Path(file).read_text(errors="replace") if file and Path(file).exists() else ""
    if f"exit code {_ASKED}" in details:
        what = "the worker process was asked to end"
    elif "process has died" in details:
        what = "the worker process died: killed, crashed, or out of memory"
    else:
        what = "it failed"
    return f"{what}{_on_which_machine(details)}\n{details}".strip()


def _on_which_machine(details: str) -> str:
    """Ray names the address; also of a node that is gone."""
    found = _ADDRESS.search(details)
    if found is None:
        return ""
    nodes = ray.nodes()  # type: ignore[no-untyped-call]
    names = [n["NodeManagerHostname"] for n in nodes if n["NodeManagerAddress"] == found[1]]
    name = next(filter(None, names), None)
    return f", on {name} ({found[1]})" if name else f", on {found[1]}"


def _use_waiting_workers() -> None:
    """Let Tune's actors take the workers that Ray started and that have loaded torch already.

    Tune asks for an environment of its own, to hand down variables that our workers inherit
    anyway, and Ray starts new processes for it: 3 s. Should Ray rename this, only time is lost.
    """
    with suppress(ImportError, AttributeError):
        from ray.tune.execution import class_cache

        class_cache.DEFAULT_ENV_VARS.clear()
        class_cache.ENV_VARS_TO_PROPAGATE.clear()
