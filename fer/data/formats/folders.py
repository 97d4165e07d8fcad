"""Class folders of images, inside train/, test/ and optionally val/, or on their own."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePath, PurePosixPath

import numpy as np

from fer.data.dataset import USAGE_CODES, Rows
from fer.data.formats import FORMATS, Format, grey_face, may_hold_faces
from fer.data.labels import EMOTIONS, KNOWN, class_names, label_index, tidy
from fer.errors import FerError
from fer.faces.crop import IMAGE_SIZE
from fer.faces.image import decode, read_bytes

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm"}
SPLIT_FOLDERS = {"train": 0, "training": 0, "val": 1, "valid": 1, "validation": 1, "publictest": 1}
SPLIT_FOLDERS |= {"test": 2, "testing": 2, "privatetest": 2}
ENOUGH_PIXELS = (4 * IMAGE_SIZE) ** 2  # a JPEG's decoder can skip the detail beyond
SHOWN = 3  # file names listed in an error message


def matches(folder: Path) -> bool:
    """Whether there is an image in a split's class folder or in a folder named after an emotion, or else every
    subfolder contains images and no file is a data set."""
    if not folder.is_dir():
        return False
    known = (len(file.parts) == 3 or file.parts[0].lower() in KNOWN for file in _image_files(folder) if _in_place(file))
    return any(known) or _holds_classes_alone(folder)


def _holds_classes_alone(folder: Path) -> bool:
    entries = [entry for entry in folder.iterdir() if _is_visible(entry.name)]
    below = [entry for entry in entries if entry.is_dir()]
    return (
        bool(below)
        and all(entry.name.lower() not in SPLIT_FOLDERS and any(map(_is_image, entry.iterdir())) for entry in below)
        and not any(entry.is_file() and may_hold_faces(entry) for entry in entries)
    )


def read(path: Path, name: str) -> Rows:
    """Read all images, sorted by path.

    The classes are the seven emotions if every class folder is named after one, else the folders' names. Class folders
    without split folders are all training. A file name that starts with Training_, PublicTest_ or PrivateTest_ names
    FER2013's own split, which takes precedence.

    Raises:
        FerError: for a misspelt emotion, too few or too many custom classes, classes that differ between splits, images
            outside class folders, broken images, or no images.
    """
    files = sorted(_image_files(path))
    if not files:
        raise FerError(f"{name} contains no images. Put them in class folders: {', '.join(EMOTIONS)}.")
    misplaced = [file for file in files if not _in_place(file)]
    if misplaced:
        raise FerError(
            f"{name} has {_listed(misplaced)} outside class folders. Move them to <class>/ or <split>/<class>/, "
            "or out of the folder."
        )
    names = _names(name, files)
    place = {label: label_index(label, names) for label in {file.parent.name for file in files}}
    labels, usage = [place[file.parent.name] for file in files], [_usage(file) for file in files]
    return Rows.of(_load(path, name, files), labels, usage, names)


def _image_files(folder: Path) -> Iterator[PurePosixPath]:
    """Paths of images relative to the folder, without hidden files and macOS's copies (__MACOSX, ._name)."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(filter(_is_visible, folders))
        place = PurePosixPath(Path(parent).relative_to(folder).as_posix())
        yield from (place / name for name in names if _is_image(place / name))


def _is_visible(name: str) -> bool:
    return name[0] != "." and name != "__MACOSX"


def _is_image(path: PurePath) -> bool:
    return _is_visible(path.name) and path.suffix.lower() in SUFFIXES


def _in_place(file: PurePosixPath) -> bool:
    """Whether a path is <class>/<image> or <split>/<class>/<image>."""
    in_split = file.parts[0].lower() in SPLIT_FOLDERS
    return len(file.parts) == 2 + in_split


def _names(source: str, files: list[PurePosixPath]) -> tuple[str, ...]:
    """The classes; custom ones sorted, ignoring case."""
    written: dict[str, set[str]] = {}  # by split folder, "" without one
    for file in files:
        split = file.parts[0] if len(file.parts) == 3 else ""
        written.setdefault(split, set()).add(tidy(file.parent.name))
    all_names = set().union(*written.values())
    try:
        names = class_names(sorted(all_names, key=lambda name: (name.casefold(), name)))
    except FerError as error:
        raise FerError(f"{source}: {error}") from error
    for split, own in written.items():
        if names != EMOTIONS and (missing := all_names - own):
            raise FerError(
                f"{source}/{split} has no images of {', '.join(sorted(missing))}, unlike other splits. "
                "Give every split the same class folders."
            )
    return names


def _usage(file: PurePosixPath) -> int:
    code = USAGE_CODES.get(file.name.partition("_")[0])
    return SPLIT_FOLDERS.get(file.parts[0].lower(), 0) if code is None else code


def _load(folder: Path, name: str, files: list[PurePosixPath]) -> np.ndarray:
    """uint8 (N, 48, 48)."""
    images, broken, reason = np.empty((len(files), IMAGE_SIZE, IMAGE_SIZE), np.uint8), [], None
    for row, file in enumerate(files):
        try:
            images[row] = _read_image(folder / file)
        except FerError as error:
            broken, reason = [*broken, file], reason or error
    if broken:
        raise FerError(
            f"{name} has {_listed(broken)} that cannot be read (first error: {reason}). Delete or replace them."
        )
    return images


def _read_image(path: Path) -> np.ndarray:
    return grey_face(decode(read_bytes(path), most_pixels=ENOUGH_PIXELS, others=("PPM",)))


def _listed(files: list[PurePosixPath]) -> str:
    names = ", ".join(map(str, files[:SHOWN])) + (", …" if len(files) > SHOWN else "")
    return f"{len(files)} image{'s' if len(files) > 1 else ''} ({names})"


FORMATS.register(
    Format(
        name="folders",
        matches=matches,
        read=read,
        summary="class folders with images of any size, inside train/, test/ and optionally val/, or on their own; "
        "classes are the emotions "
        f"({', '.join(EMOTIONS)}), or 2 to 20 of your own",
    )
)
