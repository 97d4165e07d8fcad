"""Encoded images decode to the same pixels."""

import base64

import numpy as np
import pytest

from fer.faces.image import data_url, image_bytes, read_image, thumbnail

RAMP = np.tile(np.arange(0, 240, 5, np.uint8), (48, 1))  # (48, 48)


@pytest.mark.parametrize("image", [RAMP, np.dstack([RAMP, RAMP.T, RAMP])], ids=["grey", "colour"])
def test_a_png_keeps_every_pixel(image):
    expected = image if image.ndim == 3 else np.dstack([image] * 3)
    assert np.array_equal(read_image(image_bytes(image)), expected)


def test_a_jpeg_is_smaller_and_nearly_the_same():
    noisy = np.random.default_rng(0).integers(100, 140, (96, 96, 3), np.uint8)
    content = image_bytes(noisy, "JPEG")
    assert len(content) < len(image_bytes(noisy)) / 2 and content[:2] == b"\xff\xd8"
    assert abs(read_image(content).mean() - noisy.mean()) < 2


@pytest.mark.parametrize(("shape", "side", "expected"), [((96, 48), 48, (48, 24)), ((30, 20, 3), 48, (30, 20, 3))])
def test_a_thumbnail_keeps_the_proportions_and_never_grows(shape, side, expected):
    small = thumbnail(np.full(shape, 7, np.uint8), side)
    assert small.shape == expected and small.dtype == np.uint8 and (small == 7).all()


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_a_data_url_carries_the_file(format):
    head, data = data_url(RAMP, format).split(",")
    assert head == f"data:image/{format.lower()};base64"
    assert base64.b64decode(data) == image_bytes(RAMP, format)
