"""Labelled photos of any size, made into the faces that a network reads."""

import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np

from fer.errors import FerError
from fer.faces import crop
from fer.faces.crop import IMAGE_SIZE
from fer.faces.detectors import DETECTORS
from fer.faces.image import MAX_BYTES, read_bytes, read_image
from fer.labels import EMOTIONS, find_label
from fer.system.archives import MOST_BYTES, MOST_ENTRIES

CLUTTER = {"__macosx", "thumbs.db", "desktop.ini"}  # what systems leave among photos
METHODS = (ZIP_STORED, ZIP_DEFLATED)  # in these alone zipfile unpacks no more at once than it is asked for
ZIP_ERRORS = (BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError)


@dataclass(frozen=True)
class Photo:
    """A file by its path with forward slashes ("happy/anna.jpg"); `read` raises FerError where it is damaged."""

    name: str
    read: Callable[[], bytes]


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


@contextmanager
def in_zip(content: bytes | BinaryIO | Path) -> Iterator[list[Photo]]:
    """The files of a zip sorted by name, readable until the context ends; nothing is unpacked to disk.

    Raises:
        FerError: for an archive that is damaged, encrypted, too large or empty.
    """
    try:
        archive = ZipFile(BytesIO(content) if isinstance(content, bytes) else content)
    except ZIP_ERRORS as error:
        raise FerError(f"The zip cannot be opened: {error}. Download or pack it again.") from error
    with archive:
        named = {entry: entry.filename.replace("\\", "/") for entry in archive.infolist()}
        files = [entry for entry, name in named.items() if not (name.endswith("/") or _hidden(name))]
        _check(files)
        yield [Photo(named[file], partial(_unpack, archive, file)) for file in sorted(files, key=named.get)]


def in_folder(folder: Path) -> list[Photo]:
    """The files of a folder and of those in it, sorted by their paths from there; hidden ones are left out."""
    files = (Path(parent, name) for parent, _, names in os.walk(folder) for name in names)
    named = {file.relative_to(folder).as_posix(): file for file in files}
    return [Photo(name, partial(read_bytes, named[name])) for name in sorted(named) if not _hidden(name)]


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
    photos, detect = [photo for photo in photos if not _hidden(photo.name)], DETECTORS[detector].load()
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


def _hidden(name: str) -> bool:
    return any(part in CLUTTER or (part[0] == "." and part != "..") for part in PurePosixPath(name.lower()).parts)


def _check(files: list[ZipInfo]) -> None:
    if not files:
        raise FerError(
            "The zip holds no photos. Pack some into it; to judge a model by them, in folders named after the classes."
        )
    if (size := sum(file.file_size for file in files)) > MOST_BYTES or len(files) > MOST_ENTRIES:
        most = f"at most {MOST_ENTRIES:,} files and {MOST_BYTES:,} bytes"
        raise FerError(f"The zip would unpack to {len(files):,} files and {size:,} bytes; {most} are read.")
    if any(file.flag_bits & 1 or file.compress_type not in METHODS for file in files):
        raise FerError("The zip is encrypted or packed in a rare way. Pack it again as an ordinary zip, no password.")


def _unpack(archive: ZipFile, file: ZipInfo) -> bytes:
    if file.file_size > MAX_BYTES:
        raise FerError(f"The file has {file.file_size:,} bytes; at most {MAX_BYTES:,} are read.")
    try:
        with archive.open(file) as content:
            return content.read(file.file_size)
    except ZIP_ERRORS as error:
        raise FerError(f"It cannot be unpacked: {error}. Download or pack the zip again.") from error
