"""Data set formats, one per file, all read into the same `Rows`.

To add a format, add a file that registers a `Format`; `open_dataset`, the command line and the tests pick it up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from fer.data.dataset import Rows
from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.faces.crop import IMAGE_SIZE
from fer.faces.image import opaque
from fer.registry import Registry

SUFFIXES = (".csv", ".npz", ".zip")
FERPLUS = "fer2013new"  # the stem of the FER+ votes, which aren't a data set by themselves


@dataclass(frozen=True)
class Format:
    """A storage format for labelled faces.

    Attributes:
        name: the registered name.
        matches: whether a path looks like this format; must be fast.
        read: path -> Rows; raises a FerError naming the invalid row or file.
        summary: one line for the documentation.
        cached: whether reading is slow enough to cache the arrays next to the source.
    """

    name: str
    matches: Callable[[Path], bool]
    read: Callable[[Path], Rows]
    summary: str
    cached: bool = True


FORMATS: Registry[Format] = Registry("fer.data.formats", "format")


def recognise(path: Path) -> tuple[Format, Path]:
    """The format for a path, and the path of the data itself, which may be inside the given folder.

    Raises:
        FerError: if no format matches, or if a folder contains several data sets.
    """
    while path.is_dir() and not FORMATS["folders"].matches(path):
        inner = _only_entry(path)
        if inner is None:
            break
        path = inner
    for name in FORMATS:
        if FORMATS[name].matches(path):
            return FORMATS[name], path
    what = "has no images in class folders" if path.is_dir() else "is not a readable data set"
    raise FerError(
        f"{path} {what}. Use a csv like Kaggle's fer2013.csv, an .npz with images, labels and usage, a folder with "
        f"class folders ({', '.join(EMOTIONS)}, or your own) in train/ and test/, or a .zip of any of these."
    )


def grey_face(image: Image.Image) -> np.ndarray:
    """An image of any size and mode as uint8 (48, 48), transparency on white; the aspect ratio isn't kept."""
    image = opaque(image).convert("L")
    if image.size != (IMAGE_SIZE, IMAGE_SIZE):
        image = image.resize((IMAGE_SIZE, IMAGE_SIZE), Image.Resampling.LANCZOS)
    return np.asarray(image)


def _only_entry(folder: Path) -> Path | None:
    """The only data file in a folder, or the only subfolder, as in archives with a top-level folder."""
    entries = [entry for entry in sorted(folder.iterdir()) if entry.name[0] not in "._" and entry.stem != FERPLUS]
    files = [entry for entry in entries if entry.is_file() and entry.suffix.lower() in SUFFIXES]
    if len(files) > 1:  # Kaggle's folder also has train.csv, test.csv and example_submission.csv
        files = [file for file in files if may_hold_faces(file)] or files
        files = [file for file in files if file.name == "fer2013.csv"] or files
    if len(files) > 1:
        names = ", ".join(file.name for file in files)
        raise FerError(f"{folder} contains several data sets: {names}. Use the path of one of them.")
    folders = [entry for entry in entries if entry.is_dir()]
    return files[0] if files else folders[0] if len(folders) == 1 else None


def may_hold_faces(path: Path) -> bool:
    """Whether a file looks like a data set, judging by its name and, for a csv, its header."""
    if path.suffix.lower() not in SUFFIXES:
        return False
    if path.suffix.lower() != ".csv":
        return True
    with path.open("rb") as file:
        header = file.readline(1000)
    return all(column in header for column in (b"emotion", b"pixels", b"Usage"))
