"""Test-time augmentation: the views of a face over which predictions are averaged."""

import numpy as np
from PIL import Image

from fer.faces.crop import IMAGE_SIZE


def views(images: np.ndarray) -> list[np.ndarray]:
    """Six views per face: original, zoomed in by 2 pixels, zoomed out by 2, and all three mirrored.

    Chosen on FER2013's PublicTest among mirroring, shifts of 1 to 4 pixels and zooms; see docs/experiments.md.

    Args:
        images: uint8 (N, 48, 48).

    Returns:
        six arrays like `images`.
    """
    zoomed_in, zoomed_out = (np.array([_zoomed(image, pixels) for image in images], np.uint8) for pixels in (2, -2))
    zoomed = [images, zoomed_in.reshape(images.shape), zoomed_out.reshape(images.shape)]  # also for N = 0
    return [*zoomed, *(view[:, :, ::-1] for view in zoomed)]


def _zoomed(image: np.ndarray, pixels: int) -> np.ndarray:
    """uint8 (48, 48): cropped by `pixels` on each side, or padded with repeated edges if negative, and rescaled."""
    if pixels < 0:
        image = np.pad(image, -pixels, mode="edge")
    cut = max(pixels, 0)
    box = (cut, cut, image.shape[1] - cut, image.shape[0] - cut)
    scaled = Image.fromarray(image).resize((IMAGE_SIZE, IMAGE_SIZE), Image.Resampling.BICUBIC, box)
    return np.asarray(scaled)
