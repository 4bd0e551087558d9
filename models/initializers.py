"""How weights and biases are drawn before training.

With fan_in inputs and fan_out outputs of a layer and s = `scale`:

    normal      W ~ N(0, s² / fan_in)                          LeCun et al. 1998
    uniform     W ~ U(−s, s) / √fan_in                         one input: the interval [−s, s]
    xavier      W ~ U(−a, a), a = s √(6 / (fan_in + fan_out))  Glorot & Bengio 2010, eq. 16
    he          W ~ N(0, 2 s² / fan_in)                        He et al. 2015, eq. 10
    orthogonal  W = s Q, the rows or columns of Q orthonormal  Saxe et al. 2014
    pytorch     W, b ~ U(−s, s) / √fan_in                      the default of nn.Linear

Biases are zero, except under `pytorch`; a given `bias` draws them from N(0, bias²) instead.

A convolution has fan_in = channels · k · k, and fan_out alike.

Embeddings are N(0, 1 / size) under every scheme, so that a word is a vector of length about 1 (the
variance of Ma & Hovy 2016). With the N(0, 1) of `nn.Embedding` it is √size long, and what rare
words learn is small beside their noise.

Recurrent layers: `init` draws W and b, `recurrent_init` the square matrices R, each gate by itself:

    pytorch     R ~ U(−s, s) / √hidden       the default of nn.RNN; `init` pytorch does so for W, b
    orthogonal  R = s Q                      Saxe et al. 2014
    identity    R = s I                      the IRNN of Le, Jaitly & Hinton 2015
    normal      R ~ N(0, s² / hidden)

Peepholes are U(−s, s) / √hidden, s from `recurrent_init`. torch has two biases in a recurrent
layer; under `pytorch` both are drawn, else the second is zero. With `forget_bias` B the forget
gates of an lstm begin with the bias B: "set it to 1" (Jozefowicz et al. 2015).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import torch
from torch import Generator, Tensor, nn

from orchestrator.models.settings import Init, RecurrentInit

FORGET_GATE = 1  # of the four parts of an lstm: i, f, z, o


@dataclass(frozen=True, slots=True)
class Rules:
    """What the settings of a model say about its parameters before training."""

    init: Init
    recurrent: RecurrentInit
    forget_bias: float | None


class NoRule(TypeError):
    """A parameter of a kind of layer that this file does not know."""


GeneratorFor = Callable[[str], Generator]  # parameter name → its own random stream
Drawer = Callable[[Any, Rules, GeneratorFor], None]  # fills the parameters of one layer


@torch.no_grad()
def initialize(
    model: nn.Module,
    init: Init,
    generator_for: GeneratorFor,
    recurrent_init: RecurrentInit | None = None,
    forget_bias: float | None = None,
) -> None:
    """Draw all parameters of `model` in place, each from the generator of its own name.

    Raises NoRule for parameters of a kind of layer that this file does not know.
    """
    rules = Rules(init, recurrent_init or RecurrentInit(), forget_bias)
    for prefix, layer in model.named_modules():
        own = {name: f"{prefix}.{name}".removeprefix(".") for name in layer._parameters}

        def generator_of(name: str, own: Mapping[str, str] = own) -> Generator:
            return generator_for(own[name])

        _drawer(layer, own)(layer, rules, generator_of)


def _drawer(layer: nn.Module, own: Mapping[str, str]) -> Drawer:
    for kind, drawer in DRAWERS.items():
        if isinstance(layer, kind):
            return drawer
    if set(own) == {"peephole"}:
        return _peephole
    if unknown := [own[name] for name, p in layer._parameters.items() if p is not None]:
        kind_of_layer = type(layer).__name__
        raise NoRule(f"no rule says how to draw {', '.join(unknown)} of a {kind_of_layer}")
    return lambda layer, rules, generator_of: None


def draw_weight(
    weight: Tensor, init: Init, generator: Generator, fan_out: int | None = None
) -> Tensor:
    """Fill `weight`, (outputs, fan_in), by the formula of its scheme above."""
    outputs, fan_in = weight.shape
    match init.scheme:
        case "normal":
            return weight.normal_(0, init.scale / sqrt(fan_in), generator=generator)
        case "he":
            return weight.normal_(0, init.scale * sqrt(2 / fan_in), generator=generator)
        case "uniform" | "pytorch":
            return _uniform(weight, init.scale / sqrt(fan_in), generator)
        case "xavier":
            fans = fan_in + (fan_out or outputs)
            return _uniform(weight, init.scale * sqrt(6 / fans), generator)
        case "orthogonal":
            return nn.init.orthogonal_(weight, init.scale, generator=generator)


def draw_bias(bias: Tensor, fan_in: int, init: Init, generator: Generator) -> Tensor:
    """Fill `bias`, (fan_out,), as the head of this file says."""
    if init.bias is not None:
        return bias.normal_(0, init.bias, generator=generator)
    return _uniform(bias, init.scale / sqrt(fan_in), generator)  # the scheme is `pytorch`


def draw_recurrent(R: Tensor, rule: RecurrentInit, generator: Generator) -> Tensor:
    """Fill the square matrix of one gate, (hidden, hidden)."""
    hidden = len(R)
    match rule.scheme:
        case "pytorch":
            return _uniform(R, rule.scale / sqrt(hidden), generator)
        case "orthogonal":
            return nn.init.orthogonal_(R, rule.scale, generator=generator)
        case "identity":
            return nn.init.eye_(R).mul_(rule.scale)
        case "normal":
            return R.normal_(0, rule.scale / sqrt(hidden), generator=generator)


def _uniform(values: Tensor, bound: float, generator: Generator) -> Tensor:
    return values.uniform_(-bound, bound, generator=generator)


def _linear(layer: nn.Linear, rules: Rules, generator_of: GeneratorFor) -> None:
    draw_weight(layer.weight, rules.init, generator_of("weight"))
    if layer.bias is not None:
        draw_bias(layer.bias, layer.in_features, rules.init, generator_of("bias"))


def _convolution(layer: nn.Conv2d, rules: Rules, generator_of: GeneratorFor) -> None:
    weight = layer.weight.view(len(layer.weight), -1)  # (out, channels · k · k)
    fan_out = layer.weight[:, 0].numel()  # out · k · k
    draw_weight(weight, rules.init, generator_of("weight"), fan_out)
    if layer.bias is not None:
        draw_bias(layer.bias, weight.shape[1], rules.init, generator_of("bias"))


def _embedding(layer: nn.Embedding, _: Rules, generator_of: GeneratorFor) -> None:
    deviation = 1 / sqrt(layer.embedding_dim)
    layer.weight.normal_(0, deviation, generator=generator_of("weight"))


def _recurrent(layer: nn.RNNBase, rules: Rules, generator_of: GeneratorFor) -> None:
    hidden = layer.hidden_size
    for name, parameter in layer.named_parameters(recurse=False):
        kind, _, _ = name.partition("_l")  # weight_ih_l0_reverse → weight_ih
        if kind not in RECURRENT_DRAWERS:  # a projection
            raise NoRule(f"no rule says how to draw {name} of a {type(layer).__name__}")
        gates = parameter.split(hidden)
        RECURRENT_DRAWERS[kind](parameter, gates, rules, generator_of(name))
        if rules.forget_bias is not None and kind.startswith("bias"):
            gates[FORGET_GATE].fill_(rules.forget_bias if kind == "bias_ih" else 0)


Gates = Sequence[Tensor]  # (hidden, …) each: views into a parameter


def _input_weight(W: Tensor, gates: Gates, rules: Rules, generator: Generator) -> None:
    if rules.init.scheme == "pytorch":
        _uniform(W, rules.init.scale / sqrt(len(gates[0])), generator)
        return
    for gate in gates:
        draw_weight(gate, rules.init, generator)


def _recurrent_weight(R: Tensor, gates: Gates, rules: Rules, generator: Generator) -> None:
    for gate in gates:
        draw_recurrent(gate, rules.recurrent, generator)


def _bias(b: Tensor, gates: Gates, rules: Rules, generator: Generator) -> None:
    draw_bias(b, len(gates[0]), rules.init, generator)


def _second_bias(b: Tensor, gates: Gates, rules: Rules, generator: Generator) -> None:
    if rules.init.bias is None:
        _bias(b, gates, rules, generator)
    else:
        b.zero_()  # the first one has the whole N(0, bias²)


def _peephole(layer: nn.Module, rules: Rules, generator_of: GeneratorFor) -> None:
    p = layer._parameters["peephole"]  # (directions, 3, hidden), or None
    if p is not None:
        _uniform(p, rules.recurrent.scale / sqrt(p.shape[-1]), generator_of("peephole"))


RECURRENT_DRAWERS: dict[str, Callable[[Tensor, Gates, Rules, Generator], None]] = {
    "weight_ih": _input_weight,
    "weight_hh": _recurrent_weight,
    "bias_ih": _bias,
    "bias_hh": _second_bias,
}

DRAWERS: dict[type[nn.Module], Drawer] = {
    nn.Linear: _linear,
    nn.Conv2d: _convolution,
    nn.Embedding: _embedding,
    nn.RNNBase: _recurrent,
}
