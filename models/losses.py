"""Training losses, one value per example, step or word. Leading dimensions of any number are kept.

outputs: (…, values), before softmax or sigmoid.
targets: (…,), class numbers, or (…, values), numbers.

Where a target is −1 there is nothing to learn; the value there is finite, and training leaves it
out of its means.
"""

from collections.abc import Callable

from torch import Tensor
from torch.nn import functional

Loss = Callable[[Tensor, Tensor], Tensor]  # outputs, targets → (…,)


def cross_entropy(outputs: Tensor, targets: Tensor) -> Tensor:
    """−log(yᵀ softmax(outputs)), y the one-hot target. Its gradient is softmax(outputs) − y.

    Stacked nets leave the values of a class together in memory: softmax is 3 to 8 times faster
    along that order.
    """
    has_classes_together = outputs.stride(-1) == 1
    scores = outputs.flatten(0, -2) if has_classes_together else outputs.movedim(-1, 1)
    classes = targets.flatten() if has_classes_together else targets
    values = functional.cross_entropy(scores, classes, ignore_index=-1, reduction="none")
    return values.view(targets.shape)


def sigmoid_cross_entropy(outputs: Tensor, targets: Tensor) -> Tensor:
    """−Σⱼ yⱼ ln aⱼ + (1 − yⱼ) ln(1 − aⱼ) with one sigmoid a = σ(outputs) per class.

    Its gradient is a − y. Source: Nielsen 2015, chapter 3, eq. 63.
    """
    one_hot = functional.one_hot(_class(targets), outputs.shape[-1]).to(outputs.dtype)
    per_class = functional.softplus(outputs) - one_hot * outputs  # ln(1 + eᶻ) − y z
    return per_class.sum(-1)


def binary_cross_entropy(outputs: Tensor, targets: Tensor) -> Tensor:
    """−y ln a − (1 − y) ln(1 − a) with the single sigmoid output a = σ(z), y = 0 or 1.

    It is the softmax of two outputs in other parameters: softmax(0, z)₂ = σ(z).
    outputs: (…, 1).   targets: (…,).
    """
    z, y = outputs.squeeze(-1), _class(targets).to(outputs.dtype)
    return functional.softplus(z) - y * z


def squared_error(outputs: Tensor, targets: Tensor) -> Tensor:
    """(y − o)², the mean over outputs if there are several.   outputs, targets: (…, values)."""
    return (targets - outputs).square().mean(-1)


LOSSES: dict[str, Loss] = {
    "cross_entropy": cross_entropy,
    "sigmoid_cross_entropy": sigmoid_cross_entropy,
    "binary_cross_entropy": binary_cross_entropy,
    "squared_error": squared_error,
}


def _class(targets: Tensor) -> Tensor:
    return targets.clamp(min=0)  # padding, −1, is no class number
