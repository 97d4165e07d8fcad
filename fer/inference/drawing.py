"""Draw boxes, numbers and labels on images, fast enough for live video."""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont

from fer.inference.prediction import Prediction

# Pillow's default font only has ASCII. The first of these system fonts that has all of a text's characters is used.
FONTS = (
    *("DejaVuSans.ttf", "NotoSans-Regular.ttf", "NotoSansCJK-Regular.ttc", "DroidSansFallbackFull.ttf"),  # Linux
    *("segoeui.ttf", "arial.ttf", "msyh.ttc", "YuGothM.ttc", "malgun.ttf", "Nirmala.ttc"),  # Windows
    *("Arial.ttf", "Arial Unicode.ttf", "PingFang.ttc"),  # macOS
)
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont  # the latter where Pillow was built without FreeType
NOT_SURE, NOT_SURE_COLOR = "not sure", "#BBBBBB"
UNKNOWN = "\uffff"  # a noncharacter: fonts draw it like any missing glyph


def draw(
    image: np.ndarray,
    marks: Iterable[tuple[int, Prediction]],
    colors: dict[str, str],
    *,
    threshold: float = 0.0,
) -> np.ndarray:
    """Draw each face's box, number and label; under 0.1 ms per face.

    Args:
        image: uint8 (H, W, 3), RGB; modified in place unless read-only.
        marks: each face's number and prediction.
        colors: label colours, as "#E69F00" or names; white for missing labels.
        threshold: confidence below which a face is marked "not sure".

    Returns:
        `image`, or an annotated copy if it is read-only.
    """
    if not image.flags.writeable:
        image = image.copy()
    for number, prediction in marks:
        _mark(image, prediction, number, colors, threshold)
    return image


def annotate(
    image: np.ndarray, predictions: list[Prediction], colors: dict[str, str], *, threshold: float = 0.0
) -> np.ndarray:
    """A copy of an image with each face's box, label and number, counted from 1 in the given order.

    Args:
        image: uint8 (H, W, 3), RGB; not modified.
        colors, threshold: as for `draw`.
    """
    return draw(image.copy(), enumerate(predictions, 1), colors, threshold=threshold)


def _mark(
    image: np.ndarray, prediction: Prediction, number: int, colors: dict[str, str], threshold: float = 0.0
) -> None:
    is_sure = prediction.confidence >= threshold
    label = " ".join(prediction.label.split()) if is_sure else NOT_SURE  # on one line
    height, width = image.shape[:2]
    line = max(1, min(round(max(width, height) / 300), min(width, height) // 20))
    color = ImageColor.getrgb(colors.get(prediction.label, "white") if is_sure else NOT_SURE_COLOR)[:3]
    x1, y1, x2, y2 = prediction.face.box
    for edge in (
        *((x1, y1, x2, y1 + line), (x1, y2 - line, x2, y2)),
        *((x1, y1, x1 + line, y2), (x2 - line, y1, x2, y2)),
    ):
        _part(image, edge)[:] = color
    text = _text(f" {number} {label} ", max(11, round(max(width, height) / 45)), color)
    x = min(max(x1, 0), max(width - text.shape[1], 0))
    y = y1 - len(text) if y1 >= len(text) else max(min(y2, height - len(text)), 0)
    place = _part(image, (x, y, x + text.shape[1], y + len(text)))
    place[:] = text[: place.shape[0], : place.shape[1]]


def _part(image: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    """A writable view of the part of the box inside the image."""
    x1, y1, x2, y2 = (max(0, edge) for edge in box)
    return image[y1:y2, x1:x2]


@lru_cache(maxsize=256)  # enough for several crowds; at most 20 kB each at 720p
def _text(text: str, size: int, color: tuple[int, int, int]) -> np.ndarray:
    """Black text on a coloured background, uint8 (H, W, 3)."""
    font = _font(text, size)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(text, anchor="lt"))
    label = Image.new("RGB", (right - min(left, 0), bottom - min(top, 0) + 2), color)
    ImageDraw.Draw(label).text((0, 1), text, fill="black", font=font, anchor="lt")
    return np.asarray(label)


def _font(text: str, size: int) -> Font:
    """The first font with the fewest missing characters, which are drawn as empty boxes."""
    return min(_fonts(size), key=lambda font: _missing(font, text))


@lru_cache(maxsize=8)
def _fonts(size: int) -> list[Font]:
    fonts: list[Font] = [ImageFont.load_default(size)]
    for name in FONTS:
        try:
            fonts.append(ImageFont.truetype(name, size))
        except OSError:  # not installed
            continue
    return fonts


def _missing(font: Font, text: str) -> int:
    unknown = _glyph(font, UNKNOWN)
    return sum(_glyph(font, letter) == unknown for letter in set(text) if not letter.isspace())


def _glyph(font: Font, letter: str) -> bytes:
    return bytes(font.getmask(letter))  # pyright: ignore[reportArgumentType]  # ImagingCore's stub lacks the sequence methods
