"""Tries the parts of a trial on one batch: what they return, and whether it is the same twice."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import torch
from torch import Tensor, nn

from orchestrator.study.parts.signature import Part
from orchestrator.study.settings import Training
from orchestrator.training.global_random import seed_generators
from orchestrator.training.losses.own import OwnLoss
from orchestrator.training.masked_means import counted
from orchestrator.training.optim.factors import factor_of
from orchestrator.training.optim.optimizers.own import OwnOptimizer
from orchestrator.training.parts.augment import Augment, AugmentError
from orchestrator.training.parts.faults import Refused, called
from orchestrator.training.stacking.members import Members, single

STEPS = 1000  # of a schedule that are computed, spread over training


def check_augment(augment: Augment, inputs: Tensor) -> None:
    """inputs: of a batch, (examples, …). Raises Refused."""
    path, code = augment.part.kind.path, augment.part.code
    shaped = inputs if augment.has_words else inputs.reshape(len(inputs), *augment.example)

    def once(seed: int) -> Tensor:
        seed_generators(seed)
        try:
            return augment.one(shaped, torch.Generator().manual_seed(0))
        except AugmentError as error:
            what = f"{code.name} {error}"
            raise Refused(path, what, "return inputs of the same shape and type") from error

    one, other = (called(path, code, "", once, seed) for seed in (0, 1))
    if one.is_floating_point() and not one.isfinite().all():
        raise Refused(path, f"{code.name} returned inputs that are not all finite")
    if not torch.equal(one, other):
        what = f"{code.name} gives different inputs each time, with the same generator"
        raise Refused(path, what, "draw whatever is random from `generator`")


def check_loss(loss: OwnLoss, outputs: Tensor, targets: Tensor) -> None:
    """outputs: of one model on a batch, (examples, …). Raises Refused."""
    path, code = loss.part.kind.path, loss.part.code
    outputs = outputs.detach().requires_grad_()

    def once(outputs: Tensor, targets: Tensor) -> Any:
        return called(path, code, "", loss.alone, outputs, targets)

    values, needed = once(outputs, targets), tuple(outputs.shape[:-1])
    if not isinstance(values, Tensor) or tuple(values.shape) != needed:
        got = _described(values)
        what = f"{code.name} returned {got}, not one value per example: {needed}"
        raise Refused(path, what, "leave the mean to orch: reduction='none'")
    if not values.is_floating_point() or not values.isfinite().all():
        there = counted(values, targets).bool()
        is_padding = values.is_floating_point() and bool(values[there].isfinite().all())
        where = " where a target is -1, which is padding" if is_padding else ""
        what = f"{code.name} returned values that are not all finite numbers{where}"
        raise Refused(path, what, "give any finite value there" if is_padding else "")
    if not values.requires_grad:
        raise Refused(path, f"no gradient reaches the outputs through {code.name}")
    if not torch.equal(values, once(outputs, targets)):
        what = f"{code.name} gives different values each time, for the same outputs"
        raise Refused(path, what, "a loss draws nothing")
    few = max(len(outputs) // 2, 1)
    if not torch.allclose(once(outputs[:few], targets[:few]), values[:few], equal_nan=True):
        what = f"{code.name} gives an example another value beside other examples"
        raise Refused(path, what, "compute the value of each example from its own outputs")


def _described(values: Any) -> str:
    if not isinstance(values, Tensor):
        return type(values).__name__
    return "a scalar" if values.dim() == 0 else f"values of the shape {tuple(values.shape)}"


def check_schedule(training: Training, steps_per_epoch: int) -> None:
    """Raises Refused."""
    part: Part = type(training).own_parts["training.schedule.kind"]
    path, code = part.kind.path, part.code
    steps = training.epochs * steps_per_epoch
    some = sorted({*range(0, steps, max(steps // STEPS, 1)), steps - 1})

    def factors() -> list[float]:
        factor = factor_of(training.schedule, training.epochs, steps_per_epoch)
        return [_number(part, factor, step) for step in some]

    one, other = (called(path, code, "", factors) for _ in "ab")
    if one != other:
        what = f"{code.name} gives different factors each time, for the same steps"
        raise Refused(path, what, "compute the factor from `step` and `steps` alone")


def _number(part: Part, factor: Callable[[int], float], step: int) -> float:
    try:
        return factor(step)
    except (TypeError, ValueError) as error:
        if not str(error).startswith(f"{part.code.name} returned"):
            raise
        cure = "return a finite number ≥ 0, which multiplies the learning rate"
        raise Refused(part.kind.path, str(error), cure) from error


def check_optimizer(build: Callable[[], nn.Module], training: Training) -> None:
    """Moves a model twice, and another one that continues from a checkpoint after the first step.

    build: a new model, the same in every call. Raises Refused.
    """
    part: Part = type(training).own_parts["training.optimizer"]
    path, code = part.kind.path, part.code
    (whole, _), (half, kept) = (called(path, code, "", _moved, build, training, n) for n in (2, 1))
    resumed = called(path, code, " after a checkpoint", _continued, build, training, half, kept)
    if not torch.equal(resumed, whole):
        what = f"{code.name} moves the parameters differently after a checkpoint"
        cure = "keep all that it remembers in self.state[parameter] or in param_groups"
        raise Refused(path, what, cure)


def _moved(
    build: Callable[[], nn.Module], training: Training, steps: int
) -> tuple[Tensor, BytesIO]:
    """The parameters after some steps, and the checkpoint of the optimizer."""
    members = single(build())
    optimizer = OwnOptimizer(members, [training])
    for step in range(steps):
        _step(optimizer, members, step)
    file = BytesIO()
    torch.save(optimizer.state_dict(), file)
    return members.flat.clone(), file


def _continued(
    build: Callable[[], nn.Module], training: Training, parameters: Tensor, checkpoint: BytesIO
) -> Tensor:
    """The parameters after one more step of a new optimizer with the state of the checkpoint."""
    members = single(build())
    members.flat.copy_(parameters)
    optimizer = OwnOptimizer(members, [training])
    optimizer.load_state_dict(torch.load(BytesIO(checkpoint.getvalue()), weights_only=True))
    _step(optimizer, members, 1)
    return members.flat


def _step(optimizer: OwnOptimizer, members: Members, step: int) -> None:
    """With a gradient that depends on the step alone."""
    seed_generators(step)
    generator = torch.Generator().manual_seed(step)
    drawn = torch.randn(members.flat.shape, generator=generator)
    optimizer.step(drawn.to(members.flat))
