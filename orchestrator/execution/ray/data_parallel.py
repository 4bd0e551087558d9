"""One trial trained by several workers of Ray Train, on as many nodes as they need."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ray
from ray.train import RunConfig, ScalingConfig, TrainingFailedError, get_context
from ray.train.backend import Backend
from ray.train.torch import TorchConfig, TorchTrainer

from orchestrator.execution.labels import required_labels
from orchestrator.execution.protocol import Job
from orchestrator.execution.ray.internals import without_needless_actors
from orchestrator.execution.worker.failures import WorkerFailed, WorkerLost, describe
from orchestrator.plan.records import Pack
from orchestrator.study.settings import Resources
from orchestrator.tracebacks import LINES
from orchestrator.training.checkpoint_policy import CheckpointPolicy
from orchestrator.training.records import PackRows


def train_by_ray(pack: Pack, job: Job, checkpoints: CheckpointPolicy | None = None) -> PackRows:
    """The rows of a pack of one trial.

    Raises WorkerFailed with the error of a worker, WorkerLost where one of them died.
    """
    keeps = checkpoints is not None
    if checkpoints:
        checkpoints.storage.read()  # to report a damaged or resumed one: workers read it themselves
    with TemporaryDirectory(prefix="orch-") as folder:
        store = Path(folder, "rendezvous") if _is_only_node() else None
        trainer = TorchTrainer(
            _train_rank,  # type: ignore[arg-type]  # Ray returns what it returns
            train_loop_config={"pack": pack, "job": job, "store": store, "keeps": keeps},
            torch_config=_torch_config(job.device, store),
            scaling_config=_scaling(job.resources, store),
            run_config=RunConfig(name=pack.pack_id, storage_path=folder),
        )
        try:
            rows: PackRows = without_needless_actors(trainer).fit().return_value
        except TrainingFailedError as error:
            raise _cause(error, job.resources.workers) from None
    return rows


class _NoProcessGroup(Backend):
    """Starts no process group; each worker sees the GPUs of all, as with TorchConfig."""

    share_cuda_visible_devices = True


class _FileConfig(TorchConfig):
    """For workers that find each other by a file, without Ray."""

    @property
    def backend_cls(self) -> type[Backend]:
        return _NoProcessGroup


def _is_only_node() -> bool:
    return sum(node["Alive"] for node in ray.nodes()) == 1  # type: ignore[no-untyped-call]


def _torch_config(device: str, store: Path | None) -> TorchConfig:
    """Workers meet by a file of their one node, or through Ray, by a port open to all networks."""
    from orchestrator.training.distributed.rendezvous import BACKENDS, PATIENCE_S

    kind = TorchConfig if store is None else _FileConfig
    return kind(backend=BACKENDS[device], timeout_s=PATIENCE_S)


def _scaling(resources: Resources, store: Path | None) -> ScalingConfig:
    """store: a file of this node by which workers meet; they stay here, whatever nodes join."""
    each = {"CPU": resources.cpus} | ({"GPU": resources.gpus} if resources.gpus else {})
    here = {"ray.io/node-id": ray.get_runtime_context().get_node_id()} if store else {}
    return ScalingConfig(
        num_workers=resources.workers,
        use_gpu=resources.gpus > 0,
        resources_per_worker=each,
        label_selector=required_labels(resources) | here or None,  # type: ignore[call-arg]
    )


def _train_rank(config: dict[str, Any]) -> PackRows | None:
    """Runs in each worker; `fit` returns what it returns in the first."""
    from orchestrator.execution.worker.rank import train_rank
    from orchestrator.training.distributed.process_group import ProcessGroup
    from orchestrator.training.distributed.rendezvous import join

    pack, job, store = config["pack"], config["job"], config["store"]
    if store:
        group = join(store, get_context().get_world_rank(), job.resources.workers, job.device)
    else:
        group = ProcessGroup.joined()
    return train_rank(pack, job, group, keeps=config["keeps"])


def _cause(error: TrainingFailedError, workers: int) -> Exception:
    """The error that a worker raised; one of Ray's own means that a worker was lost."""
    failures: dict[int, Exception] = getattr(error, "worker_failures", {})
    if not failures or any(_is_of_ray(failure) for failure in failures.values()):
        return WorkerLost(str(error))
    rank = min(failures)
    frames = [line for line in str(error).splitlines() if line.startswith("  ")]  # only there
    lines = [describe(failures[rank]), *frames[-LINES:], f"(in worker {rank + 1} of {workers})"]
    return WorkerFailed("\n".join(lines))


def _is_of_ray(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] == "ray"
