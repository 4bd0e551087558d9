"""Gradients of a model in a training loop that is not orch's, as orch's own loop measures them.

The loss is one of

    a function      that calls the model once, in evaluation mode, and returns the loss of a batch:
                    every quantity of `quantities.py` and `time.py` but `update_ratio`
    a tensor        the loss of a forward pass that has been: ∂C/∂z of every layer is on its graph;
                    z itself, and the states of recurrent layers, are not

with one value per example, (examples,) or (examples, steps), or their mean. The first dimension of
what layers compute are the examples.
"""

from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from orchestrator.models.networks.recurrent import Recurrent
from orchestrator.models.networks.recurrent_layer import States, before_end
from orchestrator.training.probes.cells import has_cells, watching_cells
from orchestrator.training.probes.graph import GraphLayer, layers_behind
from orchestrator.training.probes.layers import layer_readings
from orchestrator.training.probes.quantities import EVERY_LAYER, LayerValues
from orchestrator.training.probes.time import state_readings
from orchestrator.training.probes.tracing import TracedLayer, tracing
from orchestrator.training.probes.undisturbed import inside, undisturbed
from orchestrator.training.probes.unrolling import is_recurrent, unrolling
from orchestrator.training.reading import Reading
from orchestrator.training.stacking.members import Members, Single, trained

Model = nn.Module
Loss = Tensor | Callable[[], Tensor]
ON_GRAPHS = ("delta", "delta_mean", "weight_grad", "initial")
A_FUNCTION = (
    "give a function that computes the loss: probe(model, lambda: criterion(model(x), y), …)"
)


def probe_model(model: nn.Module, loss: Loss, quantities: Set[str]) -> list[Reading]:
    """Readings of every layer and state, of one value each.

    Raises TypeError for what is no model or no loss, ValueError for what cannot be measured.
    """
    model = inside(model)
    if isinstance(loss, Tensor):
        if is_recurrent(model) or has_cells(model):
            raise ValueError(
                "loss is a tensor, and the model is recurrent: the states of its steps are not on "
                f"the graph of a loss; {A_FUNCTION}"
            )
        return _of_tensor(model, loss, quantities)
    if not callable(loss):
        raise TypeError(f"loss is a tensor or a function that returns one, not {_kind(loss)}")
    return _of_function(model, loss, quantities)


def _of_function(
    model: nn.Module, loss: Callable[[], Tensor], quantities: Set[str]
) -> list[Reading]:
    with undisturbed(model):
        with ExitStack() as stack:
            calls = stack.enter_context(_calls(model))
            found = stack.enter_context(tracing(model))
            stack.enter_context(unrolling(model, found.seen))
            stack.enter_context(_stepping(model, found.seen))
            cells = stack.enter_context(watching_cells(model))
            value = _checked(loss())
        layers, states = found.layers_of(model), [s for s in found.seen if isinstance(s, States)]
        _check_calls(calls, model, len(states))
        states += cells
        _check_any(layers, states)
        losses = _per_example(value, _examples(layers, states))
        readings = layer_readings(
            _members(model),
            layers,
            losses.sum(),
            _arranged(len(losses)),
            quantities,
            retain_graph=True,
        )
        return readings + state_readings(states, losses, quantities)


def _of_tensor(model: nn.Module, loss: Tensor, quantities: Set[str]) -> list[Reading]:
    value = _checked(loss)
    is_mean = value.dim() == 0
    layers = layers_behind(value.sum(), model)
    if not layers:
        raise ValueError(f"no linear or convolutional layer is on the graph of loss; {A_FUNCTION}")
    examples = len(layers[0].delta) if is_mean else len(value)
    scale = examples if is_mean else 1
    return [
        Reading("depth", layer.site, position, quantity, values)
        for position, layer in enumerate(layers, 1)
        for name in ON_GRAPHS
        if name in quantities
        for quantity, values in EVERY_LAYER[name](_values(layer, examples, scale))
    ]


def _values(layer: GraphLayer, examples: int, scale: int) -> LayerValues:
    """z is not known, and no quantity of a graph asks for it."""
    parameters = {name: p.detach()[None] for name, p in layer.module.named_parameters()}
    delta = layer.delta[None] * scale
    values = LayerValues(
        site=layer.site,
        is_convolution=layer.is_convolution,
        activation=None,
        z=delta,
        delta=delta,
        real=None,
        weight=parameters["weight"],
        weight_before=None,
        weight_gradient=layer.weight_gradient[None] * scale,
        bias=parameters.get("bias"),
    )
    return _by_example(values, examples)


def _members(model: nn.Module) -> Members:
    """The model as it is: its parameters stay where they are, `flat` is a copy."""
    parameters = trained(model)
    parts = [torch.empty(0), *(p.detach().resolve_conj() for p in parameters.values())]
    real = [torch.view_as_real(part) if part.is_complex() else part for part in parts]
    flat = torch.cat([_single_precision(part).flatten() for part in real])
    return Members(Single(model), flat[None], parameters, model)


def _single_precision(values: Tensor) -> Tensor:
    """Half precision as float32: numpy sorts no bfloat16."""
    return values.float() if values.dtype in (torch.float16, torch.bfloat16) else values


def _by_example(values: LayerValues, examples: int) -> LayerValues:
    """A layer that reads several places of an example as rows of its own: (examples, places, …)."""
    rows = values.delta.shape[1]
    if rows % examples:
        raise ValueError(
            f"{values.site} computes {rows} rows for {examples} examples: the first dimension of "
            "what a layer computes must be the examples (batch_first=True)"
        )
    z, delta = (
        _split(_single_precision(part), examples, values.is_convolution)
        for part in (values.z, values.delta)
    )
    return replace(values, z=z, delta=delta)


def _split(values: Tensor, examples: int, is_convolution: bool) -> Tensor:
    """(1, rows, …) → (1, examples, …), the units still where they were."""
    places = values.shape[1] // examples
    if places == 1:
        return values
    split: Tensor = values.unflatten(1, (examples, places))
    return split.movedim(2, -1) if is_convolution else split


@contextmanager
def _calls(model: nn.Module) -> Iterator[list[nn.Module]]:
    """Every call of the model, and of recurrent modules in it."""
    calls: list[nn.Module] = []
    handles = [
        module.register_forward_pre_hook(lambda module, _: calls.append(module))
        for module in model.modules()
        if module is model or isinstance(module, nn.RNNBase)
    ]
    try:
        yield calls
    finally:
        for handle in handles:
            handle.remove()


def _check_calls(calls: Sequence[nn.Module], model: nn.Module, states: int) -> None:
    """states: how many were found; one in each direction of a recurrent layer."""
    if (times := sum(module is model for module in calls)) > 1:
        raise ValueError(
            f"`loss` calls the model {times} times: gradients are measured in one forward pass; "
            "join the batches"
        )
    run = [module for module in calls if isinstance(module, nn.RNNBase)]
    if states < sum(module.num_layers * (1 + module.bidirectional) for module in run):
        raise ValueError(
            "a recurrent module has projections, an initial state that is not zero, or no batch "
            "dimension: its states cannot be measured"
        )


@contextmanager
def _stepping(model: nn.Module, seen: list[Any]) -> Iterator[None]:
    """orch's own recurrent networks compute their steps themselves, also cells without a kernel."""
    own = [module for module in model.modules() if isinstance(module, Recurrent)]
    try:
        for module in own:
            module.forward = _forward(module, seen)  # type: ignore[assignment, method-assign]
        yield
    finally:
        for module in own:
            del module.forward


def _forward(module: Recurrent, seen: list[Any]) -> Callable[[Tensor], Tensor]:
    def forward(inputs: Tensor) -> Tensor:
        place = len(seen)
        outputs, states = module.steps(inputs)
        seen[place:place] = states
        return outputs

    return forward


def _checked(value: Any) -> Tensor:
    if not isinstance(value, Tensor):
        raise TypeError(f"`loss` returned {_kind(value)}, not a tensor")
    if not value.requires_grad:
        raise ValueError(
            "the loss has no gradient: it was computed under torch.no_grad() or inference_mode(), "
            "from detached tensors, or all parameters are frozen"
        )
    return value


def _kind(value: object) -> str:
    return type(value).__name__


def _check_any(layers: Sequence[TracedLayer], states: Sequence[States]) -> None:
    if not layers and not states:
        raise ValueError(
            "`loss` has called no linear, convolutional or recurrent layer of the model: is it "
            "the same model?"
        )


def _examples(layers: Sequence[TracedLayer], states: Sequence[States]) -> int:
    return len(states[0].h[0]) if states else len(layers[0].z)


def _per_example(value: Tensor, examples: int) -> Tensor:
    """Losses, (examples, …), whose sum has the gradient of each example's own."""
    return value.expand(examples) if value.dim() == 0 else value


def _arranged(examples: int) -> Callable[[TracedLayer, LayerValues], LayerValues]:
    def arranged(layer: TracedLayer, values: LayerValues) -> LayerValues:
        values = _by_example(values, examples)
        if layer.recurrent is None or layer.recurrent.lengths is None:
            return values
        real = before_end(layer.recurrent.lengths, values.z.shape[2])
        return replace(values, real=real.view(1, -1))

    return arranged
