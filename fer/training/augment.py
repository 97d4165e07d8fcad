"""Augmentation: NumPy draws the random parameters, so a seed gives the same images on every Keras backend.

Keras applies them to the whole batch; for previews on a page, NumPy does. Implemented here because Keras's augmentation
layers use the backend's generator, so a seed gives different images on each.
"""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np

from fer.runs.config import TrainConfig

ERASED_PIXELS = (4, 18)  # shortest and longest side of an erased box in a 48-pixel image
BEST_JPEG = 95  # at this quality, compression costs no network any accuracy (docs/experiments.md, Robustness)


def augment(
    images: np.ndarray,
    targets: np.ndarray,
    config: TrainConfig,
    random: np.random.Generator,
    ops: Any = None,
    *,
    small: bool = False,
):
    """Change each image of a batch independently, and mix pairs if mixup or cutmix is on.

    Args:
        images: uint8 (N, H, W).
        targets: float32 (N, C).
        ops: `keras.ops` (the default), or NUMPY, which needs no Keras and is slow.
        small: shrink the images at the end, to sides of `shrunk_side`.

    Returns:
        A uint8 backend tensor (N, H, W, 1), and targets float32 (N, C).
    """
    if ops is None:
        ops = import_module("keras").ops
    if config.jpeg:
        images = compressed(images, config.jpeg, random.spawn(1)[0])
    pixels = ops.convert_to_tensor(images[..., None].astype(np.float32))
    if config.flip or config.rotation or config.scale or config.shift:
        transform = affine_parameters(len(images), images.shape[1], config, random)
        pixels = ops.image.affine_transform(pixels, transform, interpolation="bilinear", fill_mode="nearest")
    if config.light:
        gain, offset = map(ops.convert_to_tensor, light_parameters(len(images), config.light, random))
        pixels = pixels * gain + offset
    if config.blur:
        rows = ops.convert_to_tensor(blur_matrices(len(images), images.shape[1], config.blur, random))
        pixels = ops.matmul(ops.matmul(rows, pixels[..., 0]), ops.transpose(rows, (0, 2, 1)))[..., None]
    if config.noise:
        pixels = pixels + ops.convert_to_tensor(noise_of(images.shape, config.noise, random))
    if config.mixup or config.cutmix:
        pixels, targets = _mixed(pixels, targets, config, random, ops)
    if config.erase:
        boxes = erase_masks(len(images), images.shape[1], config.erase, random)
        pixels = ops.where(boxes, random.uniform(0, 255, (len(images), 1, 1, 1)).astype(np.float32), pixels)
    if small:
        rows = ops.convert_to_tensor(shrinking(images.shape[1]))
        pixels = ops.matmul(ops.matmul(rows, pixels[..., 0]), ops.transpose(rows))[..., None]
    return ops.cast(ops.clip(ops.round(pixels), 0, 255), "uint8"), targets


def shrunk_side(side: int) -> int:
    """The side of shrunk images, in pixels: two thirds."""
    return side * 2 // 3


def shrinking(side: int) -> np.ndarray:
    """float32 (S, side): averages pixels by area, along one axis, to S = `shrunk_side(side)`."""
    edges = np.linspace(0, side, shrunk_side(side) + 1)[:, None]
    inside = np.clip(np.minimum(edges[1:], np.arange(side) + 1) - np.maximum(edges[:-1], np.arange(side)), 0, 1)
    return (inside / inside.sum(axis=1, keepdims=True)).astype(np.float32)


def _mixed(pixels, targets: np.ndarray, config: TrainConfig, random: np.random.Generator, ops: Any):
    """Mixup, or CutMix; if both are on, one of them for the whole batch, drawn with equal chances, as timm does."""
    apart = random.spawn(1)[0] if config.cutmix else None
    if apart and not (config.mixup and apart.random() < 0.5):
        partner = apart.permutation(len(targets))
        boxes = cut_masks(len(targets), pixels.shape[1], config.cutmix, apart)
        share = 1 - boxes.mean(axis=(1, 2), dtype=np.float32)  # of the pixels: a box may reach beyond the border
        pixels = ops.where(boxes, ops.take(pixels, partner, axis=0), pixels)
    else:
        share = random.beta(config.mixup, config.mixup, (len(targets), 1)).astype(np.float32)
        partner = random.permutation(len(targets))
        weight = ops.convert_to_tensor(share[..., None, None])
        pixels = pixels * weight + ops.take(pixels, partner, axis=0) * (1 - weight)
    return pixels, targets * share + targets[partner] * (1 - share)


def compressed(images: np.ndarray, lowest: int, random: np.random.Generator) -> np.ndarray:
    """The uint8 images after JPEG compression at a quality from `lowest` to BEST_JPEG, mostly high.

    OpenCV takes 0.02 ms a face, a tenth of what Pillow takes for the same pixels: threads would gain nothing.
    """
    qualities = np.round(BEST_JPEG - _mostly_small(len(images), BEST_JPEG - lowest, random)).astype(int).tolist()
    files = [
        cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        for image, quality in zip(images, qualities, strict=True)
    ]
    return np.stack([np.asarray(cv2.imdecode(file, cv2.IMREAD_GRAYSCALE)) for file in files])


def _affine_transform(pixels: np.ndarray, transform: np.ndarray, *, interpolation: str, fill_mode: str) -> np.ndarray:
    """`keras.ops.image.affine_transform` with bilinear interpolation and repeated edges."""
    height, width = pixels.shape[1:3]
    y, x = np.mgrid[:height, :width]
    a0, a1, a2, b0, b1, b2 = (transform[:, i, None, None] for i in range(6))
    rows = (b0 * x + b1 * y + b2).clip(0, height - 1)
    columns = (a0 * x + a1 * y + a2).clip(0, width - 1)
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    bottom, right = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
    down, across = (rows - top)[..., None], (columns - left)[..., None]
    n = np.arange(len(pixels))[:, None, None]
    upper = pixels[n, top, left] * (1 - across) + pixels[n, top, right] * across
    lower = pixels[n, bottom, left] * (1 - across) + pixels[n, bottom, right] * across
    return upper * (1 - down) + lower * down


NUMPY = SimpleNamespace(
    convert_to_tensor=np.asarray,
    image=SimpleNamespace(affine_transform=_affine_transform),
    take=np.take,
    where=np.where,
    matmul=np.matmul,
    transpose=np.transpose,
    clip=np.clip,
    round=np.round,
    cast=lambda values, dtype: values.astype(dtype),
)


def affine_parameters(n: int, size: int, config: TrainConfig, random: np.random.Generator) -> np.ndarray:
    """float32 (n, 8): the source of each output pixel, as `keras.ops.image.affine_transform` expects it."""
    angle = np.deg2rad(random.uniform(-config.rotation, config.rotation, n))
    zoom = 1 + random.uniform(-config.scale, config.scale, n)
    shift = random.uniform(-config.shift, config.shift, (2, n)) * size / 48
    mirror = np.where(random.random(n) < 0.5, -1.0, 1.0) if config.flip else np.ones(n)
    a0, a1 = np.cos(angle) / zoom * mirror, -np.sin(angle) / zoom
    b0, b1 = np.sin(angle) / zoom * mirror, np.cos(angle) / zoom
    centre = (size - 1) / 2
    a2 = centre - a0 * centre - a1 * centre + shift[0]
    b2 = centre - b0 * centre - b1 * centre + shift[1]
    zero = np.zeros(n)
    return np.stack([a0, a1, a2, b0, b1, b2, zero, zero], axis=1).astype(np.float32)


def light_parameters(n: int, strength: float, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Contrast (a gain around mid-grey) and brightness, as gain and offset: two float32 (n, 1, 1, 1)."""
    gain = 1 + random.uniform(-strength, strength, (n, 1, 1, 1))
    brightness = 127.5 * random.uniform(-strength, strength, (n, 1, 1, 1))
    return gain.astype(np.float32), (127.5 * (1 - gain) + brightness).astype(np.float32)


def blur_matrices(n: int, size: int, most: float, random: np.random.Generator) -> np.ndarray:
    """float32 (n, size, size): each image's Gaussian as a matrix with rows that sum to 1, for both axes."""
    sigma = np.maximum(_mostly_small(n, most, random), 1e-2)[:, None, None]
    apart = np.subtract.outer(np.arange(size), np.arange(size))
    weights = np.exp(-0.5 * (apart / sigma) ** 2)
    return (weights / weights.sum(axis=2, keepdims=True)).astype(np.float32)


def noise_of(shape: tuple[int, int, int], most: float, random: np.random.Generator) -> np.ndarray:
    """float32 (n, size, size, 1): noise to add to each pixel, in grey levels."""
    sigma = _mostly_small(shape[0], most, random).astype(np.float32)
    return sigma[:, None, None, None] * random.standard_normal((*shape, 1), np.float32)


def _mostly_small(n: int, most: float, random: np.random.Generator) -> np.ndarray:
    """float64 (n,): 0 to `most`; half of them below a quarter of it."""
    return most * random.random(n) ** 2


def erase_masks(n: int, size: int, probability: float, random: np.random.Generator) -> np.ndarray:
    """bool (n, size, size, 1): True inside each image's box; no box with probability 1 - `probability`."""
    low, high = (side * size // 48 for side in ERASED_PIXELS)
    sides = random.integers(low, high, (2, n), endpoint=True)
    starts = random.integers(0, size - sides, endpoint=True)
    hit = random.random((n, 1, 1, 1)) < probability
    return _boxes(starts, starts + sides, size) & hit


def cut_masks(n: int, size: int, strength: float, random: np.random.Generator) -> np.ndarray:
    """bool (n, size, size, 1): True inside each image's box, whose shape is the image's, its area without what lies
    beyond the border the rest of a Beta(strength, strength) share, and its centre anywhere."""
    half = np.round(size * np.sqrt(1 - random.beta(strength, strength, n)) / 2).astype(int)
    centres = random.integers(0, size, (2, n))
    return _boxes(centres - half, centres + half, size)


def _boxes(starts: np.ndarray, ends: np.ndarray, size: int) -> np.ndarray:
    """bool (n, size, size, 1): True from `starts` to before `ends`, both (2, n): rows and columns."""
    place = np.arange(size)
    rows, columns = (place >= starts[..., None]) & (place < ends[..., None])
    return (rows[:, :, None] & columns[:, None, :])[..., None]
