"""Photos in, faces out: reading any picture, and the only crop in the house."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

from fer.data import IMAGE_SIZE
from fer.errors import FerError

MAX_BYTES = 20 * 2**20
MAX_PIXELS = 64_000_000  # 192 MB as RGB; phones' 48-megapixel photos fit, decompression bombs do not
MOST_PADDED = 4 * MAX_PIXELS  # of the square around a face; around a line of a million pixels it would be a terabyte


@dataclass(frozen=True)
class Face:
    """Where a face is.

    Attributes:
        box: x1, y1, x2, y2 in pixels of the picture; the end is exclusive.
        score: the detector's confidence, 0 to 1.
        landmarks: eyes, nose and mouth corners as ((x, y), ...) where the detector has them.
    """

    box: tuple[int, int, int, int]
    score: float
    landmarks: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Prediction:
    """What a model says of one face.

    Attributes:
        probabilities: float32 (C,), sums to 1, in the order of `labels`.
    """

    face: Face
    labels: tuple[str, ...]
    probabilities: np.ndarray

    @property
    def label(self) -> str:
        return self.labels[int(self.probabilities.argmax())]

    @property
    def confidence(self) -> float:
        """The probability of `label`."""
        return float(self.probabilities.max())

    def is_sure(self, threshold: float | None) -> bool:
        """Whether the confidence, of calibrated probabilities, reaches the run's threshold (`Run.threshold`).

        Always True where the threshold is None: how sure such a run may be believed is not known.
        """
        return threshold is None or self.confidence >= threshold

    def top(self, k: int) -> list[tuple[str, float]]:
        """The k most probable labels with their probabilities, most probable first."""
        order = np.argsort(-self.probabilities, kind="stable")[:k]
        return [(self.labels[i], float(self.probabilities[i])) for i in order]

    def as_dict(self) -> dict:
        """Plain values: box, label, confidence, probabilities."""
        return {
            "box": list(self.face.box),
            "label": self.label,
            "confidence": round(self.confidence, 6),
            "probabilities": {
                label: round(float(p), 6) for label, p in zip(self.labels, self.probabilities, strict=True)
            },
        }


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
    content = source if isinstance(source, bytes) else _read_bytes(Path(source))
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


def _read_bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _too_large(size)
        return path.read_bytes()
    except FileNotFoundError:
        raise FerError("The file does not exist.") from None
    except OSError as error:
        raise FerError(f"The file cannot be read: {error.strerror}.") from error


def crop(image: np.ndarray, face: Face, size: int = IMAGE_SIZE) -> np.ndarray:
    """The face as the networks want it: a square around the box, grey, scaled; the edge repeated outside the picture.

    The square is as long as the box's longer side, with no margin: found again in FER2013's own training images,
    YuNet's boxes are 37 pixels wide and 48 high (medians), centred on the image to a pixel.

    Args:
        image: uint8 (H, W, 3), RGB.
        size: side of the result in pixels.

    Returns:
        uint8 (size, size).

    Raises:
        FerError: for a box so long and thin that the square around it would not fit into memory.
    """
    x1, y1, x2, y2 = face.box
    height, width = image.shape[:2]
    side = max(x2 - x1, y2 - y1)
    if side**2 > MOST_PADDED:
        raise FerError("The picture is too long and thin to be a face. Cut it first.")
    left, top = (x1 + x2 - side) // 2, (y1 + y2 - side) // 2
    right, bottom = left + side, top + side
    inside = image[max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)]
    outside = (max(-top, 0), max(bottom - height, 0)), (max(-left, 0), max(right - width, 0))
    square = np.pad(np.asarray(Image.fromarray(inside).convert("L")), outside, mode="edge")
    return np.asarray(Image.fromarray(square).resize((size, size), Image.Resampling.BICUBIC))


def annotate(image: np.ndarray, predictions: list[Prediction], colors: dict[str, str]) -> np.ndarray:
    """Draw every face's box, its number from 1 and its label.

    Args:
        image: uint8 (H, W, 3), RGB; it is not changed.
        colors: a colour of each label.

    Returns:
        uint8 (H, W, 3), RGB.
    """
    picture = Image.fromarray(image)
    draw = ImageDraw.Draw(picture)
    line = max(1, min(round(max(picture.size) / 300), min(picture.size) // 20))
    font = ImageFont.load_default(size=max(11, round(max(picture.size) / 45)))
    for number, prediction in enumerate(predictions, 1):
        color = colors.get(prediction.label, "white")
        x1, y1, x2, y2 = prediction.face.box
        draw.rectangle((x1, y1, x2 - 1, y2 - 1), outline=color, width=line)
        text = f" {number} {prediction.label} "
        left, top, right, bottom = draw.textbbox((0, 0), text, font=font, anchor="lt")
        x = min(max(x1, 0), max(picture.width - right, 0))
        y = y1 - bottom - line if y1 - bottom - line >= 0 else min(y2, picture.height - bottom)
        draw.rectangle((x, y, x + right - left, y + bottom - top + line), fill=color)
        draw.text((x, y), text, fill="black", font=font, anchor="lt")
    return np.asarray(picture)
