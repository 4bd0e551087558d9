"""Activation functions by the name that a study uses."""

from torch import Tensor, nn


class Exp(nn.Module):
    """eˣ, for outputs that are positive: the lecture's remaining lifetime of a patient."""

    def forward(self, x: Tensor) -> Tensor:
        return x.exp()


ACTIVATIONS: dict[str, type[nn.Module]] = {
    "sigmoid": nn.Sigmoid,  # σ(x) = 1 / (1 + e⁻ˣ);       σ' = σ (1 − σ) ≤ ¼
    "tanh": nn.Tanh,  # tanh(x) = 2 σ(2x) − 1;            tanh' = 1 − tanh² ≤ 1
    "relu": nn.ReLU,  # max(0, x);                        1 for x > 0, 0 for x < 0
    "softplus": nn.Softplus,  # ln(1 + eˣ), a smooth ReLU; its derivative is σ
    "identity": nn.Identity,  # x: layers then collapse into one, W₁ W₂ x = W x
}

OUTPUT_ACTIVATIONS: dict[str, type[nn.Module]] = {  # softmax is not here: it is in the loss
    "identity": nn.Identity,  # any number
    "exp": Exp,  # positive; a step in x is a factor in the output
    "softplus": nn.Softplus,  # positive, and like x where x is large
    "sigmoid": nn.Sigmoid,  # between 0 and 1
}
