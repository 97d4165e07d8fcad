"""A user's own labelled photos as faces to judge a model on."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath

import numpy as np

from fer.data.labels import EMOTIONS, find_label
from fer.errors import FerError
from fer.faces import crop
from fer.faces.crop import IMAGE_SIZE
from fer.faces.detectors import DETECTORS
from fer.faces.image import read_image
from fer.faces.photos import Photo
from fer.system.archives import is_clutter


@dataclass(frozen=True)
class Failure:
    """A photo that gave no labelled face."""

    name: str
    label: str  # the class, "" where the folder names none
    reason: str  # a sentence for people
    undetected: bool = False  # the picture is readable and labelled, and only no face was found in it


@dataclass(frozen=True)
class LabelledFaces:
    """One face a photo, in the photos' order; N may be 0, and every photo is in `names` or in `failures`.

    Attributes:
        images: uint8 (N, 48, 48), 0 black to 255 white.
        labels: int64 (N,), positions in `classes`.
        several: names of photos with more than one face, of which the largest was taken.
        classes: what the photos' folders may be named after.
    """

    images: np.ndarray
    labels: np.ndarray
    names: tuple[str, ...]
    several: tuple[str, ...]
    failures: tuple[Failure, ...]
    classes: tuple[str, ...] = EMOTIONS

    @property
    def fingerprint(self) -> str:
        """SHA-256 of images and labels, and of classes other than EMOTIONS, as hexadecimal text."""
        names = b"" if self.classes == EMOTIONS else json.dumps(self.classes).encode()
        return sha256(self.images.tobytes() + self.labels.tobytes() + names).hexdigest()


def find_faces(
    photos: Iterable[Photo],
    *,
    classes: tuple[str, ...] = EMOTIONS,
    detector: str = "yunet",
    on_progress: Callable[[int, int], None] = lambda done, n: None,
) -> LabelledFaces:
    """Read photo by photo and take the largest face of each; hidden files and what systems leave are no photos.

    Args:
        classes: what the folders are named after, whatever their case; an emotion's aliases are understood.
        detector: a name in DETECTORS; "whole" for pictures that are cropped already.
        on_progress: called after every photo with (photos done, photos in all).
    """
    photos, detect = [photo for photo in photos if not is_clutter(photo.name)], DETECTORS[detector].load()
    rows, failures = [], []
    for done, photo in enumerate(photos, 1):
        found = _largest_face(photo, detect, classes)
        (failures if isinstance(found, Failure) else rows).append(found)
        on_progress(done, len(photos))
    crops, labels, names, counts = zip(*rows, strict=True) if rows else [()] * 4
    images = np.array(crops, np.uint8).reshape(-1, IMAGE_SIZE, IMAGE_SIZE)
    several = tuple(name for name, count in zip(names, counts, strict=True) if count > 1)
    return LabelledFaces(images, np.array(labels, np.int64), names, several, tuple(failures), classes)


def _largest_face(
    photo: Photo, detect: Callable, classes: tuple[str, ...]
) -> tuple[np.ndarray, int, str, int] | Failure:
    """The face as uint8 (48, 48), its label, the photo's name and its number of faces; or why there is none."""
    folder = PurePosixPath(photo.name).parent.name
    place = find_label(folder, classes)
    label = "" if place is None else classes[place]
    try:
        image = read_image(photo.read())
        found = detect(image) if label else []
        if found:
            largest = max(found, key=_area)
            return crop.crop(image, largest), place, photo.name, len(found)
    except FerError as error:
        return Failure(photo.name, label, str(error))
    if label:
        return Failure(photo.name, label, "No face was found.", undetected=True)
    where = f"Its folder {folder!r} is none of" if folder else "It lies in no folder; move it to one of"
    return Failure(photo.name, label, f"{where} {', '.join(classes)}.")


def _area(face: crop.Face) -> int:
    x1, y1, x2, y2 = face.box
    return (x2 - x1) * (y2 - y1)
