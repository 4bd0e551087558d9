"""How the gradient decays on its way back through time, in recurrent models.

With L the loss at the last step T (or at one chosen step) and h_{T−k} the state k steps before it:

    hidden_grad   mean over examples of ‖∂L/∂h_{T−k}‖, by lag k
    cell_grad     the same for the cell state c of an LSTM
    gates         mean opening of each gate, by the same lag
    initial       H · mean R², fan_in · mean W² and mean (b + b_R)², of the tensors as drawn

Gradients are total derivatives: through all later states. The backward direction reads from the
end: its lag counts from the start of the sequence, where it ends, or forward from the chosen step.
States that cannot reach the loss have no row.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from orchestrator.models.losses import Loss
from orchestrator.models.networks.recurrent_layer import States
from orchestrator.models.sentences import sentence_lengths
from orchestrator.training.losses.smoothing import of_member
from orchestrator.training.probes.quantities import mean_square, norm
from orchestrator.training.probes.unrolling import is_recurrent, stepwise
from orchestrator.training.reading import Reading
from orchestrator.training.stacking.members import Members

Entry = tuple[str, int, str, Tensor]  # site, lag, quantity, value


def probe_time(
    members: Members,
    loss: Loss,
    inputs: Tensor,
    targets: Tensor,
    quantities: Set[str],
    step: int | None = None,
) -> list[Reading]:
    """Readings of every state of every member; none if the model is not recurrent.

    step: whose loss is differentiated, from 0, where every step has its own; None: the last one.
    """
    if not is_recurrent(members.template):
        return []
    single = [
        list(
            _of_member(members.plain_model(m).eval(), of_member(loss, m), *batch, quantities, step)
        )
        for m, batch in enumerate(zip(inputs, targets, strict=True))
    ]
    return [
        Reading("time", site, lag, quantity, torch.stack([value for *_, value in same]))
        for same in zip(*single, strict=True)
        for site, lag, quantity, _ in same[:1]
    ]


@dataclass(frozen=True)
class _LossStep:
    """The step of the loss of each example, and the last step of the example; (examples,) each."""

    last: Tensor  # index of its last step
    chosen: Tensor | None  # index of the step whose loss is differentiated; None: one loss in all

    @property
    def counts(self) -> Tensor:
        """Whether the example has that step."""
        return self.last >= 0 if self.chosen is None else self.chosen <= self.last

    def at_lag(self, lag: int, *, backward: bool) -> tuple[Tensor, Tensor]:
        """The step of each example at this lag, and whether the example has it."""
        if backward:
            start = torch.zeros_like(self.last) if self.chosen is None else self.chosen
            steps = start + lag
        else:
            steps = (self.last if self.chosen is None else self.chosen) - lag
        return steps, (steps >= 0) & (steps <= self.last) & self.counts


def _of_member(
    model: nn.Module,
    loss: Loss,
    inputs: Tensor,
    targets: Tensor,
    quantities: Set[str],
    step: int | None,
) -> Iterator[Entry]:
    """inputs: (examples, time, …)."""
    outputs, states = stepwise(model, inputs)
    losses = loss(outputs, targets)  # (examples,) or (examples, time)
    places = [_place(len(state.h), inputs, losses, step) for state in states]
    total = _chosen(losses, _place(losses.shape[-1], inputs, losses, step)).sum()
    yield from _entries(states, places, total, quantities)


def state_readings(states: Sequence[States], losses: Tensor, quantities: Set[str]) -> list[Reading]:
    """Readings of the states that a forward pass of one model has met.

    losses: (examples,), or (examples, time): then that of each example's last step counts.
    """
    if not states:
        return []
    lasts = [_last_step(state, len(losses)) for state in states]
    is_per_step = losses.shape[1:] == (len(states[0].h),)
    places = [_LossStep(last, last if is_per_step else None) for last in lasts]
    total = _chosen(losses, places[0]).sum()
    return [
        Reading("time", site, lag, quantity, value[None])
        for site, lag, quantity, value in _entries(states, places, total, quantities)
    ]


def _last_step(state: States, examples: int) -> Tensor:
    """(examples,)."""
    if state.lengths is not None:
        return state.lengths - 1
    return torch.full((examples,), len(state.h) - 1, device=state.h[0].device)


def _entries(
    states: Sequence[States], places: Sequence[_LossStep], total: Tensor, quantities: Set[str]
) -> Iterator[Entry]:
    """total: the losses that are differentiated, summed over the examples."""
    if "initial" in quantities and states:
        yield from _initial(states, places[0])
    by_step = [
        (state, place, name, steps)
        for state, place in zip(states, places, strict=True)
        for name, steps in (("hidden_grad", state.h), ("cell_grad", state.c))
        if steps is not None and name in quantities
    ]
    gradients = iter(_gradients(total, [h for *_, steps in by_step for h in steps]))
    for state, place, name, steps in by_step:
        norms = torch.stack([norm(next(gradients)) for _ in steps])  # (time, examples)
        yield from _by_lag(state, name, norms, place)
    if "gates" in quantities:
        yield from _gate_openings(states, places)


def _place(time: int, inputs: Tensor, losses: Tensor, step: int | None) -> _LossStep:
    """The loss step for a state with this many steps."""
    last = torch.full((len(inputs),), time - 1, device=inputs.device)
    if not inputs.is_floating_point() and inputs.shape[1:] == (time,):
        last = sentence_lengths(inputs) - 1
    if losses.shape[1:] != (time,):
        return _LossStep(last, None)
    return _LossStep(last, last if step is None else torch.full_like(last, step))


def _chosen(losses: Tensor, place: _LossStep) -> Tensor:
    """The losses that are differentiated, (examples,)."""
    if place.chosen is None:
        return losses
    there = place.chosen.clamp(max=losses.shape[1] - 1)
    return losses.gather(1, there[:, None])[:, 0] * place.counts


def _gate_openings(states: Sequence[States], places: Sequence[_LossStep]) -> Iterator[Entry]:
    for state, place in zip(states, places, strict=True):
        for gate, steps in state.gates.items():
            openings = torch.stack([opening.detach().double().mean(-1) for opening in steps])
            yield from _by_lag(state, gate, openings, place)


def _gradients(loss: Tensor, states: list[Tensor]) -> tuple[Tensor, ...]:
    if not states:
        return ()
    return torch.autograd.grad(loss, states, allow_unused=True, materialize_grads=True)


def _by_lag(state: States, quantity: str, values: Tensor, place: _LossStep) -> Iterator[Entry]:
    """Means over the examples that have this lag; values: (time, examples)."""
    for lag in range(len(values)):
        steps, there = place.at_lag(lag, backward=state.name.startswith("backward"))
        found = values.gather(0, steps.clamp(0, len(values) - 1)[None])[0]
        yield state.name, lag, quantity, (found * there).sum() / there.sum()


def _initial(states: Sequence[States], place: _LossStep) -> Iterator[Entry]:
    first = states[0].inputs.detach().double().square()  # (examples, time, inputs)
    steps = torch.arange(first.shape[1], device=first.device)
    real = (steps <= place.last[:, None]).unsqueeze(-1).expand_as(first)
    yield "input", 0, "second_moment", first[real].mean()
    for state in states:
        w = state.weights
        hidden, fan_in = w.R.shape[1], w.W.shape[1]
        yield state.name, 0, "recurrent_weight_variance", hidden * mean_square(w.R[None])[0]
        yield state.name, 0, "input_weight_variance", fan_in * mean_square(w.W[None])[0]
        yield state.name, 0, "bias_variance", mean_square((w.b + w.b_R)[None])[0]
