"""Folders of images: train/ and test/ (perhaps val/) of class folders, or class folders alone."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image, ImageOps

from fer.data import IMAGE_SIZE, USAGE_CODES, Rows
from fer.errors import FerError
from fer.formats import FORMATS, Format, grey_face
from fer.labels import ALIASES, EMOTIONS, emotion_index

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm"}
SPLIT_FOLDERS = {"train": 0, "training": 0, "val": 1, "valid": 1, "validation": 1, "publictest": 1}
SPLIT_FOLDERS |= {"test": 2, "testing": 2, "privatetest": 2}
SHOWN = 3  # file names in an error message


def matches(folder: Path) -> bool:
    """Whether there is an image in a split's class folder, or in a folder named after a class."""
    return folder.is_dir() and any(
        len(file.parts) == 3 or file.parts[0].lower() in (*EMOTIONS, *ALIASES)
        for file in _image_files(folder)
        if _in_place(file)
    )


def read(folder: Path) -> Rows:
    """Read every image, in the order of the sorted paths.

    The splits are those of the folders; class folders alone are all training. A file name that begins with
    Training_, PublicTest_ or PrivateTest_ says FER2013's own split, which then counts.

    Raises:
        FerError: for an unknown class folder, images outside class folders, broken images, or no image at all.
    """
    files = sorted(_image_files(folder))
    if not files:
        raise FerError(f"{folder} holds no images. Put them in class folders: {', '.join(EMOTIONS)}.")
    lost = [file for file in files if not _in_place(file)]
    if lost:
        raise FerError(
            f"{folder} has {_listed(lost)} outside class folders. Move them to <class>/ or <split>/<class>/, "
            "or out of the folder."
        )
    labels = [_label(folder, file) for file in files]
    return Rows.of(_load(folder, files), labels, [_usage(file) for file in files])


def _image_files(folder: Path) -> Iterator[PurePosixPath]:
    """Paths of images relative to the folder; hidden files and macOS's copies (__MACOSX, ._name) left out."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name[0] != "." and name != "__MACOSX")
        place = PurePosixPath(Path(parent).relative_to(folder).as_posix())
        for name in names:
            if name[0] != "." and os.path.splitext(name)[1].lower() in SUFFIXES:
                yield place / name


def _in_place(file: PurePosixPath) -> bool:
    """Whether a path is <class>/<image> or <split>/<class>/<image>."""
    in_split = file.parts[0].lower() in SPLIT_FOLDERS
    return len(file.parts) == 2 + in_split


def _label(folder: Path, file: PurePosixPath) -> int:
    try:
        return emotion_index(file.parent.name)
    except FerError as error:
        raise FerError(f"{folder / file.parent}: {error}") from error


def _usage(file: PurePosixPath) -> int:
    code = USAGE_CODES.get(file.name.partition("_")[0])
    return SPLIT_FOLDERS.get(file.parts[0].lower(), 0) if code is None else code


def _load(folder: Path, files: list[PurePosixPath]) -> np.ndarray:
    """uint8 (N, 48, 48)."""
    images, broken, reason = np.empty((len(files), IMAGE_SIZE, IMAGE_SIZE), np.uint8), [], None
    for row, file in enumerate(files):
        try:
            images[row] = _read_image(folder / file)
        except Exception as error:  # on damaged files Pillow raises errors of any type
            broken, reason = [*broken, file], reason or error
    if broken:
        raise FerError(
            f"{folder} has {_listed(broken)} that cannot be read (the first: {reason}). Delete or replace them."
        )
    return images


def _read_image(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        image.draft("L", (4 * IMAGE_SIZE, 4 * IMAGE_SIZE))  # lets JPEG skip detail that 48 x 48 cannot show
        return grey_face(ImageOps.exif_transpose(image))


def _listed(files: list[PurePosixPath]) -> str:
    names = ", ".join(map(str, files[:SHOWN])) + (", …" if len(files) > SHOWN else "")
    return f"{len(files)} image{'s' if len(files) > 1 else ''} ({names})"


FORMATS.register(
    Format(
        name="folders",
        matches=matches,
        read=read,
        summary="train/, test/ and perhaps val/ of class folders with images of any size, or class folders alone",
    )
)
