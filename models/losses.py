"""Training losses, one value per example. Leading dimensions of any number are kept.

outputs: (…, classes), before softmax or sigmoid.   targets: (…,), class numbers.
"""

from collections.abc import Callable

from torch import Tensor
from torch.nn import functional

Loss = Callable[[Tensor, Tensor], Tensor]  # outputs, targets → (…,), in nat


def cross_entropy(outputs: Tensor, targets: Tensor) -> Tensor:
    """−log(yᵀ softmax(outputs)), y the one-hot target. Its gradient is softmax(outputs) − y."""
    log_probabilities = outputs.log_softmax(-1)
    return -log_probabilities.gather(-1, targets.unsqueeze(-1)).squeeze(-1)


def sigmoid_cross_entropy(outputs: Tensor, targets: Tensor) -> Tensor:
    """−Σⱼ yⱼ ln aⱼ + (1 − yⱼ) ln(1 − aⱼ) with one sigmoid a = σ(outputs) per class.

    Its gradient is a − y. Source: Nielsen 2015, chapter 3, eq. 63.
    """
    one_hot = functional.one_hot(targets, outputs.shape[-1]).to(outputs.dtype)
    per_class = functional.softplus(outputs) - one_hot * outputs  # ln(1 + eᶻ) − y z
    return per_class.sum(-1)


LOSSES: dict[str, Loss] = {
    "cross_entropy": cross_entropy,
    "sigmoid_cross_entropy": sigmoid_cross_entropy,
}
