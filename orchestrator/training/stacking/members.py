"""Models of one structure → one model that computes all of them, with all parameters in one tensor.

There are three ways; the model and the device decide which one is taken:

    broadcast   every `nn.Linear` gets weights with a leading member dimension, and tanh is computed
                by numpy on the CPU; fastest; for models of known layers
    mapped      `torch.func.vmap` over the parameters; for any model that can be mapped
    single      one model; packs of others (fused recurrent kernels, batch norm, dropout) train
                their members one after another

On a GPU, recurrent models take their step form instead of the kernels, and are mapped.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import copy, deepcopy
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from orchestrator.training.stacking.tanh import Tanh

KNOWN = (
    "torch.nn.",
    "orchestrator.models.",
)  # whose forward passes compute every example by itself
STEPWISE_ON = (
    "cuda",
)  # it computes all members at once; on the CPU kernels, member by member, are faster
TOLERANCE = 1e-4  # relative, between a member computed beside others and alone


def _unchanged(gradient: Tensor) -> Tensor:
    """In place of a sum over processes, where there is one process."""
    return gradient


def is_bias(parameter: str) -> bool:
    """Whether a name means a bias: `hidden.0.bias`, `lstm.bias_ih_l0`, `biases.0` of a list.

    Only the parameter's own name counts: a module may be called `debiased`.
    """
    own = next((p for p in reversed(parameter.split(".")) if not p.isdecimal()), "")
    return not {"bias", "biases"}.isdisjoint(own.split("_"))


@dataclass(frozen=True)
class Members:
    """Some models of one structure, and their parameters, which share memory with `flat`.

    model: (members, batch, …) → (members, batch, …).
    flat: (members, parameters of one model): optimizers work on this one tensor.
    parameters: name → leaf tensor, a view into `flat`; (members, …), without that dimension
        where there is only a `single` model.
    template: one plain model, for its structure.
    sum_gradients: adds the gradients of other processes to one, (members, parameters), in place.
    """

    model: nn.Module
    flat: Tensor
    parameters: Mapping[str, Tensor]
    template: nn.Module
    sum_gradients: Callable[[Tensor], Tensor] = _unchanged

    def with_member_dimension(self, tensor: Tensor) -> Tensor:
        """A tensor from inside the model, with a member dimension."""
        return tensor.unsqueeze(0) if isinstance(self.model, Single) else tensor

    def named(self, flat: Tensor) -> Mapping[str, Tensor]:
        """Name → its part of a tensor like `flat`, (members, …), without a graph."""
        return {name: view.detach() for name, view in _views(self.template, flat).items()}

    @property
    def biases(self) -> Tensor:
        """(parameters of one model,), True where a parameter is a bias."""
        sizes = [view.numel() // len(self.flat) for view in self.parameters.values()]
        names = zip(self.parameters, sizes, strict=True)
        found = [torch.full((size,), is_bias(name)) for name, size in names]
        return torch.cat(found).to(self.flat.device)

    def gradient(self, loss: Tensor) -> Tensor:
        """∂loss/∂flat, (members, parameters); loss: the sum of those of the members.

        As members share no parameter, each row is the gradient of that member's own loss. The next
        call returns the same tensor: a new one of this size costs more than filling it.
        """
        gradients = torch.autograd.grad(
            loss, list(self.parameters.values()), allow_unused=True, materialize_grads=True
        )
        rows = [gradient.reshape(len(self.flat), -1) for gradient in gradients]
        return self.sum_gradients(torch.cat(rows, dim=1, out=self._gradient))

    @cached_property
    def _gradient(self) -> Tensor:
        return torch.empty_like(self.flat)

    def plain_model(self, member: int) -> nn.Module:
        """A plain model with the current parameters of this member."""
        model = deepcopy(self.template)
        vector_to_parameters(self.flat[member], model.parameters())
        return model


Stacking = Callable[[Sequence[nn.Module]], Members]


class _CannotStack(Exception):
    """These models cannot be computed this way."""


def find_stacking(models: Sequence[nn.Module], inputs: Tensor) -> Stacking | None:
    """How these models, or some of them, are computed in the same operations; None if they cannot.

    inputs: (members, a few examples, …), on which the result is compared with single models.
    """
    if not is_function(models[0], inputs[0]):
        return None
    samples = [without_zeros(models[member]) for member in (0, -1)]
    ways: tuple[Stacking, ...] = (_broadcast, _mapped)
    if inputs.device.type in STEPWISE_ON:
        samples = [_stepwise(model) for model in samples]
        ways = (_in_steps(_broadcast), _in_steps(_mapped))
    return next((way for way in ways if _agrees(way, samples, inputs[[0, -1]])), None)


def single(model: nn.Module) -> Members:
    """One model, its parameters moved into `flat`."""
    flat = parameters_to_vector(model.parameters()).detach()[None].clone()
    views = _views(model, flat)
    for name, parameter in model.named_parameters():
        parameter.data = views[name].detach()[0]
    return Members(Single(model), flat, dict(model.named_parameters()), model)


class StackedLinear(nn.Module):
    """y[m] = x[m] W[m]ᵀ + b[m] for every member m.

    weight: (members, out, in).   bias: (members, out), or None.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        self.weight, self.bias = weight, bias  # views into Members.flat, hence no nn.Parameter

    def forward(self, inputs: Tensor) -> Tensor:  # (members, batch, in)
        # As W xᵀ, transposed back: 15 to 25 % faster than x Wᵀ on the CPU. Activations keep the
        # order in memory, so between layers the transpositions cost nothing.
        columns = inputs.transpose(1, 2)
        if self.bias is None:
            outputs = torch.bmm(self.weight, columns)
        else:
            outputs = torch.baddbmm(self.bias.unsqueeze(2), self.weight, columns)
        return outputs.transpose(1, 2)  # (members, batch, out)


class Mapped(nn.Module):
    """One model's forward, mapped over the parameters and inputs of all members."""

    def __init__(self, template: nn.Module, parameters: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.template, self.parameters_of_members = template, dict(parameters)

    def forward(self, inputs: Tensor) -> Tensor:
        def one(parameters: dict[str, Tensor], inputs: Tensor) -> Tensor:
            outputs: Tensor = functional_call(self.template, parameters, (inputs,))
            return outputs

        outputs: Tensor = vmap(one)(self.parameters_of_members, inputs)
        return outputs


class Single(nn.Module):
    """One model with a member dimension of 1 around it."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.only = model

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self.only(inputs.squeeze(0))
        return outputs.unsqueeze(0)


def _stepwise(model: nn.Module) -> nn.Module:
    """A recurrent model in the form that can be mapped, with the same parameters."""
    if not hasattr(model, "stepwise"):
        return model
    stepping = copy(model)
    stepping.stepwise = True  # type: ignore[assignment]  # no tensor and no module
    return stepping


def _in_steps(way: Stacking) -> Stacking:
    return lambda models: way([_stepwise(model) for model in models])


def _broadcast(models: Sequence[nn.Module]) -> Members:
    if not all(type(layer).__module__.startswith(KNOWN) for layer in models[0].modules()):
        raise _CannotStack  # the user's forward may look at the whole batch, as in x.sum() > 0
    flat, views = _stacked(models)
    model = deepcopy(models[0])
    for name, layer in models[0].named_modules():
        if isinstance(layer, nn.Linear) and f"{name}.weight" in views:
            bias = views.get(f"{name}.bias")
            model.set_submodule(name, StackedLinear(views[f"{name}.weight"], bias))
        elif type(layer) is nn.Tanh:
            model.set_submodule(name, Tanh())
    if next(model.parameters(), None) is not None:  # of a layer that is no nn.Linear
        raise _CannotStack
    return Members(model, flat, views, models[0])


def _mapped(models: Sequence[nn.Module]) -> Members:
    stepwise = getattr(models[0], "stepwise", False)  # recurrent, but not by torch's kernels
    if not stepwise and any(isinstance(layer, nn.RNNBase) for layer in models[0].modules()):
        raise _CannotStack  # torch's recurrent kernels cannot be mapped
    flat, views = _stacked(models)
    return Members(Mapped(deepcopy(models[0]), views), flat, views, models[0])


@torch.no_grad()
def is_function(model: nn.Module, inputs: Tensor) -> bool:
    """Whether a forward pass in training neither draws random numbers nor changes buffers.

    Dropout would draw for all members at once; running statistics are no parameters.
    """
    tried = deepcopy(model).cpu().train()
    if any(isinstance(layer, nn.modules.batchnorm._NormBase) for layer in tried.modules()):
        return False  # its statistics would be those of all members
    before = deepcopy(dict(tried.named_buffers()))
    with torch.random.fork_rng(devices=[]):
        state = torch.get_rng_state()
        tried(inputs.cpu())
        has_drawn = not torch.equal(state, torch.get_rng_state())
    after = dict(tried.named_buffers())
    return not has_drawn and all(torch.equal(before[name], after[name]) for name in before)


@torch.no_grad()
def without_zeros(model: nn.Module) -> nn.Module:
    """A copy with small numbers in place of zero parameters, which would hide differences."""
    changed = deepcopy(model)
    generator = torch.Generator().manual_seed(0)
    for parameter in changed.parameters():
        fan_in = parameter[0].numel() if parameter.dim() > 1 else 1
        noise = torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype)
        scaled = (0.1 * noise / max(fan_in, 1) ** 0.5).to(parameter.device)
        parameter.copy_(torch.where(parameter == 0, scaled, parameter))
    return changed


def _stacked(models: Sequence[nn.Module]) -> tuple[Tensor, dict[str, Tensor]]:
    flat = torch.stack([parameters_to_vector(model.parameters()).detach() for model in models])
    return flat, _views(models[0], flat)


def _views(model: nn.Module, flat: Tensor) -> dict[str, Tensor]:
    """Parameter name → leaf tensor (members, …) that shares its memory with `flat`."""
    named = dict(model.named_parameters())
    blocks = flat.split([parameter.numel() for parameter in named.values()], dim=1)
    return {
        name: block.view(len(flat), *parameter.shape).detach().requires_grad_()
        for (name, parameter), block in zip(named.items(), blocks, strict=True)
    }


@torch.no_grad()
def _agrees(way: Stacking, models: Sequence[nn.Module], inputs: Tensor) -> bool:
    """Whether stacked outputs equal those of single models, in training and in evaluation."""
    try:
        members = way(models)
    except _CannotStack:
        return False
    for is_training in (False, True):
        members.model.train(is_training)
        try:
            outputs = members.model(inputs)
        except Exception:  # a model without room for a member dimension may raise anything
            return False
        for model, own_inputs, output in zip(models, inputs, outputs, strict=True):
            alone = model.train(is_training)(own_inputs)
            if output.shape != alone.shape:
                return False
            if not torch.allclose(output, alone, TOLERANCE, TOLERANCE, equal_nan=True):
                return False
    return True
