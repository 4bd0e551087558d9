"""What a task reports besides its loss: one value per example, step or word.

A split's metric is their mean; where a target is −1 there is nothing to count, and training
leaves it out.

outputs: (…, values).   targets: (…,), class numbers, or (…, values), numbers.
"""

from collections.abc import Callable, Mapping

from torch import Tensor

from orchestrator.models.losses import squared_error
from orchestrator.models.shape import OutputKind

PerExample = Callable[[Tensor, Tensor], Tensor]  # outputs, targets → (…,)


def accuracy(outputs: Tensor, targets: Tensor) -> Tensor:
    """1 where the class with the largest output is the target, else 0.

    A single output z represents two classes: it says 1 where σ(z) > ½, that is z > 0.
    """
    single = outputs.shape[-1] == 1
    # The index of max is argmax, found 5 to 10 times faster where classes lie apart in memory.
    predicted = outputs.squeeze(-1) > 0 if single else outputs.max(-1).indices
    return (predicted == targets).to(outputs.dtype)


METRICS: Mapping[OutputKind, Mapping[str, PerExample]] = {
    "class": {"accuracy": accuracy},
    "tags": {"accuracy": accuracy},
    "value": {"mse": squared_error},
    "words": {"accuracy": accuracy},
}
