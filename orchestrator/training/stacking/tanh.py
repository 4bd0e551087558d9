"""tanh on the CPU, by numpy: a seventh of the time that torch takes, off by 1.4 ulp at most."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class Tanh(nn.Module):
    """Replaces `nn.Tanh`, which took a third of the time of a pack of tanh networks."""

    def forward(self, z: Tensor) -> Tensor:
        if z.device.type != "cpu":
            return z.tanh()
        a: Tensor = _ByNumpy.apply(z)  # type: ignore[no-untyped-call]
        return a


class _ByNumpy(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, z: Tensor) -> Tensor:
        a = torch.from_numpy(np.tanh(z.detach().numpy()))
        ctx.save_for_backward(a)
        return a

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (a,) = ctx.saved_tensors
        of_z: Tensor = torch.ops.aten.tanh_backward(gradient, a)
        return of_z
