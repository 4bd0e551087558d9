"""What is measured of one layer.

C is the loss, zˡ = Wˡ aˡ⁻¹ + bˡ the pre-activation of layer l and aˡ = φ(zˡ) its activation
(Glorot & Bengio 2010; Nielsen 2015, chapter 5). Of every layer:

    delta           mean over examples of ‖∂C/∂zˡ‖: the vanishing gradient itself
    delta_mean      ‖mean over examples of ∂C/∂zˡ‖: the norm of the bias gradient (Nielsen's)
    weight_grad     ‖∂C/∂Wˡ‖_F: stays flat where δ vanishes, so it is never shown alone
    update_ratio    ‖ΔWˡ‖/‖Wˡ‖ of the last optimizer step: what the layer really learns
    pre_activation  quantiles of zˡ
    initial         σ_w² = fan_in · mean W² and σ_b² = mean b², of the tensors as they were drawn:
                    variances about 0, the mean of every scheme's distribution

Of hidden layers whose φ is known:

    saturation      share of units where φ is nearly constant
    dead            share of ReLU units that are 0 on every example
    activation      mean and standard deviation of aˡ
    path_factor     |∂aˡᵢ/∂aˡ⁻¹ⱼ| = |wˡᵢⱼ φ'(zˡᵢ)|, one factor of the lecture's chain formula, over
                    all paths i ← j and examples; at most ¼ for a sigmoid with |w| ≤ 1
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, prod

import numpy as np
import torch
from torch import Tensor

from orchestrator.training.probes.activations import Activation

SAMPLE = 2048  # numbers from which quantiles are taken: 1 point of rank at the median
Z_QUANTILES = {"z_q05": 0.05, "z_q25": 0.25, "z_q50": 0.5, "z_q75": 0.75, "z_q95": 0.95}
PATH_QUANTILES = {"path_factor_q10": 0.1, "path_factor_q50": 0.5, "path_factor_q90": 0.9}


@dataclass(frozen=True)
class LayerValues:
    """One layer of all members. Its units are the last dimension of z, of a convolution the third.

    z, delta: (members, examples, …).   real: (members, places), False at padding; None: no padding.
    weight, weight_before, weight_gradient: (members, outputs, …); before the last optimizer step,
        and of the loss summed over the examples.   bias: (members, outputs).
    """

    site: str
    is_convolution: bool
    activation: Activation | None
    z: Tensor
    delta: Tensor
    real: Tensor | None
    weight: Tensor | None
    weight_before: Tensor | None
    weight_gradient: Tensor | None
    bias: Tensor | None

    @property
    def places(self) -> Tensor:
        """z as (members, places, units): every example at every position of an image or text."""
        z = self.z.movedim(2, -1) if self.is_convolution else self.z
        return z.flatten(1, -2)

    def mean(self, values: Tensor) -> Tensor:
        """Over the places that are no padding; (members, places, units) → (members, units)."""
        if self.real is None:
            return values.double().mean(1)
        weights = self.real.unsqueeze(-1).double()
        return (values * weights).sum(1) / weights.sum(1)


Rows = Iterator[tuple[str, Tensor]]  # quantity, (members,)


def norm(values: Tensor) -> Tensor:
    """Over the last dimension, accumulated in float64.

    `torch.linalg.vector_norm` takes 8 times as long where that is not the last one in memory.
    """
    return values.double().square().sum(-1).sqrt()


def _delta(layer: LayerValues) -> Rows:
    yield "delta", norm(layer.delta.flatten(2)).mean(1)


def _delta_mean(layer: LayerValues) -> Rows:
    yield "delta_mean", norm(_per_bias(layer).mean(1))


def _per_bias(layer: LayerValues) -> Tensor:
    """∂C/∂b of each example: summed over the places that share it; (members, examples, units)."""
    delta = layer.delta.double()
    if layer.is_convolution:  # (members, examples, channels, …)
        return delta.unsqueeze(-1).flatten(3).sum(3)
    return delta.unsqueeze(2).flatten(2, -2).sum(2)  # (members, examples, …, units)


def _weight_grad(layer: LayerValues) -> Rows:
    if layer.weight_gradient is not None:
        yield "weight_grad", norm(layer.weight_gradient.flatten(1)) / layer.delta.shape[1]


def _update_ratio(layer: LayerValues) -> Rows:
    if layer.weight is not None and layer.weight_before is not None:
        before = layer.weight_before.double().flatten(1)
        yield "update_ratio", norm(layer.weight.flatten(1) - before) / norm(before)


def _pre_activation(layer: LayerValues) -> Rows:
    z = layer.places
    place, unit = sample(layer, z.shape[1:])
    yield from quantiles(_at(z, place, unit), Z_QUANTILES)


def _initial(layer: LayerValues) -> Rows:
    if layer.weight is not None:
        fan_in = layer.weight[0, 0].numel()
        yield "weight_variance", fan_in * mean_square(layer.weight)
        no_bias = layer.weight.new_zeros(len(layer.weight), 1)
        yield "bias_variance", mean_square(no_bias if layer.bias is None else layer.bias)


def _saturation(layer: LayerValues) -> Rows:
    if layer.activation is not None:
        saturated = layer.activation.saturated(layer.places)
        if saturated is not None:
            yield "saturation", layer.mean(saturated).mean(1)


def _dead(layer: LayerValues) -> Rows:
    if layer.activation is not None and layer.activation.name == "relu":
        yield "dead", (layer.mean(layer.places > 0) == 0).double().mean(1)


def _activation(layer: LayerValues) -> Rows:
    if layer.activation is not None:
        a = layer.activation(layer.places).double()
        mean = layer.mean(a).mean(1)
        yield "activation_mean", mean
        yield "activation_std", layer.mean((a - mean[:, None, None]) ** 2).mean(1).sqrt()


def _path_factor(layer: LayerValues) -> Rows:
    if layer.activation is None or layer.weight is None:
        return
    slopes = layer.activation.slope(layer.places).abs()  # (members, places, units)
    if layer.real is not None:
        slopes = slopes.masked_fill(~layer.real.unsqueeze(-1), 0)
    weights = layer.weight.flatten(2).abs()  # (members, units, fan_in)
    yield "path_factor", (layer.mean(slopes) * weights.double().mean(2)).mean(1)
    place, unit, source = sample(layer, (*slopes.shape[1:], weights.shape[2]))
    some = _at(slopes, place, unit) * _at(weights, unit, source)
    yield from quantiles(some, PATH_QUANTILES)
    yield "path_factor_max", (slopes.amax(1) * weights.amax(2)).amax(1).double()


def sample(layer: LayerValues, sizes: Sequence[int]) -> tuple[Tensor, ...]:
    """Indices into dimensions of these sizes, the first of them places, (members, numbers) each.

    All combinations where they are few, else always the same random ones; never padding, so that
    they do not depend on the length of the sentences of other members.
    """
    members, device = len(layer.z), layer.z.device
    if layer.real is None and prod(sizes) <= SAMPLE:
        every = torch.cartesian_prod(*(torch.arange(size, device=device) for size in sizes))
        return tuple(index.expand(members, -1) for index in every.T)
    generator = torch.Generator().manual_seed(0)
    draws = torch.rand(len(sizes), SAMPLE, dtype=torch.float64, generator=generator).to(device)
    places, *others = ((u * size).long().expand(members, -1)
                       for u, size in zip(draws, sizes, strict=True))  # fmt: skip
    if layer.real is not None:
        real_first = layer.real.long().argsort(stable=True, dim=1, descending=True)
        places = real_first.gather(1, (draws[0] * layer.real.sum(1, keepdim=True)).long())
    return (places, *others)


def _at(values: Tensor, row: Tensor, column: Tensor) -> Tensor:
    """(members, rows, columns), (members, numbers) twice → (members, numbers)."""
    return values.flatten(1).gather(1, row * values.shape[2] + column)


def quantiles(values: Tensor, wanted: Mapping[str, float]) -> Rows:
    """values: (members, numbers). `torch.quantile`, but numpy sorts 6 times faster on a CPU."""
    ordered = torch.from_numpy(np.sort(values.cpu().numpy(), axis=1))
    for name, share in wanted.items():
        place = share * (ordered.shape[1] - 1)
        below, above = ordered[:, floor(place)], ordered[:, ceil(place)]
        yield name, below.double().lerp(above.double(), place % 1)


def mean_square(values: Tensor) -> Tensor:
    """(members, …) → (members,)."""
    return values.detach().double().square().flatten(1).mean(1)


EVERY_LAYER: Mapping[str, Callable[[LayerValues], Rows]] = {
    "delta": _delta,
    "delta_mean": _delta_mean,
    "weight_grad": _weight_grad,
    "update_ratio": _update_ratio,
    "pre_activation": _pre_activation,
    "initial": _initial,
}
HIDDEN_LAYERS: Mapping[str, Callable[[LayerValues], Rows]] = {
    "saturation": _saturation,
    "dead": _dead,
    "activation": _activation,
    "path_factor": _path_factor,
}
