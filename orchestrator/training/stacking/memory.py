"""How many members of a pack fit into memory when they train stacked."""

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks

from orchestrator.training.stacking.members import Members

COPIES = 7  # of the parameters: themselves, gradients twice, three states of Muon, one at work
ON_CPU = 2**30  # bytes of a stack; each core has a worker, and all of them share the memory
USABLE = 0.5  # of a GPU's memory; evaluation, probes and torch itself take from the rest


def take_share(share: float) -> None:
    """Limit this process to the share of GPU memory that it requested from Ray; share: 0 to 1."""
    if torch.cuda.is_available():
        torch.cuda.set_per_process_memory_fraction(min(share, 1.0))


def stack_size(one: Members, inputs: Tensor, batch_size: int) -> int:
    """How many members fit, at least one.

    one: a stack of one member.   inputs: (1, examples, …), a few.
    """
    flat = one.flat
    examples = inputs.shape[1]
    activations = _kept_bytes(one, inputs) * max(batch_size / examples, 1)
    needed = COPIES * flat.numel() * flat.element_size() + activations
    return max(1, int(_room(flat.device) / needed))


def _kept_bytes(one: Members, inputs: Tensor) -> int:
    """Bytes that a forward pass keeps for the backward pass, besides the parameters."""
    kept: dict[int, int] = {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with saved_tensors_hooks(note, lambda tensor: tensor):
        outputs = one.model.train()(inputs)  # alive: what is freed would be counted once for two
    kept.pop(one.flat.untyped_storage().data_ptr(), None)
    kept[outputs.untyped_storage().data_ptr()] = outputs.untyped_storage().nbytes()
    return sum(kept.values())


def _room(device: torch.device) -> float:
    if device.type != "cuda":
        return ON_CPU
    total: int = torch.cuda.get_device_properties(device).total_memory
    return USABLE * total * torch.cuda.get_per_process_memory_fraction(device)
