"""What a task reports besides its loss, one value per example; a split's metric is their mean.

outputs: (…, classes).   targets: (…,), class numbers.
"""

from collections.abc import Callable

from torch import Tensor

PerExample = Callable[[Tensor, Tensor], Tensor]


def accuracy(outputs: Tensor, targets: Tensor) -> Tensor:
    """1 where the class with the largest output is the target, else 0."""
    return (outputs.argmax(-1) == targets).to(outputs.dtype)


METRICS: dict[str, PerExample] = {"accuracy": accuracy}
