"""Decode image files within size limits, and encode pixels as image files."""

import base64
import io
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from fer.errors import FerError

MAX_BYTES = 20 * 2**20
JPEG_QUALITY = 80  # usual for thumbnails; above 95 makes no sense
MAX_PIXELS = 64_000_000  # 192 MB as RGB; phones' 48-megapixel photos fit, decompression bombs do not


def read_image(source: str | Path | bytes) -> np.ndarray:
    """Read an image as it is displayed: rotated by its EXIF tag, first frame, transparency on white.

    Args:
        source: a path, or the bytes of a file: JPEG, PNG, WebP, BMP, GIF, TIFF, HEIC or AVIF.

    Returns:
        uint8 (H, W, 3), RGB.

    Raises:
        FerError: for a file that doesn't exist, isn't an image, is damaged, or is too large.
    """
    import pillow_heif

    pillow_heif.register_heif_opener()
    content = source if isinstance(source, bytes) else read_bytes(Path(source))
    if not content:
        raise FerError("The file is empty (0 bytes). Use another file.")
    if len(content) > MAX_BYTES:
        raise _too_large(len(content))
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Image.DecompressionBombError
            return np.asarray(opaque(ImageOps.exif_transpose(image)).convert("RGB"))
    except Image.DecompressionBombError:
        raise FerError(f"The image has more than {MAX_PIXELS // 10**6} megapixels. Resize it first.") from None
    except UnidentifiedImageError:
        raise FerError(
            "This file isn't a readable image. Use a JPEG, PNG, WebP, BMP, GIF, TIFF, HEIC or AVIF file."
        ) from None
    except (OSError, SyntaxError, ValueError, EOFError, RuntimeError) as error:  # raised by decoders on damaged data
        raise FerError(f"The image is damaged or incomplete ({error}). Save or download it again.") from error


def opaque(image: Image.Image) -> Image.Image:
    """The image with 8 bits per channel, its transparency on white."""
    if image.mode.startswith("I"):  # 16-bit grey, which Pillow's own conversion clips to white
        return Image.fromarray((np.asarray(image).clip(0, 65535) // 257).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image


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
