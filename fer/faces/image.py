"""Decode image files within size limits, and encode pixels as image files."""

import base64
import io
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from fer.errors import FerError

MAX_BYTES = 20 * 2**20
MAX_PIXELS = 24_000_000  # decoded; Pillow keeps 4 bytes a pixel, and some decoders two more copies
# In the file: JPEG's decoder can halve both sides, so phones' 48-megapixel photos fit, but not where it is progressive.
MAX_JPEG_PIXELS = 50_000_000
WORKING_PIXELS = 12_000_000  # of the result: at this size, the smallest face YuNet finds still has over 48 pixels
JPEG_QUALITY = 80  # usual for thumbnails; above 95 makes no sense
SCALABLE = ("L", "LA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr")  # Pillow's modes in which it averages pixels
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "HEIF", "AVIF")  # Pillow can decode many more, EPS by a program
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif", ".gif", ".tif", ".tiff", ".bmp", ".jfif")


class Budget:
    """Lets threads decode at the same time as long as the pixels of all their images stay within a limit."""

    def __init__(self, most: int):
        self._free = self._most = most
        self._changed = threading.Condition()

    @contextmanager
    def of(self, pixels: int) -> Iterator[None]:
        """Wait until there is room for `pixels`; more than the limit has to wait for all of it."""
        pixels = min(pixels, self._most)
        with self._changed:
            self._changed.wait_for(lambda: self._free >= pixels)
            self._free -= pixels
        try:
            yield
        finally:
            with self._changed:
                self._free += pixels
                self._changed.notify_all()


_budget = Budget(MAX_PIXELS)


def read_image(source: str | Path | bytes) -> np.ndarray:
    """Read an image as it is displayed: rotated by its EXIF tag, first frame, transparency on white.

    Images of more than WORKING_PIXELS are scaled down to that.

    Args:
        source: a path, or the bytes of a file: JPEG, PNG, WebP, BMP, GIF, TIFF, HEIC or AVIF.

    Returns:
        uint8 (H, W, 3), RGB.

    Raises:
        FerError: for a file that doesn't exist, isn't an image, is damaged, or is too large.
    """
    content = source if isinstance(source, bytes) else read_bytes(Path(source))
    return np.asarray(decode(content).convert("RGB"))


def decode(content: bytes, *, most_pixels: int = WORKING_PIXELS, others: tuple[str, ...] = ()) -> Image.Image:
    """An image file's first frame: upright, opaque and scaled down. Large images wait for each other.

    Args:
        most_pixels: of the result.
        others: names of Pillow's formats that are accepted beyond FORMATS.

    Raises:
        FerError: for a file that isn't an image, is damaged, or is too large.
    """
    import pillow_heif

    pillow_heif.register_heif_opener()
    if not content:
        raise FerError("The file is empty (0 bytes). Use another file.")
    if len(content) > MAX_BYTES:
        raise _too_large(len(content))
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS + others) as image:
            pixels = image.width * image.height  # whatever a JPEG's decoder skips: some keep the whole file's detail
            _prepare(image, most_pixels)
            with _budget.of(pixels):
                return opaque(ImageOps.exif_transpose(_shrink(image, most_pixels)))
    except FerError:
        raise
    except Image.DecompressionBombError:
        raise _too_many_pixels(MAX_PIXELS) from None
    except UnidentifiedImageError:
        raise FerError(
            "This file isn't a readable image. Use a JPEG, PNG, WebP, BMP, GIF, TIFF, HEIC or AVIF file."
        ) from None
    except Exception as error:  # decoders raise any type of error on damaged data
        raise FerError(f"The image is damaged or incomplete ({error}). Save or download it again.") from error


def _prepare(image: Image.Image, most_pixels: int) -> None:
    """Check the size in the header, before decoding; a JPEG's decoder skips detail that isn't needed."""
    if image.format in ("JPEG", "MPO"):
        most = MAX_PIXELS if "progressive" in image.info else MAX_JPEG_PIXELS
        if image.width * image.height > most:
            raise _too_many_pixels(most)
        scale = math.sqrt(most_pixels / 2 / (image.width * image.height))  # the result has half to twice most_pixels
        if scale < 1:
            image.draft(None, (math.ceil(image.width * scale), math.ceil(image.height * scale)))
    if image.width * image.height > MAX_PIXELS:
        raise _too_many_pixels(MAX_PIXELS)


def _shrink(image: Image.Image, most_pixels: int) -> Image.Image:
    """The decoded image, scaled down."""
    image.load()
    if image.mode not in SCALABLE:
        image = _in_8_bits(ImageOps.exif_transpose(image))
    scale = math.sqrt(most_pixels / (image.width * image.height))
    if scale < 1:
        side = max(image.size) * scale
        image.thumbnail((side, side), Image.Resampling.BILINEAR)
    return image


def _too_many_pixels(most: int) -> FerError:
    return FerError(
        f"The image has more than {most // 10**6} megapixels. Resize it first, or save it as a baseline JPEG."
    )


def opaque(image: Image.Image) -> Image.Image:
    """A copy with 8 bits per channel, its transparency on white."""
    image = _in_8_bits(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.copy()


def _in_8_bits(image: Image.Image) -> Image.Image:
    """The image in one of the modes in SCALABLE."""
    if image.mode in SCALABLE:
        return image
    if image.mode in ("1", "P", "PA", "LAB", "HSV"):
        return image.convert("RGBA" if image.has_transparency_data else "L" if image.mode == "1" else "RGB")
    values = np.asarray(image)  # 16-bit, 32-bit or real numbers, of which Pillow clips most to white
    tops = {"F": (1, 255), "I": (255,)}.get(image.mode, ())
    top = next((top for top in tops if np.nanmax(values) <= top), 65535)
    made = np.empty(values.shape, np.uint8)
    for row, line in enumerate(values):  # one by one: they take eight times as much memory meanwhile
        made[row] = np.nan_to_num(line).clip(0, top) * 255.0 / top
    return Image.fromarray(made)


def _too_large(size: int) -> FerError:
    return FerError(f"The file has {size / 2**20:.1f} MB; the limit is {MAX_BYTES // 2**20} MB. Use a smaller file.")


def read_bytes(path: Path) -> bytes:
    """A file's content. Raises FerError if it cannot be read or is larger than MAX_BYTES."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _too_large(size)
        return path.read_bytes()
    except FileNotFoundError:
        raise FerError("The file does not exist. Check its path.") from None
    except OSError as error:
        raise FerError(f"The file cannot be read: {error.strerror}. Check its path and permissions.") from error


def thumbnail(image: np.ndarray, side: int) -> np.ndarray:
    """Shrink an image, uint8 (H, W) or (H, W, 3), to at most `side` pixels on its longer side."""
    small = Image.fromarray(image)
    small.thumbnail((side, side))
    return np.asarray(small)


def image_bytes(image: np.ndarray, format: Literal["PNG", "JPEG"] = "PNG") -> bytes:
    """Encode an image file from uint8 (H, W) grey or (H, W, 3) RGB."""
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(image)).save(buffer, format, quality=JPEG_QUALITY)  # ignored for PNG
    return buffer.getvalue()


def data_url(image: np.ndarray, format: Literal["PNG", "JPEG"] = "PNG") -> str:
    """The image as a data URL (RFC 2397), for HTML and tables."""
    return f"data:image/{format.lower()};base64,{base64.b64encode(image_bytes(image, format)).decode()}"
