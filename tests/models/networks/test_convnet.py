"""The convolutional network against the class `Net` on the lecture's slides."""

import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from orchestrator.models.networks.convnet import ConvNet, in_the_middle


class Net(nn.Module):
    """Copied from the lecture."""

    def __init__(self) -> None:
        super().__init__()
        # 1 input channel, 6 output channels, 5x5 convolution kernel
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        # Feedforward layers
        self.ff1 = nn.Linear(16 * 5 * 5, 120)
        self.ff2 = nn.Linear(120, 80)
        self.ff3 = nn.Linear(80, 10)

    def forward(self, x: Tensor) -> Tensor:
        # Convolution and max pooling over a (2, 2) window
        x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))
        x = F.max_pool2d(F.relu(self.conv2(x)), (2, 2))
        # Flatten the feature vectors
        x = x.view(x.size()[0], -1)  # 0 is the batch dimension
        # Feedforward layers
        x = F.relu(self.ff1(x))
        x = F.relu(self.ff2(x))
        x = self.ff3(x)
        return x


def ours(activation: str = "relu") -> ConvNet:
    return ConvNet(10, channels=(6, 16), width=(120, 80), activation=activation)


def test_it_is_the_net_of_the_lecture() -> None:
    net, lectures = ours(), Net()
    net.load_state_dict(lectures.state_dict())  # the same names and shapes of all parameters
    images = torch.randn(3, 1, 32, 32)
    torch.testing.assert_close(net(images), lectures(images))
    target = torch.arange(1, 11, dtype=torch.float).expand(3, 10)
    for model in (net, lectures):
        nn.MSELoss()(model(images), target).backward()
    for mine, theirs in zip(net.parameters(), lectures.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, theirs.grad)


@pytest.mark.parametrize(("height", "width"), [(8, 8), (28, 28), (31, 29), (32, 32)])
def test_smaller_images_stand_in_the_middle_of_zeros(height: int, width: int) -> None:
    images = torch.rand(2, 1, height, width) + 0.1
    padded = in_the_middle(images, 32)
    assert padded.shape == (2, 1, 32, 32)
    assert (padded != 0).sum() == images.numel()
    ink = padded[0, 0].nonzero()
    (top, left), (bottom, right) = ink.amin(0).tolist(), ink.amax(0).tolist()
    assert torch.equal(padded[:, :, top : bottom + 1, left : right + 1], images)
    assert abs(top - (31 - bottom)) <= 1
    assert abs(left - (31 - right)) <= 1


def test_28_pixels_are_padded_by_two_as_for_lenet() -> None:
    net, images = ours(), torch.randn(2, 1, 28, 28)
    torch.testing.assert_close(net(images), net(F.pad(images, (2, 2, 2, 2))))


def test_larger_images_are_refused() -> None:
    with pytest.raises(ValueError, match="images of 64×64 pixels; the largest are 32×32"):
        ours()(torch.zeros(1, 1, 64, 64))


def test_the_activation_is_used_after_each_of_the_four_hidden_layers() -> None:
    net, seen = ours("tanh"), []
    net.activation.register_forward_hook(lambda module, inputs, output: seen.append(output.shape))
    net(torch.randn(3, 1, 32, 32))
    assert seen == [(3, 6, 28, 28), (3, 16, 10, 10), (3, 120), (3, 80)]
