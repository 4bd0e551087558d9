"""The log-linear model: cₖ = softmax(Σᵢ θₖᵢ fᵢ), one weight for each feature and class."""

from torch import Tensor, nn


class LogLinear(nn.Module):
    """One linear layer from given features f to the scores of the classes.

    The softmax belongs to the loss.
    """

    def __init__(self, inputs: int, outputs: int, *, bias: bool = True) -> None:
        super().__init__()
        self.output = nn.Linear(inputs, outputs, bias=bias)  # its weight is θ

    def forward(self, features: Tensor) -> Tensor:  # (batch, inputs)
        scores: Tensor = self.output(features)
        return scores  # (batch, outputs)
