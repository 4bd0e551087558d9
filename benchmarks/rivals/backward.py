"""The backward pass of stacked nets, written by hand: no autograd."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn import functional

from orchestrator.models.activations import ACTIVATIONS

SLOPES: Mapping[str, Callable[[Tensor], Tensor]] = {  # of the activation, from its value
    "sigmoid": lambda a: a * (1 - a),
    "tanh": lambda a: 1 - a * a,
    "relu": lambda a: (a > 0).to(a.dtype),
    "softplus": lambda a: -torch.expm1(-a),
}


@torch.no_grad()
def gradients(
    activation: str, parameters: list[Tensor], inputs: Tensor, targets: Tensor
) -> list[Tensor]:
    """Of the summed mean losses; parameters: weight (members, in, out), bias (members, 1, out) …"""
    weights, biases = parameters[::2], parameters[1::2]
    features = [inputs]
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        features.append(ACTIVATIONS[activation]()(torch.baddbmm(bias, features[-1], weight)))
    outputs = torch.baddbmm(biases[-1], features[-1], weights[-1])
    one_hot = functional.one_hot(targets, outputs.shape[-1])
    delta = (outputs.softmax(-1) - one_hot) / targets.shape[1]  # ∂ mean loss / ∂ outputs
    found: list[Tensor] = []
    for layer in reversed(range(len(weights))):
        found = [features[layer].transpose(1, 2) @ delta, delta.sum(1, keepdim=True), *found]
        if layer > 0:
            delta = (delta @ weights[layer].transpose(1, 2)) * SLOPES[activation](features[layer])
    return found
