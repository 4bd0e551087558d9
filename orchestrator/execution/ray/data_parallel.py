"""One trial trained by several workers of Ray Train, on as many nodes as they need."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ray
from ray.train import RunConfig, ScalingConfig, get_context
from ray.train.backend import Backend
from ray.train.torch import TorchConfig, TorchTrainer
from ray.train.v2.api.exceptions import TrainingFailedError

from orchestrator.execution.protocol import Job
from orchestrator.execution.ray.labels import wanted
from orchestrator.execution.worker.failures import LINES, WorkerFailed, WorkerLost, describe
from orchestrator.plan.records import Pack
from orchestrator.study.settings import Resources
from orchestrator.training.keeping import Keeping
from orchestrator.training.records import PackRows


def train_by_ray(pack: Pack, job: Job, keeping: Keeping | None = None) -> PackRows:
    """The rows of a pack of one trial.

    Raises WorkerFailed with what a worker said, WorkerLost where one of them died.
    """
    keeps = keeping is not None
    if keeping:
        keeping.shelf.read()  # for what there is to tell of it: workers read it themselves
    with TemporaryDirectory(prefix="orch-") as folder:
        store = Path(folder, "ranks") if _is_only_node() else None
        trainer = _Trainer(
            _take_part,  # type: ignore[arg-type]  # Ray passes on what it returns
            train_loop_config={"pack": pack, "job": job, "store": store, "keeps": keeps},
            torch_config=_group(job.device, store),
            scaling_config=_scaling(job.asked, store),
            run_config=RunConfig(name=pack.pack_id, storage_path=folder),
        )
        try:
            rows: PackRows = trainer.fit().return_value  # type: ignore[attr-defined]
        except TrainingFailedError as error:
            raise _cause(error, job.asked.workers) from None
    return rows


class _Trainer(TorchTrainer):
    """Without the actor that removes placement groups of a controller that died.

    Ray removes them with their creator; the actor asks a dashboard, and where there is none, as in
    a Ray of our own, every trial ends with 12 s of waiting for it. Should Ray rename this, only
    time is lost.
    """

    def _create_default_callbacks(self) -> list[Any]:
        callbacks = super()._create_default_callbacks()  # type: ignore[misc]
        return [each for each in callbacks if "PlacementGroupCleaner" not in type(each).__name__]


class _Unconnected(Backend):
    """Starts no process group; each worker sees the GPUs of all, as with TorchConfig."""

    share_cuda_visible_devices = True


class _ByThemselves(TorchConfig):
    """For workers that find each other without Ray."""

    @property
    def backend_cls(self) -> type[Backend]:
        return _Unconnected


def _is_only_node() -> bool:
    return sum(node["Alive"] for node in ray.nodes()) == 1  # type: ignore[no-untyped-call]


def _group(device: str, store: Path | None) -> TorchConfig:
    """How workers meet: through Ray, by a port that all networks of a node see, or on this node."""
    from orchestrator.training.distributed.rendezvous import BACKENDS, PATIENCE_S

    kind = TorchConfig if store is None else _ByThemselves
    return kind(backend=BACKENDS[device], timeout_s=PATIENCE_S)


def _scaling(asked: Resources, store: Path | None) -> ScalingConfig:
    """store: a file of this node by which workers meet; they stay here, whatever nodes join."""
    each = {"CPU": asked.cpus} | ({"GPU": asked.gpus} if asked.gpus else {})
    here = {"ray.io/node-id": ray.get_runtime_context().get_node_id()} if store else {}
    return ScalingConfig(
        num_workers=asked.workers,
        use_gpu=asked.gpus > 0,
        resources_per_worker=each,
        label_selector=wanted(asked) | here or None,  # type: ignore[call-arg]
    )


def _take_part(config: dict[str, Any]) -> PackRows | None:
    """In each worker; what the first one returns comes out."""
    from orchestrator.execution.worker.rank import train_part
    from orchestrator.training.distributed.process_group import Ranks
    from orchestrator.training.distributed.rendezvous import join

    pack, job, store = config["pack"], config["job"], config["store"]
    if store:
        ranks = join(store, get_context().get_world_rank(), job.asked.workers, job.device)
    else:
        ranks = Ranks.joined()
    return train_part(pack, job, ranks, keeps=config["keeps"])


def _cause(error: TrainingFailedError, workers: int) -> Exception:
    """What a worker raised; an exception of Ray's own means that a worker was lost."""
    failures: dict[int, Exception] = getattr(error, "worker_failures", {})
    if not failures or any(_is_of_ray(failure) for failure in failures.values()):
        return WorkerLost(str(error))
    number = min(failures)
    frames = [line for line in str(error).splitlines() if line.startswith("  ")]  # only there
    told = [describe(failures[number]), *frames[-LINES:], f"(in worker {number + 1} of {workers})"]
    return WorkerFailed("\n".join(told))


def _is_of_ray(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] == "ray"
