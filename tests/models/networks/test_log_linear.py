"""The log-linear model against the formula of the lecture."""

import torch

from orchestrator.models.networks.log_linear import LogLinear
from orchestrator.models.networks.mlp import MLP


def test_log_linear_is_the_lectures_formula() -> None:
    """c_k = softmax(Σ θ_ki f_i)."""
    net = LogLinear(5, 3, bias=False)
    f, theta = torch.randn(7, 5), net.output.weight
    scores = torch.stack([(theta[k] * f).sum(1) for k in range(3)], dim=1)
    torch.testing.assert_close(net(f).softmax(1), scores.exp() / scores.exp().sum(1, keepdim=True))


def test_log_linear_is_an_mlp_of_depth_0() -> None:
    net, mlp = LogLinear(5, 3), MLP(5, 3, depth=0, width=4, activation="tanh")
    net.load_state_dict(mlp.state_dict())
    f = torch.randn(7, 5)
    torch.testing.assert_close(net(f), mlp(f))
