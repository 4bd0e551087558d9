"""Models of one structure → one model that computes all of them, with all parameters in one tensor.

There are three ways; the model and the device decide which one is taken:

    broadcast   every `nn.Linear` gets weights with a leading member dimension, and tanh is computed
                by numpy on the CPU; fastest; for models of known layers
    mapped      `torch.func.vmap` over the parameters; for any model that can be mapped
    single      one model; packs of others (fused recurrent kernels, batch norm, dropout) train
                their members one after another

`choose_stacking.py` chooses. On a GPU, recurrent models take their step form instead of the
kernels, and are mapped.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy, deepcopy
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap
from torch.nn.utils import vector_to_parameters

from orchestrator.training.stacking.tanh import Tanh

KNOWN = (
    "torch.nn.",
    "orchestrator.models.",
)  # whose forward passes compute every example by itself


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
    flat: (members, parameters of one model): optimizers work on this one tensor; without frozen
        parameters, and with two numbers for each complex one.
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
        sizes = [
            _real(view.detach()).numel() // len(self.flat) for view in self.parameters.values()
        ]
        names = zip(self.parameters, sizes, strict=True)
        found = [torch.full((size,), is_bias(name)) for name, size in names]
        return torch.cat(found).to(self.flat.device)

    def gradient(self, loss: Tensor) -> Tensor:
        """∂loss/∂flat, (members, parameters); loss: the sum of those of the members.

        As members share no parameter, each row is the gradient of that member's own loss. The next
        call returns the same tensor: a new one of this size costs more than filling it.
        """
        if isinstance(self.model, Single):
            gradients = _accumulated(loss, self.parameters.values())
        else:
            leaves = list(self.parameters.values())
            gradients = list(
                torch.autograd.grad(loss, leaves, allow_unused=True, materialize_grads=True)
            )
        rows = [_real(gradient).reshape(len(self.flat), -1) for gradient in gradients]
        return self.sum_gradients(torch.cat(rows, dim=1, out=self._gradient))

    @cached_property
    def _gradient(self) -> Tensor:
        return torch.empty_like(self.flat)

    def plain_model(self, member: int, flat: Tensor | None = None) -> nn.Module:
        """A plain model with the current parameters of this member; of a `single` one, itself.

        flat: of a stack, parameters in place of the current ones.
        """
        if isinstance(self.model, Single):
            return self.template
        model = deepcopy(self.template)
        vector_to_parameters((self.flat if flat is None else flat)[member], model.parameters())
        return model


Stacking = Callable[[Sequence[nn.Module]], Members]


class CannotStack(Exception):
    """These models cannot be computed this way."""


def cast(model: nn.Module, device: torch.device | str, precision: torch.dtype) -> nn.Module:
    """Move a model; what is float32 takes another precision, what its author made float64 stays."""
    types = {torch.float32: precision, torch.complex64: precision.to_complex()}
    moved: nn.Module = model._apply(lambda t: t.to(device, types.get(t.dtype, t.dtype)))
    return moved


def single(model: nn.Module) -> Members:
    """One model, its parameters moved into `flat`. Raises ValueError if their types differ."""
    flat = _flattened(model)[None].clone()
    for name, view in _views(model, flat).items():
        model.get_parameter(name).data = view.detach()[0]
    return Members(Single(model), flat, trained(model), model)


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


def stepwise(model: nn.Module) -> nn.Module:
    """A recurrent model in the form that can be mapped, with the same parameters."""
    if not hasattr(model, "stepwise"):
        return model
    stepping = copy(model)
    stepping.stepwise = True  # type: ignore[assignment]  # no tensor and no module
    return stepping


def in_steps(way: Stacking) -> Stacking:
    return lambda models: way([stepwise(model) for model in models])


def broadcast(models: Sequence[nn.Module]) -> Members:
    if not is_known(models[0]):
        raise CannotStack  # the user's forward may look at the whole batch, as in x.sum() > 0
    flat, views = _stacked(models)
    model = _copied(models[0])
    for name, layer in models[0].named_modules():
        if isinstance(layer, nn.Linear) and f"{name}.weight" in views:
            bias = views.get(f"{name}.bias")
            model.set_submodule(name, StackedLinear(views[f"{name}.weight"], bias))
        elif type(layer) is nn.Tanh:
            model.set_submodule(name, Tanh())
    if next(model.parameters(), None) is not None:  # of a layer that is no nn.Linear
        raise CannotStack
    return Members(model, flat, views, models[0])


def mapped(models: Sequence[nn.Module]) -> Members:
    is_stepwise = getattr(models[0], "stepwise", False)  # recurrent, but not by torch's kernels
    if not is_stepwise and any(isinstance(layer, nn.RNNBase) for layer in models[0].modules()):
        raise CannotStack  # torch's recurrent kernels cannot be mapped
    flat, views = _stacked(models)
    return Members(Mapped(models[0], views), flat, views, models[0])


def is_known(model: nn.Module) -> bool:
    """Whether all of its modules compute every example by itself."""
    return all(type(layer).__module__.startswith(KNOWN) for layer in model.modules())


def trained(model: nn.Module) -> dict[str, nn.Parameter]:
    """Name → parameter that is trained, in the order of `flat`; a frozen one is not.

    Complex ones come first: a complex number is two neighbours in `flat`, from an even place on.
    """
    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    return dict(sorted(named, key=lambda item: not item[1].is_complex()))


def _copied(model: nn.Module) -> nn.Module:
    try:
        return deepcopy(model)
    except Exception as error:  # such as a lock among its attributes
        raise CannotStack from error


def _accumulated(loss: Tensor, parameters: Iterable[Tensor]) -> list[Tensor]:
    """The gradients as `backward` leaves them, so that all hooks on them have run."""
    loss.backward()
    found = []
    for parameter in parameters:
        gradient = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        found.append(gradient.to_dense() if gradient.is_sparse else gradient)
        parameter.grad = None
    return found


def _stacked(models: Sequence[nn.Module]) -> tuple[Tensor, dict[str, Tensor]]:
    first = models[0]
    if any(not p.requires_grad or p.is_complex() for p in first.parameters()):
        raise CannotStack
    if not all(_same_buffers(first, model) for model in models[1:]):
        raise CannotStack  # those of the first would be computed with for all
    flat = torch.stack([_flattened(model) for model in models])
    return flat, _views(first, flat)


def _same_buffers(one: nn.Module, other: nn.Module) -> bool:
    pairs = zip(one.named_buffers(), other.named_buffers(), strict=True)
    return all(name == other_name and torch.equal(a, b) for (name, a), (other_name, b) in pairs)


def _real(values: Tensor) -> Tensor:
    """Complex numbers as pairs of real ones."""
    return torch.view_as_real(values.resolve_conj()) if values.is_complex() else values


def _flattened(model: nn.Module) -> Tensor:
    """All trained parameters of one model in one tensor, (parameters,)."""
    parts = [_real(parameter.detach()).flatten() for parameter in trained(model).values()]
    types = sorted({str(part.dtype).removeprefix("torch.") for part in parts})
    if len(types) > 1:
        raise ValueError(f"the parameters have several types: {', '.join(types)}; give them one")
    return torch.cat(parts)


def _views(model: nn.Module, flat: Tensor) -> dict[str, Tensor]:
    """Parameter name → leaf tensor (members, …) that shares its memory with `flat`."""
    named = trained(model)
    sizes = [_real(parameter.detach()).numel() for parameter in named.values()]
    return {
        name: _view(block, parameter).detach().requires_grad_()
        for (name, parameter), block in zip(named.items(), flat.split(sizes, dim=1), strict=True)
    }


def _view(block: Tensor, like: Tensor) -> Tensor:
    """(members, numbers) → (members, …) in the shape of the parameter."""
    if like.is_complex():
        return torch.view_as_complex(block.view(len(block), *like.shape, 2))
    return block.view(len(block), *like.shape)
