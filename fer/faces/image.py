"""A picture file becomes pixels, within limits, and pixels become a file again."""

import base64
import io
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from fer.errors import FerError

MAX_BYTES = 20 * 2**20
JPEG_QUALITY = 80  # as is usual for thumbnails; at most 95 makes sense
MAX_PIXELS = 64_000_000  # 192 MB as RGB; phones' 48-megapixel photos fit, decompression bombs do not


def read_image(source: str | Path | bytes) -> np.ndarray:
    """Read a picture the way people see it: turned by its EXIF tag, first frame, transparency on white.

    Args:
        source: a path, or the bytes of a file: JPEG, PNG, WebP, BMP, GIF, TIFF, HEIC or AVIF.

    Returns:
        uint8 (H, W, 3), RGB.

    Raises:
        FerError: for a file that does not exist, is no picture, is damaged, or is too large.
    """
    import pillow_heif

    pillow_heif.register_heif_opener()
    content = source if isinstance(source, bytes) else read_bytes(Path(source))
    if not content:
        raise FerError("The file is empty (0 bytes).")
    if len(content) > MAX_BYTES:
        raise _too_large(len(content))
    try:
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Image.DecompressionBombError
            return np.asarray(opaque(ImageOps.exif_transpose(picture)).convert("RGB"))
    except Image.DecompressionBombError:
        raise FerError(f"The picture has more than {MAX_PIXELS // 10**6} megapixels; make it smaller first.") from None
    except UnidentifiedImageError:
        raise FerError(
            "This is no picture that can be read, whatever its name says. Give a JPEG, PNG, WebP, BMP, "
            "GIF, HEIC or AVIF file."
        ) from None
    except (OSError, SyntaxError, ValueError, EOFError, RuntimeError) as error:  # what decoders raise on damaged data
        raise FerError(f"The picture is damaged or incomplete ({error}). Save or download it again.") from error


def opaque(picture: Image.Image) -> Image.Image:
    """A picture with 8 bits a channel, and white where it was transparent."""
    if picture.mode.startswith("I"):  # 16-bit greys, which Pillow's own conversion clips to white
        return Image.fromarray((np.asarray(picture).clip(0, 65535) // 257).astype(np.uint8))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture


def _too_large(size: int) -> FerError:
    return FerError(f"The file has {size / 2**20:.1f} MB; at most {MAX_BYTES // 2**20} MB are read.")


def read_bytes(path: Path) -> bytes:
    """A file's content. Raises FerError where it cannot be read, or is larger than any picture should be."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _too_large(size)
        return path.read_bytes()
    except FileNotFoundError:
        raise FerError("The file does not exist.") from None
    except OSError as error:
        raise FerError(f"The file cannot be read: {error.strerror}.") from error


def thumbnail(image: np.ndarray, side: int) -> np.ndarray:
    """An image, uint8 (H, W) or (H, W, 3), made smaller where one of its sides is longer than `side` pixels."""
    picture = Image.fromarray(image)
    picture.thumbnail((side, side))
    return np.asarray(picture)


def image_bytes(image: np.ndarray, format: Literal["PNG", "JPEG"] = "PNG") -> bytes:
    """The content of an image file, of uint8 (H, W) grey or (H, W, 3) RGB."""
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(image)).save(buffer, format, quality=JPEG_QUALITY)  # PNG ignores it
    return buffer.getvalue()


def data_url(image: np.ndarray, format: Literal["PNG", "JPEG"] = "PNG") -> str:
    """The same as a URL that carries the image itself, for HTML and tables (RFC 2397)."""
    return f"data:image/{format.lower()};base64,{base64.b64encode(image_bytes(image, format)).decode()}"
