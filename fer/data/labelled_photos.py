"""Turn a user's labelled photos into faces for evaluating a model."""

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
from fer.faces.upright import find_upright
from fer.system.archives import is_clutter


@dataclass(frozen=True)
class Failure:
    """A photo without a usable labelled face."""

    name: str
    label: str  # the class, "" if the folder isn't named after one
    reason: str  # a sentence for the user
    undetected: bool = False  # readable and labelled, but no face was found


@dataclass(frozen=True)
class LabelledFaces:
    """One face per photo, in the photos' order; N may be 0, and every photo is in `names` or in `failures`.

    Attributes:
        images: uint8 (N, 48, 48), 0 black to 255 white.
        labels: int64 (N,), positions in `classes`.
        several: names of photos with more than one face, of which the largest was used.
        classes: the allowed folder names.
    """

    images: np.ndarray
    labels: np.ndarray
    names: tuple[str, ...]
    several: tuple[str, ...]
    failures: tuple[Failure, ...]
    classes: tuple[str, ...] = EMOTIONS

    @property
    def fingerprint(self) -> str:
        """Hexadecimal SHA-256 of images and labels, and of classes other than EMOTIONS."""
        names = b"" if self.classes == EMOTIONS else json.dumps(self.classes).encode()
        return sha256(self.images.tobytes() + self.labels.tobytes() + names).hexdigest()


def find_faces(
    photos: Iterable[Photo],
    *,
    classes: tuple[str, ...] = EMOTIONS,
    detector: str = "yunet",
    on_progress: Callable[[int, int], None] = lambda done, n: None,
) -> LabelledFaces:
    """Read photos one by one and crop the largest face in each; hidden files and system files are skipped.

    Args:
        classes: the folder names, in any case; aliases of emotions are accepted.
        detector: a name in DETECTORS; "whole" for photos that are already cropped.
        on_progress: called after each photo with (photos done, total).
    """
    photos, detect = [photo for photo in photos if not is_clutter(photo.name)], DETECTORS[detector].load()
    rows, failures = [], []
    for done, photo in enumerate(photos, 1):
        result = _largest_face(photo, detect, classes)
        (failures if isinstance(result, Failure) else rows).append(result)
        on_progress(done, len(photos))
    crops, labels, names, counts = zip(*rows, strict=True) if rows else [()] * 4
    images = np.array(crops, np.uint8).reshape(-1, IMAGE_SIZE, IMAGE_SIZE)
    several = tuple(name for name, count in zip(names, counts, strict=True) if count > 1)
    return LabelledFaces(images, np.array(labels, np.int64), names, several, tuple(failures), classes)


def _largest_face(
    photo: Photo, detect: Callable, classes: tuple[str, ...]
) -> tuple[np.ndarray, int, str, int] | Failure:
    """The face as uint8 (48, 48), its label, the photo's name and the number of faces; or a Failure."""
    folder = PurePosixPath(photo.name).parent.name
    place = find_label(folder, classes)
    label = "" if place is None else classes[place]
    try:
        image = read_image(photo.read())
        faces = [] if place is None else find_upright(image, detect)[1]
        if place is not None and faces:
            largest = max(faces, key=_area)
            return crop.crop(image, largest), place, photo.name, len(faces)
    except FerError as error:
        return Failure(photo.name, label, str(error))
    if label:
        return Failure(photo.name, label, "No face was found.", undetected=True)
    problem = f"Its folder {folder!r} is not a class." if folder else "It is not in a class folder."
    return Failure(photo.name, label, f"{problem} Move it to one of {', '.join(classes)}.")


def _area(face: crop.Face) -> int:
    x1, y1, x2, y2 = face.box
    return (x2 - x1) * (y2 - y1)
