"""A forward pass that returns every state of a recurrent network.

torch's kernels return the last layer's states only, and the gradient that `retain_grad` gives for
them leaves out the paths through later steps. Here each recurrent module of torch is computed step
by step, with the same weights; outputs and gradients are the same.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from orchestrator.models.networks.recurrent_layer import RecurrentLayer, States

CELLS = {"RNN_TANH": "rnn", "RNN_RELU": "rnn", "LSTM": "lstm", "GRU": "gru"}


def is_recurrent(model: nn.Module) -> bool:
    return any(isinstance(module, nn.RNNBase) for module in model.modules())


def stepwise(
    model: Any, inputs: Tensor, seen: list[Any] | None = None
) -> tuple[Tensor, list[States]]:
    """The outputs, and the states of all layers and directions in the order of the forward pass.

    Layers are numbered through all recurrent modules of a model. Modules with projections, or with
    an initial state that is not zero, are left out.
    seen: other records of the forward pass, in order; the states are inserted in their places.
    """
    seen = [] if seen is None else seen
    if hasattr(model, "steps"):  # models/networks/recurrent.py: states come before all else
        outputs, states = model.steps(inputs)
        seen[:0] = states
        return outputs, states
    with unrolling(model, seen):
        return model(inputs), _states(seen)


@contextmanager
def unrolling(model: nn.Module, seen: list[Any]) -> Iterator[None]:
    """While it lasts, torch's recurrent modules are computed step by step; states go to `seen`."""
    handles = [
        module.register_forward_hook(_unrolling(seen), with_kwargs=True)
        for module in model.modules()
        if isinstance(module, nn.RNNBase)
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _states(seen: Sequence[Any]) -> list[States]:
    return [each for each in seen if isinstance(each, States)]


def _unrolling(seen: list[Any]) -> Any:
    def hook(module: nn.RNNBase, args: Any, kwargs: Any, outputs: Any) -> Any:
        inputs, start = (*args, *kwargs.values(), None)[:2]
        if module.proj_size > 0 or not _begins_at_zero(start) or _is_single(inputs):
            return None
        return _unrolled(module, inputs, seen)

    return hook


def _begins_at_zero(start: Any) -> bool:
    parts = start if isinstance(start, tuple) else (start,)
    return all(part is None or not part.any() for part in parts)


def _is_single(inputs: Any) -> bool:
    """One sequence, without a batch dimension."""
    return isinstance(inputs, Tensor) and inputs.dim() == 2


def _unrolled(module: nn.RNNBase, inputs: Any, seen: list[Any]) -> tuple[Any, Any]:
    """The return value of the module for these inputs; its states are added to `seen`."""
    values, lengths = _padded(module, inputs)
    directions = 2 if module.bidirectional else 1
    layers_before = len({state.name.partition(".")[2] for state in _states(seen)})
    h, c = list[Tensor](), list[Tensor]()
    for number in range(module.num_layers):
        layer = _layer(module, number, values.shape[-1], layers_before + number)
        run = layer.steps(values, lengths)
        values = run.outputs
        seen += run.states
        h += run.last.chunk(directions, dim=-1)
        c += [_last(state.c, lengths, state.name) for state in run.states if state.c is not None]
    last = torch.stack(h)  # (layers · directions, batch, hidden)
    return _as_given(module, inputs, values, lengths), (last, torch.stack(c)) if c else last


def _layer(module: nn.RNNBase, number: int, inputs: int, named: int) -> RecurrentLayer:
    """One layer of a recurrent module of torch, sharing its parameters."""
    activation = {"RNN_RELU": "relu"}.get(module.mode, "tanh")
    layer = RecurrentLayer(
        inputs,
        module.hidden_size,
        cell=CELLS[module.mode],
        bidirectional=module.bidirectional,
        activation=activation,
        number=named,
    )
    for name, parameter in list(layer.kernel.named_parameters()):
        theirs = getattr(module, name.replace("_l0", f"_l{number}"), None)
        without_bias = torch.zeros_like(parameter).to(module.get_parameter("weight_hh_l0"))
        delattr(layer.kernel, name)
        setattr(layer.kernel, name, without_bias if theirs is None else theirs)
    return layer


def _padded(module: nn.RNNBase, inputs: Any) -> tuple[Tensor, Tensor | None]:
    """(batch, time, inputs), and the lengths of packed sequences, (batch,)."""
    if isinstance(inputs, PackedSequence):
        values, lengths = pad_packed_sequence(inputs, batch_first=True)
        return values, lengths.to(values.device)
    return (inputs if module.batch_first else inputs.transpose(0, 1)), None


def _as_given(module: nn.RNNBase, inputs: Any, outputs: Tensor, lengths: Tensor | None) -> Any:
    if lengths is not None:
        # The caller may rely on the order in which it packed the sequences.
        order = inputs.sorted_indices
        if order is None:
            return pack_padded_sequence(outputs, lengths.cpu(), batch_first=True)
        packed = pack_padded_sequence(outputs[order], lengths[order].cpu(), batch_first=True)
        return PackedSequence(packed.data, packed.batch_sizes, order, inputs.unsorted_indices)
    return outputs if module.batch_first else outputs.transpose(0, 1)


def _last(steps: Sequence[Tensor], lengths: Tensor | None, name: str) -> Tensor:
    """The last state of each example, in the direction of the layer, (batch, hidden)."""
    if name.startswith("backward"):
        return steps[0]
    if lengths is None:
        return steps[-1]
    return torch.stack(list(steps))[lengths - 1, torch.arange(len(lengths), device=lengths.device)]
