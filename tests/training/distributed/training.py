"""What the processes of tests/training/distributed/test_process_group_training.py do."""

from dataclasses import dataclass, replace
from math import inf
from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.nn import functional
from torch.nn.utils import parameters_to_vector

from orchestrator.models.settings import Recurrent, ToyTagging
from orchestrator.plan.records import Pack
from orchestrator.study.probes import Probes
from orchestrator.study.settings import KEEP, Keep, Schedule
from orchestrator.training.batches import batches
from orchestrator.training.checkpoint_policy import CheckpointPolicy
from orchestrator.training.checkpoints import Checkpointer
from orchestrator.training.data import load_data
from orchestrator.training.distributed.process_group import ALONE, ProcessGroup
from orchestrator.training.engine import build_model, train
from orchestrator.training.loop import train_members
from orchestrator.training.random_streams import RandomStreams
from orchestrator.training.recorder import Recorder
from orchestrator.training.records import PackRows
from orchestrator.training.stacking.members import single
from tests.execution.doubles import misbehave
from tests.training.packs import pack, variant

SENTENCES = ToyTagging(
    train_examples=21, validation_examples=5, test_examples=1, word_dropout=0.2
)  # batches of 6: the last one has 3; a single test sentence, for one of two processes
TAGGER = Recurrent(cell="lstm", hidden=5, embedding=4, bidirectional=True, bptt_steps=3)
DIGITS = pack([variant(batch_size=32, momentum=0.9)], replicates=1)  # of 100: 32, 32, 32, 4
VARIED = {
    "clip_norm": pack([variant(batch_size=33, clip_norm=0.1, weight_decay=0.01)], replicates=1),
    "schedule": pack(
        [variant(optimizer="adam", schedule=Schedule(kind="plateau", patience=1), epochs=4)],
        replicates=1,
    ),
    "stops early": pack([variant(early_stopping=1, learning_rate=4.0, epochs=9)], replicates=1),
    "diverges": pack([variant(learning_rate=1e200)], replicates=1),
    "words": pack(
        [variant(task=SENTENCES, model=TAGGER, optimizer="rmsprop", learning_rate=0.01,
                 batch_size=6, probes=Probes(every_epochs=1, examples=8))],
        replicates=1,
    ),
}  # fmt: skip


def rows_of(group: ProcessGroup) -> dict[str, PackRows]:
    keep = Keep(predictions="test")
    return {
        name: train(varied, precision=torch.float64, group=group, keep=keep)
        for name, varied in VARIED.items()
    }


def parameters(pack: Pack, group: ProcessGroup) -> Tensor:
    """Of the trained network, trained by us."""
    data = load_data(pack.trials, pack.study_seed, "cpu", torch.float64, group)
    members = single(build_model(pack.trials[0], data.shape, pack.study_seed).double())
    members = replace(members, sum_gradients=group.sum_gradients)
    settings = [trial.variant.loop for trial in pack.trials]
    recorder = Recorder(pack, pack.trials, data.known)
    random_streams = RandomStreams(pack.trials, pack.study_seed)
    train_members(members, data, settings, random_streams, recorder, Checkpointer(None, 1))
    return members.flat[0]


def parameters_by_torch(pack: Pack) -> Tensor:
    """The same by DistributedDataParallel and torch.optim. It has parts of equal size only."""
    data = load_data(pack.trials, pack.study_seed, "cpu", torch.float64)
    model = build_model(pack.trials[0], data.shape, pack.study_seed).double()
    copy = nn.parallel.DistributedDataParallel(model)
    optimizer = torch.optim.SGD(copy.parameters(), lr=0.1, momentum=0.9)
    rank, count = distributed.get_rank(), distributed.get_world_size()
    for epoch in (1, 2):
        for inputs, targets in batches(
            data, RandomStreams(pack.trials, pack.study_seed), epoch, 32
        ):
            own, wanted = inputs[0].chunk(count)[rank], targets[0].chunk(count)[rank]
            optimizer.zero_grad()
            functional.cross_entropy(copy(own), wanted).backward()
            optimizer.step()
    return parameters_to_vector(model.parameters()).detach()


@dataclass
class CheckpointStorage:
    """Remembers every checkpoint."""

    written: list[bytes]

    def read(self) -> bytes | None:
        return self.written[-1] if self.written else None

    def write(self, data: bytes) -> None:
        self.written.append(data)


def go_on(reached: object) -> None:
    """Never ends early."""


def resumed(pack: Pack, group: ProcessGroup) -> PackRows:
    """Trained again from what the first process had kept after epoch 1."""
    storage = CheckpointStorage([])
    every_s = 0 if group.is_first else inf
    train(
        pack,
        precision=torch.float64,
        checkpoints=CheckpointPolicy(storage, every_s, go_on),
        group=group,
    )
    kept = [storage.written[1]] if group.is_first else [b""]
    distributed.broadcast_object_list(kept)
    checkpoints = CheckpointPolicy(CheckpointStorage(kept), inf, go_on)
    return train(pack, precision=torch.float64, checkpoints=checkpoints, group=group)


def train_and_compare(
    pack: Pack, device: str, threads: int, group: ProcessGroup, **more: Any
) -> object:
    """Stands in for the training function of a job."""
    torch.set_num_threads(threads)
    ours, by_torch = parameters(pack, group).numpy(), parameters_by_torch(pack).numpy()
    return ours, by_torch, rows_of(group), resumed(VARIED["clip_norm"], group)


def train_or_misbehave(
    pack: Pack,
    device: str,
    threads: int,
    checkpoints: CheckpointPolicy | None = None,
    group: ProcessGroup = ALONE,
    keep: Keep = KEEP,
) -> PackRows:
    """The second process does as the name of its trial says; the first one waits for it."""
    if group.rank == 1:
        misbehave(pack.trials[0].trial_id, pack)
    return train(pack, device, threads, checkpoints=checkpoints, group=group, keep=keep)
