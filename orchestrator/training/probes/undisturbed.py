"""A forward pass of a model that is in training elsewhere, which leaves no trace there."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch
from torch import Tensor, nn
from torch.nn.parallel import DataParallel, DistributedDataParallel

from orchestrator.training.global_random import kept_generators

SEVERAL = (
    "{kind} computes the model on several devices, where its layers cannot be followed: give the "
    "model inside it, model.module, and call that one in `loss`"
)


def inside(model: nn.Module) -> nn.Module:
    """The model itself, where it is wrapped by `torch.compile` or a DataParallel on one device.

    Raises TypeError for what is no module, or is spread over several devices.
    """
    while True:
        if not isinstance(model, nn.Module):
            raise TypeError(f"probe takes an nn.Module, not {type(model).__name__}")
        if isinstance(model, DistributedDataParallel):
            raise TypeError(SEVERAL.format(kind="DistributedDataParallel"))
        if isinstance(model, DataParallel):
            if len(model.device_ids) > 1:
                raise TypeError(SEVERAL.format(kind="DataParallel"))
            model = model.module
        elif "_orig_mod" in model._modules:  # of torch.compile
            model = model.get_submodule("_orig_mod")
        else:
            return model


@contextmanager
def undisturbed(model: nn.Module) -> Iterator[None]:
    """Evaluation mode, with gradients, not compiled; afterwards all is as it was.

    Kept are the mode of every module, all buffers, and the global random generators. A compiled
    model runs as it is written: hooks that are set after it was compiled would not be called.
    """
    modes = {module: module.training for module in model.modules()}
    with ExitStack() as stack:
        stack.enter_context(kept_generators())
        stack.enter_context(_kept_buffers(model))
        if "torch._dynamo" in sys.modules:  # importing it takes seconds: what compiles has it
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        model.eval()
        try:
            yield
        finally:
            for module, mode in modes.items():
                module.training = mode


@contextmanager
def _kept_buffers(model: nn.Module) -> Iterator[None]:
    kept = [
        (module, name, buffer, buffer.clone())
        for module in model.modules()
        for name, buffer in module._buffers.items()
        if buffer is not None
    ]
    try:
        yield
    finally:
        for module, name, buffer, values in kept:
            _restore(buffer, values)
            module._buffers[name] = buffer


def _restore(buffer: Tensor, values: Tensor) -> None:
    if not torch.equal(buffer, values):
        with torch.no_grad():
            buffer.copy_(values)
