"""A PNG is read back by an independent library."""

import io
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image

from orchestrator.reports.page.encode.png import png_link


@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_keep_every_pixel(channels: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, channels), np.uint8)
    link = png_link(pixels.tobytes(), width=7, height=5, channels=channels)
    with Image.open(io.BytesIO(b64decode(link.partition(",")[2]))) as opened:
        assert (np.asarray(opened).reshape(pixels.shape) == pixels).all()
