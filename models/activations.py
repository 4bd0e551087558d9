"""Activation functions by the name that a study uses."""

from torch import nn

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "sigmoid": nn.Sigmoid,  # σ(x) = 1 / (1 + e⁻ˣ);       σ' = σ (1 − σ) ≤ ¼
    "tanh": nn.Tanh,  # tanh(x) = 2 σ(2x) − 1;            tanh' = 1 − tanh² ≤ 1
    "relu": nn.ReLU,  # max(0, x);                        1 for x > 0, 0 for x < 0
    "softplus": nn.Softplus,  # ln(1 + eˣ), a smooth ReLU; its derivative is σ
    "identity": nn.Identity,  # x: layers then collapse into one, W₁ W₂ x = W x
}
