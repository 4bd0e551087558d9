"""tanh by numpy against float64, and against torch's."""

import torch
from torch import Tensor, nn

from orchestrator.training.stacking.tanh import Tanh


def ulps(found: Tensor, exact: Tensor) -> Tensor:
    """The distance in units of the last place of float32."""
    rounded = exact.float().abs()
    unit = torch.nextafter(rounded, torch.tensor(torch.inf)) - rounded
    return (found.double() - exact).abs() / unit.double()


def test_it_is_as_good_as_float32_allows() -> None:
    z = torch.cat([torch.linspace(-12, 12, 100_001), torch.logspace(-38, 1, 100_000)])
    assert ulps(Tanh()(z), z.double().tanh()).max() < 1.5


def test_what_torch_does_where_there_is_no_number() -> None:
    z = torch.tensor([-torch.inf, -100, -0.0, 1e-45, 100, torch.inf, torch.nan])
    assert torch.equal(Tanh()(z).nan_to_num(7), z.tanh().nan_to_num(7))


def test_gradient_and_order_in_memory_are_those_of_torch() -> None:
    torch.manual_seed(0)
    z = torch.randn(3, 5, 4).transpose(1, 2).requires_grad_()
    outputs = Tanh()(z), nn.Tanh()(z)
    assert outputs[0].stride() == outputs[1].stride()
    gradients = [torch.autograd.grad((a**2).sum(), z)[0] for a in outputs]
    torch.testing.assert_close(*gradients, rtol=1e-5, atol=1e-7)
