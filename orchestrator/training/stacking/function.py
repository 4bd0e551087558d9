"""Whether a model is a function of its parameters and inputs, and nothing else."""

from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from orchestrator.training.global_random import (
    generator_state,
    have_drawn,
    holds_generator,
    kept_generators,
)

OF_MODULES = (
    "_forward_hooks",
    "_forward_pre_hooks",
    "_backward_hooks",
    "_backward_pre_hooks",
)
OF_ALL_MODULES = tuple(f"_global{name}" for name in OF_MODULES)  # of torch.nn.modules.module
OF_TENSORS = ("_backward_hooks", "_post_accumulate_grad_hooks")
CHOOSES_OUTPUT = "chooses_output"  # attribute of a hook by which orch itself selects the output


class _Watching(TorchFunctionMode):
    """Notes whether a hook on a tensor is registered."""

    def __init__(self) -> None:
        super().__init__()
        self.has_hooks = False

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.has_hooks |= "hook" in getattr(func, "__name__", "")
        return func(*args, **(kwargs or {}))


def is_function(model: nn.Module, inputs: Tensor) -> bool:
    """Whether a forward pass draws no random numbers, changes no buffer and registers no hook.

    Dropout would draw for all members at once; running statistics are no parameters; a hook of one
    module would run once for all members, or not at all.
    model: is used up: it is moved to the CPU and computed.
    """
    model = model.cpu()
    modules = list(model.modules())
    if any(isinstance(module, nn.modules.batchnorm._NormBase) for module in modules):
        return False  # its statistics would be those of all members
    if has_hooks(model) or holds_generator(model):
        return False
    before = deepcopy(dict(model.named_buffers()))
    with kept_generators(), _Watching() as watching:
        state = generator_state()
        for is_training in (True, False):
            model.train(is_training)(inputs.cpu())
        drawn = have_drawn(state, generator_state())
    after = dict(model.named_buffers())
    is_same = before.keys() == after.keys() and all(map(torch.equal, *_pairs(before, after)))
    return is_same and not drawn and not watching.has_hooks


def has_hooks(model: nn.Module) -> bool:
    """Whether hooks are registered on a module, on all modules, or on a parameter."""
    of_modules = [
        hook
        for module in model.modules()
        for name in OF_MODULES
        for hook in getattr(module, name).values()
        if not hasattr(hook, CHOOSES_OUTPUT)
    ]
    of_tensors = (getattr(p, name, None) for p in model.parameters() for name in OF_TENSORS)
    of_all = (getattr(torch.nn.modules.module, name) for name in OF_ALL_MODULES)
    return bool(of_modules) or any(of_tensors) or any(of_all)


@torch.no_grad()
def fill_zeros(model: nn.Module) -> nn.Module:
    """Put small numbers in place of zero parameters, which would hide differences."""
    generator = torch.Generator().manual_seed(0)
    for parameter in model.parameters():
        if parameter.is_complex():
            continue
        fan_in = parameter[0].numel() if parameter.dim() > 1 else 1
        noise = torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype)
        scaled = (0.1 * noise / max(fan_in, 1) ** 0.5).to(parameter.device)
        parameter.copy_(torch.where(parameter == 0, scaled, parameter))
    return model


def _pairs(one: dict[str, Tensor], other: dict[str, Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    return list(one.values()), [other[name] for name in one]
