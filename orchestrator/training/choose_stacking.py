"""Whether the members of a pack train in the same operations, and how.

A stack is taken where one training step of it is shown to equal that of each member alone: outputs,
gradients, and the outputs with the parameters that the optimizer has moved. Nothing else is allowed
to matter to a member, so neither the padding that its sentences get beside longer ones. What the
check cannot compute, such as hooks that act later, is looked for in the model itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from orchestrator.models.losses import Loss
from orchestrator.models.own.process_settings import kept_settings
from orchestrator.models.shape import NO_TAG, PADDING_WORD
from orchestrator.study.settings import Training
from orchestrator.training.losses.own import OwnLoss
from orchestrator.training.stacking.function import fill_zeros, is_function
from orchestrator.training.stacking.members import (
    Members,
    Stacking,
    broadcast,
    in_steps,
    mapped,
    single,
    stepwise,
)
from orchestrator.training.update import Update

SHIPPED = "orchestrator.models."
STEPWISE_ON = ("cuda",)
"""It computes all members at once; on the CPU kernels, member by member, are faster."""
TOLERANCE = 1e-4  # relative, between a member computed beside others and alone
NOISE = 1e-6  # of the largest gradient: smaller ones may be rounding alone
CLEAR = 1e-3  # of the largest gradient of a member: what a step does with it is compared
PADDING = 3  # steps that are appended to sentences
SCALES = (1.0, 1e3)  # of the loss: a hook may act on large gradients alone


@dataclass(frozen=True)
class Rehearsal:
    """What it takes to try a training step with models that are thrown away.

    builds: new untrained models, the same in every call; one per member.
    inputs, targets: (members, a few examples, …).
    trainings: settings of each member.
    """

    builds: Sequence[Callable[[], nn.Module]]
    inputs: Tensor
    targets: Tensor
    trainings: Sequence[Training]
    loss: Loss

    @property
    def has_words(self) -> bool:
        return not self.inputs.is_floating_point()

    def models(self, members: Sequence[int]) -> list[nn.Module]:
        """New models of some members, without zeros, which would hide differences."""
        return [fill_zeros(self.builds[member]()) for member in members]

    def update(self, members: Members, chosen: Sequence[int]) -> Update:
        return Update(members, [self.trainings[member] for member in chosen], self.loss)


def choose_stacking(rehearsal: Rehearsal) -> Stacking | None:
    """How the models, or some of them, are computed in the same operations; None if they cannot.

    Of a shipped model and loss, the first and the last member are compared with themselves alone;
    of any other, all: the code may differ from member to member.
    """
    try:
        with kept_settings():
            return _chosen(rehearsal)
    except Exception:  # own code may raise anything, on so few examples; training will show it
        return None


def _chosen(rehearsal: Rehearsal) -> Stacking | None:
    first = rehearsal.builds[0]()
    is_shipped = type(first).__module__.startswith(SHIPPED) and not isinstance(
        rehearsal.loss, OwnLoss
    )
    moves_one = "training.optimizer" in type(rehearsal.trainings[0]).own_parts
    if moves_one or not is_function(first, rehearsal.inputs[0]):
        return None
    chosen = range(len(rehearsal.builds))
    if is_shipped:
        chosen = range(0, len(chosen), max(len(chosen) - 1, 1))
    elif rehearsal.has_words and not _ignores_padding(rehearsal):
        return None
    ways: tuple[Stacking, ...] = (broadcast, mapped)
    form = _unchanged
    if rehearsal.inputs.device.type in STEPWISE_ON:
        ways, form = (in_steps(broadcast), in_steps(mapped)), stepwise
    alone = _alone(rehearsal, chosen, form)
    return next((way for way in ways if _trains_alike(way, alone, rehearsal, chosen)), None)


def _unchanged(model: nn.Module) -> nn.Module:
    return model


@dataclass(frozen=True)
class _Step:
    """What one member, or a stack of some, computes in one step.

    outputs: in evaluation, before the step.   gradients: for each of `SCALES`.
    """

    outputs: Tensor
    gradients: tuple[Tensor, ...]
    update: Update


def _step(members: Members, update: Update, inputs: Tensor, targets: Tensor) -> _Step:
    with kept_settings():
        outputs = _evaluated(members, inputs)
        members.model.train()
        loss, gradients = update.loss, []
        for scale in SCALES:
            update.loss = lambda *given, scale=scale: scale * loss(*given)
            gradients.append(update.gradient(inputs, targets).clone())
        update.loss = loss
        update.apply(gradients[0].clone())
    return _Step(outputs, tuple(gradients), update)


@torch.no_grad()
def _evaluated(members: Members, inputs: Tensor) -> Tensor:
    outputs: Tensor = members.model.eval()(inputs)
    return outputs


def _alone(
    rehearsal: Rehearsal, chosen: Sequence[int], form: Callable[[nn.Module], nn.Module]
) -> list[_Step]:
    """The step of each member by itself."""
    steps = []
    for member, model in zip(chosen, rehearsal.models(chosen), strict=True):
        members = single(form(model))
        batch = rehearsal.inputs[member, None], rehearsal.targets[member, None]
        steps.append(_step(members, rehearsal.update(members, [member]), *batch))
    return steps


def _trains_alike(
    way: Stacking, alone: Sequence[_Step], rehearsal: Rehearsal, chosen: Sequence[int]
) -> bool:
    """Whether a stack computes in one step what its members compute alone."""
    rows = list(chosen)
    inputs, targets = rehearsal.inputs[rows], rehearsal.targets[rows]
    try:
        members = way(rehearsal.models(chosen))
        update = rehearsal.update(members, chosen)
        step = _step(members, update, inputs, targets)
        after = _evaluated(members, inputs)
    except Exception:  # a model without room for a member dimension may raise anything
        return False
    return all(
        _equal(step.outputs[place], own.outputs[0])
        and all(
            _same_gradient(theirs[place], ours[0], members)
            for theirs, ours in zip(step.gradients, own.gradients, strict=True)
        )
        and _moved_alike(members, place, step.gradients[0], own.update.members)
        and _equal(after[place], _with(own.update.members, members.flat[place], inputs[place]))
        for place, own in enumerate(alone)
    )


def _equal(one: Tensor, other: Tensor) -> bool:
    """Up to rounding; where the other is not finite, nothing is compared."""
    if one.shape != other.shape:
        return False
    is_there = other.isfinite()
    one, other = one[is_there], other[is_there]
    scale = 1 + other.abs().max() if len(other) else 1
    return bool(((one - other).abs() <= TOLERANCE * scale).all())


def _same_gradient(one: Tensor, other: Tensor, members: Members) -> bool:
    """Parameter by parameter, as early layers of a deep network may have small gradients."""
    floor = NOISE * other.abs().max()
    named = [members.named(each.expand_as(members.flat)).values() for each in (one, other)]
    return all(
        bool(((a - b).abs() <= TOLERANCE * b.abs().max() + floor).all())
        for a, b in zip(*named, strict=True)
        if b.isfinite().all()
    )


def _moved_alike(members: Members, place: int, gradient: Tensor, alone: Members) -> bool:
    """Of parameters with a clear gradient: that of others may be rounding, which Adam enlarges."""
    own = gradient[place].abs()
    is_clear = own > CLEAR * own.max()
    return _equal(members.flat[place][is_clear], alone.flat[0][is_clear])


def _with(alone: Members, parameters: Tensor, inputs: Tensor) -> Tensor:
    """The outputs of a single model with these parameters."""
    alone.flat.copy_(parameters)
    return _evaluated(alone, inputs[None])[0]


def _ignores_padding(rehearsal: Rehearsal) -> bool:
    """Whether padding behind its sentences changes neither outputs nor gradients of a model.

    Members share the length of a batch, so that a sentence gets the padding that others need.
    """
    inputs, targets = rehearsal.inputs[:1], rehearsal.targets[:1]
    longer = pad(inputs, (0, PADDING), value=PADDING_WORD)
    per_step = targets.shape == inputs.shape
    longer_targets = pad(targets, (0, PADDING), value=NO_TAG) if per_step else targets
    found = []
    try:
        for batch in ((inputs, targets), (longer, longer_targets)):
            members = single(rehearsal.models([0])[0])
            found.append(_step(members, rehearsal.update(members, [0]), *batch))
    except Exception:  # it may take the longest sentence for the length
        return False
    short, long = found
    there = targets != NO_TAG if per_step else ...
    outputs = long.outputs[:, :, : inputs.shape[2]] if per_step else long.outputs
    return _equal(outputs[there], short.outputs[there]) and _same_gradient(
        long.gradients[0][0], short.gradients[0][0], short.update.members
    )
