"""What a schedule multiplies the learning rate by, step by step, as in `torch.optim.lr_scheduler`.

A `plateau` is not here: it waits for losses, and lowers the rate itself.
"""

from collections.abc import Callable, Mapping
from functools import partial
from math import cos, isfinite, pi
from typing import Any

from orchestrator.models.own.importing import importable
from orchestrator.study.parts.signature import Part
from orchestrator.study.settings import Schedule

Factor = Callable[[int], float]  # step, from 0 → factor on the learning rate

WARMUP_START = 0.01  # as in the reference scripts of torchvision: LinearLR(start_factor=0.01)
START, END = 1 / 25, 1 / 25 / 1e4  # of one_cycle: `div_factor` and `final_div_factor` of torch


def factor_of(schedule: Schedule, epochs: int, steps_per_epoch: int) -> Factor:
    """Of all steps of training: the warm-up, then the kind, which counts its steps from there.

    With a warm-up it is SequentialLR(LinearLR, the other one).
    """
    warmup = schedule.warmup_epochs * steps_per_epoch if schedule.kind != "one_cycle" else 0
    main = _main(schedule, steps_per_epoch, epochs * steps_per_epoch - warmup)

    def factor(step: int) -> float:
        return _line(WARMUP_START, 1, step / warmup) if step < warmup else main(step - warmup)

    return factor


def _main(schedule: Schedule, steps_per_epoch: int, steps: int) -> Factor:
    """steps: from the end of the warm-up to the end of training."""
    if part := type(schedule).own_parts.get("training.schedule.kind"):
        return partial(_own, part, part.function(), part.arguments(schedule), steps)
    match schedule.kind:
        case "step":
            return partial(_stairs, schedule.factor, schedule.every_epochs * steps_per_epoch)
        case "cosine":
            return lambda step: _half_cosine(1, schedule.end_factor, step / steps)
        case "linear":
            return lambda step: _line(1, schedule.end_factor, step / steps)
        case "one_cycle":
            return partial(_one_cycle, schedule.rise, steps)
    return lambda step: 1.0


def _own(
    part: Part, function: Callable[..., Any], arguments: Mapping[str, Any], steps: int, step: int
) -> float:
    """The user's function. Raises ValueError for what is no factor."""
    with importable(part.code.folders):
        found = function(step, steps, **arguments)
    factor = float(found)
    if not (isfinite(factor) and factor >= 0):
        raise ValueError(f"{part.code.name} returned {factor:g} for step {step} of {steps}")
    return factor


def _stairs(factor: float, length: int, step: int) -> float:
    """StepLR."""
    return float(factor ** (step // length))


def _one_cycle(rise: float, steps: int, step: int) -> float:
    """OneCycleLR, from the learning rate as its `max_lr`, with `cycle_momentum=False`.

    Source: Smith & Topin 2018, "Super-convergence"; cosines in place of lines as in torch.
    """
    top = rise * steps - 1  # the step in which it reaches the learning rate
    if step > top:
        return _half_cosine(1, END, (step - top) / (steps - 1 - top))
    return _half_cosine(START, 1, step / top) if top > 0 else 1.0


def _half_cosine(start: float, end: float, share: float) -> float:
    """From start at share 0 to end at share 1. CosineAnnealingLR: Loshchilov & Hutter 2017."""
    return end + (start - end) * (1 + cos(pi * share)) / 2


def _line(start: float, end: float, share: float) -> float:
    """LinearLR."""
    return start + (end - start) * share
