"""How the processes of a trial find each other."""

import os
import sys
from datetime import timedelta
from pathlib import Path

import torch
from torch import distributed

from orchestrator.training.distributed.process_group import ProcessGroup

BACKENDS = {"cpu": "gloo", "cuda": "cpu:gloo,cuda:nccl"}  # metrics are summed on the CPU
PATIENCE_S = 1800  # for a silent process: rank 0 may be probing
LOOPBACK = "lo0" if sys.platform == "darwin" else "lo"


def join(store: Path, number: int, count: int, device: str) -> ProcessGroup:
    """Join the processes of one machine through a file; no port is open beyond the machine."""
    os.environ |= {"GLOO_SOCKET_IFNAME": LOOPBACK, "NCCL_SOCKET_IFNAME": LOOPBACK}
    distributed.init_process_group(
        BACKENDS[device],
        init_method=store.absolute().as_uri(),
        rank=number,
        world_size=count,
        timeout=timedelta(seconds=PATIENCE_S),
    )
    return ProcessGroup.joined()


def take_gpu(number: int) -> None:
    """Use the GPU of this number, where all processes see all GPUs."""
    torch.cuda.set_device(number)


def leave() -> None:
    distributed.destroy_process_group()
