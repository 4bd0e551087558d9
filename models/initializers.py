"""How weights and biases are drawn before training.

With fan_in inputs and fan_out outputs of a layer and s = `scale`:

    normal      W ~ N(0, s² / fan_in)                          LeCun et al. 1998
    uniform     W ~ U(−s, s) / √fan_in                         one input: the interval [−s, s]
    xavier      W ~ U(−a, a), a = s √(6 / (fan_in + fan_out))  Glorot & Bengio 2010, eq. 16
    he          W ~ N(0, 2 s² / fan_in)                        He et al. 2015, eq. 10
    orthogonal  W = s Q, the rows or columns of Q orthonormal  Saxe et al. 2014
    pytorch     W, b ~ U(−s, s) / √fan_in                      the default of nn.Linear

Biases are zero, except under `pytorch`; a given `bias` draws them from N(0, bias²) instead.
"""

from collections.abc import Callable
from math import sqrt

import torch
from torch import Generator, Tensor, nn

from models.settings import Init


def initialize(model: nn.Module, init: Init, generator_for: Callable[[str], Generator]) -> None:
    """Draw all parameters of `model` in place, each from the generator of its own name."""
    for layer_name, layer in model.named_modules():
        if isinstance(layer, nn.Linear):
            draw_weight(layer.weight, init, generator_for(f"{layer_name}.weight"))
            if layer.bias is not None:
                fan_in = layer.in_features
                draw_bias(layer.bias, fan_in, init, generator_for(f"{layer_name}.bias"))


@torch.no_grad()
def draw_weight(weight: Tensor, init: Init, generator: Generator) -> Tensor:
    """Fill `weight`, (fan_out, fan_in), by the formula of its scheme above."""
    fan_out, fan_in = weight.shape
    match init.scheme:
        case "normal":
            return weight.normal_(0, init.scale / sqrt(fan_in), generator=generator)
        case "he":
            return weight.normal_(0, init.scale * sqrt(2 / fan_in), generator=generator)
        case "uniform" | "pytorch":
            return _uniform(weight, init.scale / sqrt(fan_in), generator)
        case "xavier":
            return _uniform(weight, init.scale * sqrt(6 / (fan_in + fan_out)), generator)
        case "orthogonal":
            return nn.init.orthogonal_(weight, init.scale, generator=generator)


@torch.no_grad()
def draw_bias(bias: Tensor, fan_in: int, init: Init, generator: Generator) -> Tensor:
    """Fill `bias`, (fan_out,), as the head of this file says."""
    if init.bias is not None:
        return bias.normal_(0, init.bias, generator=generator)
    return _uniform(bias, init.scale / sqrt(fan_in), generator)  # the scheme is `pytorch`


def _uniform(values: Tensor, bound: float, generator: Generator) -> Tensor:
    return values.uniform_(-bound, bound, generator=generator)
