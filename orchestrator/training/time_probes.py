"""How the gradient decays on its way back through time, in recurrent models.

With L_T the loss at the last step and h_{T−k} the state k steps before it:

    hidden_grad   mean over examples of ‖∂L_T/∂h_{T−k}‖, by lag k
    cell_grad     the same for the cell state c of an LSTM

These are total derivatives: through all later states. The states of the backward direction are
counted from the start of the sequence, where that direction ends.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from models.losses import Loss
from models.sentences import sentence_lengths
from orchestrator.training.members import Members
from orchestrator.training.probes import Reading, norm


def probe_time(members: Members, loss: Loss, inputs: Tensor, targets: Tensor) -> list[Reading]:
    """Readings of every state of every member; none if the model is not recurrent."""
    if not hasattr(members.template, "steps"):
        return []
    single = [
        list(_of_member(members.alone(member), loss, inputs[member], targets[member]))
        for member in range(len(members.flat))
    ]
    return [
        Reading("time", site, lag, quantity, torch.stack([value for *_, value in same]))
        for same in zip(*single, strict=True)
        for site, lag, quantity, _ in same[:1]
    ]


def _of_member(
    model: Any, loss: Loss, inputs: Tensor, targets: Tensor
) -> Iterator[tuple[str, int, str, Tensor]]:
    """Site, lag, quantity, value; inputs: (examples, time, …).

    model: has `steps`, as models/networks/recurrent.py. It is not imported here: the code of a
    recurrent network would then count as code of every trial.
    """
    model.eval()
    outputs, states = model.steps(inputs)
    last = (sentence_lengths(inputs) if inputs.dim() == 2 else _full(inputs)) - 1
    losses = loss(outputs, targets)
    if losses.dim() == 2:  # one loss a step: the last one
        losses = losses.gather(1, last[:, None])
    tracked = [
        (state, quantity, steps)
        for state in states
        for quantity, steps in (("hidden_grad", state.h), ("cell_grad", state.c))
        if steps is not None
    ]
    flat = [step for *_, steps in tracked for step in steps]
    gradients = iter(
        torch.autograd.grad(losses.sum(), flat, allow_unused=True, materialize_grads=True)
    )
    for state, quantity, steps in tracked:
        norms = torch.stack([norm(next(gradients)) for _ in steps])  # (time, examples)
        yield from _by_lag(state.name, quantity, norms, last)


def _by_lag(
    site: str, quantity: str, norms: Tensor, last: Tensor
) -> Iterator[tuple[str, int, str, Tensor]]:
    """Mean over the examples that are long enough; norms: (time, examples)."""
    backward = site.startswith("backward")
    for lag in range(len(norms)):
        steps = torch.full_like(last, lag) if backward else last - lag
        there = (steps >= 0) & (steps <= last)
        values = norms.gather(0, steps.clamp(min=0)[None])[0]
        yield site, lag, quantity, (values * there).sum() / there.sum()


def _full(inputs: Tensor) -> Tensor:
    return torch.full((len(inputs),), inputs.shape[1], device=inputs.device)
