"""Many models of one structure → one model that computes all of them in the same operations.

Each `nn.Linear` is replaced by one whose weights have a leading member dimension. What stands
between the linear layers must work on the last dimension or elementwise, as activations do.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector


class StackedLinear(nn.Module):
    """y[m] = x[m] W[m]ᵀ + b[m] for every member m.

    weight: (members, out, in).   bias: (members, out), or None.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        self.weight, self.bias = weight, bias  # views into Stack.flat, hence no nn.Parameter

    def forward(self, inputs: Tensor) -> Tensor:  # (members, batch, in)
        transposed = self.weight.transpose(1, 2)
        if self.bias is None:
            return torch.bmm(inputs, transposed)
        return torch.baddbmm(self.bias.unsqueeze(1), inputs, transposed)  # (members, batch, out)


@dataclass(frozen=True)
class Stack:
    """A stacked model and its parameters, which share their memory with `flat`.

    flat: (members, parameters of one model): optimizers work on this one tensor.
    parameters: leaf tensors, (members, …) each, in the order of `flat`.
    biases: (parameters of one model,), True where a parameter is a bias.
    """

    model: nn.Module
    flat: Tensor
    parameters: tuple[Tensor, ...]
    biases: Tensor

    def flatten(self, gradients: Sequence[Tensor]) -> Tensor:
        """Gradients of `parameters`, in the shape of `flat`."""
        return torch.cat([gradient.flatten(1) for gradient in gradients], dim=1)


def stack(models: Sequence[nn.Module]) -> Stack:
    """Stack models that have the same layers of the same shapes; the first gives the structure.

    Raises TypeError for a model with parameters outside `nn.Linear` layers.
    """
    flat = torch.stack([parameters_to_vector(model.parameters()).detach() for model in models])
    views = _views(models[0], flat)
    stacked = deepcopy(models[0])
    for name, layer in models[0].named_modules():
        if isinstance(layer, nn.Linear):
            bias = views.get(f"{name}.bias")
            stacked.set_submodule(name, StackedLinear(views[f"{name}.weight"], bias))
    left = [name for name, _ in stacked.named_parameters()]
    if left:
        raise TypeError(f"cannot stack {', '.join(left)}: only nn.Linear layers can be stacked")
    biases = [torch.full((view[0].numel(),), name.endswith("bias")) for name, view in views.items()]
    return Stack(stacked, flat, tuple(views.values()), torch.cat(biases).to(flat.device))


def _views(model: nn.Module, flat: Tensor) -> dict[str, Tensor]:
    """Parameter name → leaf tensor (members, …) that shares its memory with `flat`."""
    named = dict(model.named_parameters())
    blocks = flat.split([parameter.numel() for parameter in named.values()], dim=1)
    return {
        name: block.view(len(flat), *parameter.shape).detach().requires_grad_()
        for (name, parameter), block in zip(named.items(), blocks, strict=True)
    }
