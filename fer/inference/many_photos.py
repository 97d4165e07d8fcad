"""Read emotions in many photos, from a folder, a zip or elsewhere."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from fer.errors import FerError, extra
from fer.faces.image import SUFFIXES, read_image, thumbnail
from fer.faces.photos import Photo
from fer.inference.prediction import Prediction, class_columns
from fer.inference.reader import EmotionReader
from fer.system.processor import cores

if TYPE_CHECKING:
    import pandas as pd

THREADS = min(4, cores())  # each needs 36 MB for its photo; decoding has its own limit


@dataclass(frozen=True)
class Answer:
    """The result for one photo.

    Attributes:
        width, height: pixels; 0 if the photo cannot be read.
        predictions: its faces, from left to right.
        error: why it cannot be read, as a sentence for the user; "" if it can.
        thumbnail: uint8 (H, W, 3), RGB, if requested.
    """

    name: str
    width: int = 0
    height: int = 0
    predictions: tuple[Prediction, ...] = ()
    error: str = ""
    thumbnail: np.ndarray | None = None

    def as_dict(self) -> dict:
        """Plain values: file, width, height, faces."""
        faces = [prediction.as_dict() for prediction in self.predictions]
        return {"file": self.name, "width": self.width, "height": self.height, "faces": faces}


def pictures_among(photos: Iterable[Photo]) -> tuple[list[Photo], list[str]]:
    """Files with an image suffix, and the names of the others, which are skipped."""
    images, others = [], []
    for photo in photos:
        if PurePosixPath(photo.name).suffix.lower() in SUFFIXES:
            images.append(photo)
        else:
            others.append(photo.name)
    return images, others


def read_all(photos: Iterable[Photo], *, reader: EmotionReader | None = None, thumbnails: int = 0) -> Iterator[Answer]:
    """Yield one result per photo, in order; a few are read in parallel, and only thumbnails are kept.

    Args:
        photos: from `photos.in_zip`, `photos.in_folder`, or any other `Photo` objects.
        reader: the reader to use (default: the default run with YuNet).
        thumbnails: their long side in pixels; 0 for none.
    """
    reader, waiting = reader or EmotionReader(), deque()
    with ThreadPoolExecutor(THREADS) as pool:
        for photo in photos:
            waiting.append(pool.submit(_answer, photo, reader, thumbnails))
            if len(waiting) > THREADS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _answer(photo: Photo, reader: EmotionReader, side: int) -> Answer:
    try:
        image = read_image(photo.read())
        height, width = image.shape[:2]
        small = thumbnail(image, side) if side else None
        return Answer(photo.name, width, height, tuple(reader.read(image)), thumbnail=small)
    except FerError as error:
        return Answer(photo.name, error=str(error))


def table(answers: list[dict]) -> "pd.DataFrame":
    """The rows as a table; needs pandas, from the extra `app`."""
    with extra("app", "A table"):
        import pandas as pd

    whole = dict.fromkeys(("face", "x1", "y1", "x2", "y2"), "Int64")  # not 1.0 beside photos without a face
    found = pd.DataFrame(rows(answers))
    return found.astype({name: kind for name, kind in whole.items() if name in found})


def rows(answers: list[dict]) -> list[dict]:
    """One row per face, or per photo without faces: file, size, model, number, box, label, confidence, classes.

    Args:
        answers: plain values from `Answer.as_dict`, plus the model's name as "model".
    """
    table_rows = []
    for answer in answers:
        facts = {key: answer[key] for key in ("file", "width", "height", "model")}
        if not answer["faces"]:
            table_rows.append(facts)
        for number, face in enumerate(answer["faces"], 1):
            box = dict(zip(("x1", "y1", "x2", "y2"), face["box"], strict=True))
            row = {**facts, "face": number, **box, "label": face["label"], "confidence": face["confidence"]}
            names = class_columns(face["probabilities"], row)
            table_rows.append(row | dict(zip(names, face["probabilities"].values(), strict=True)))
    return table_rows
