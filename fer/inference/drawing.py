"""Boxes, numbers and labels on pictures, quick enough for live video."""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont

from fer.inference.prediction import Prediction

# Pillow's own font knows ASCII alone. The first of these that knows a text's letters is taken, from the system.
FONTS = (
    *("DejaVuSans.ttf", "NotoSans-Regular.ttf", "NotoSansCJK-Regular.ttc", "DroidSansFallbackFull.ttf"),  # Linux
    *("segoeui.ttf", "arial.ttf", "msyh.ttc", "YuGothM.ttc", "malgun.ttf", "Nirmala.ttc"),  # Windows
    *("Arial.ttf", "Arial Unicode.ttf", "PingFang.ttc"),  # macOS
)
NOT_SURE, NOT_SURE_COLOR = "not sure", "#BBBBBB"
UNKNOWN = "\uffff"  # no letter, so every font shows for it what it shows for letters that it lacks


def draw(
    image: np.ndarray,
    marks: Iterable[tuple[int, Prediction]],
    colors: dict[str, str],
    *,
    threshold: float = 0.0,
) -> np.ndarray:
    """Draw every face's box, its number and its label; under 0.1 ms a face.

    Args:
        image: uint8 (H, W, 3), RGB; drawn on, unless it is read-only.
        marks: each face's number and what was predicted of it.
        colors: a colour of each label, as "#E69F00" or as a name; white for a label that has none.
        threshold: confidence under which a face is marked as not sure.

    Returns:
        `image`, or where that is read-only a copy with the marks.
    """
    if not image.flags.writeable:
        image = image.copy()
    for number, prediction in marks:
        _mark(image, prediction, number, colors, threshold)
    return image


def annotate(
    image: np.ndarray, predictions: list[Prediction], colors: dict[str, str], *, threshold: float = 0.0
) -> np.ndarray:
    """A copy of a picture with every face's box, its number from 1 in their order, and its label.

    Args:
        image: uint8 (H, W, 3), RGB; it is not changed.
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
    """What of the box lies in the picture, to be written to."""
    x1, y1, x2, y2 = (max(0, edge) for edge in box)
    return image[y1:y2, x1:x2]


@lru_cache(maxsize=256)  # the numbers and labels of some crowds; 20 kB each at most on 720 lines
def _text(text: str, size: int, color: tuple[int, int, int]) -> np.ndarray:
    """Black on a colour, uint8 (H, W, 3)."""
    font = _font(text, size)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(text, anchor="lt"))
    picture = Image.new("RGB", (right - min(left, 0), bottom - min(top, 0) + 2), color)
    ImageDraw.Draw(picture).text((0, 1), text, fill="black", font=font, anchor="lt")
    return np.asarray(picture)


def _font(text: str, size: int) -> ImageFont.FreeTypeFont:
    """The first font that has every letter, or the most of them; the others are seen as empty boxes."""
    return min(_fonts(size), key=lambda font: _missing(font, text))


@lru_cache(maxsize=8)
def _fonts(size: int) -> list[ImageFont.FreeTypeFont]:
    fonts = [ImageFont.load_default(size)]
    for name in FONTS:
        try:
            fonts.append(ImageFont.truetype(name, size))
        except OSError:  # not on this system
            continue
    return fonts


def _missing(font: ImageFont.FreeTypeFont, text: str) -> int:
    unknown = bytes(font.getmask(UNKNOWN))
    return sum(bytes(font.getmask(letter)) == unknown for letter in set(text) if not letter.isspace())
