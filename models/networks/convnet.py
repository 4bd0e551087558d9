"""The convolutional network of the lecture's PyTorch example."""

from torch import Tensor, nn
from torch.nn import functional

from orchestrator.models.activations import ACTIVATIONS

SIDE = 32  # pixels of a side; smaller images are surrounded by zeros
KERNEL = 5
POOL = 2


class ConvNet(nn.Module):
    """Two 5×5 convolutions with 2×2 max pooling, then three feed-forward layers.

    A side shrinks 32 → 28 → 14 → 10 → 5: channels[1] · 5 · 5 numbers enter the feed-forward part.
    The lecture has channels 6 and 16 and width 120 and 80.
    """

    def __init__(
        self,
        outputs: int,
        *,
        channels: tuple[int, int],
        width: tuple[int, int],
        activation: str,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, channels[0], KERNEL)
        self.conv2 = nn.Conv2d(channels[0], channels[1], KERNEL)
        self.ff1 = nn.Linear(channels[1] * 5 * 5, width[0])
        self.ff2 = nn.Linear(width[0], width[1])
        self.ff3 = nn.Linear(width[1], outputs)
        self.activation = ACTIVATIONS[activation]()

    def forward(self, images: Tensor) -> Tensor:  # (batch, 1, height, width)
        x = in_the_middle(images, SIDE)  # (batch, 1, 32, 32)
        x = functional.max_pool2d(self.activation(self.conv1(x)), POOL)
        x = functional.max_pool2d(self.activation(self.conv2(x)), POOL)
        x = x.flatten(1)
        x = self.activation(self.ff1(x))
        x = self.activation(self.ff2(x))
        scores: Tensor = self.ff3(x)
        return scores  # (batch, outputs)


def in_the_middle(images: Tensor, side: int) -> Tensor:
    """The images in the middle of side × side pixels. Raises ValueError for larger ones."""
    height, width = images.shape[-2:]
    if max(height, width) > side:
        raise ValueError(f"images of {height}×{width} pixels; the largest are {side}×{side}")
    top, left = (side - height) // 2, (side - width) // 2
    return functional.pad(images, (left, side - width - left, top, side - height - top))
