"""The shapes in which people have labelled faces, one file each, all read into the same `Rows`.

To add a format: one file that registers a `Format`; `open_dataset`, the command line and the tests find it.
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
FERPLUS = "fer2013new"  # the stem of the FER+ votes, which are no data set of their own


@dataclass(frozen=True)
class Format:
    """A way in which labelled faces are stored.

    Attributes:
        name: the registered name.
        matches: whether a path looks like this format; must be quick.
        read: path -> Rows; raises FerError that names the row or file that is wrong.
        summary: one line for the documentation.
        cached: whether reading is slow enough to keep the arrays beside the source.
    """

    name: str
    matches: Callable[[Path], bool]
    read: Callable[[Path], Rows]
    summary: str
    cached: bool = True


FORMATS: Registry[Format] = Registry("fer.data.formats", "format")


def recognise(path: Path) -> tuple[Format, Path]:
    """The format that reads a path, and the path of the data itself (a folder may just hold the csv).

    Raises:
        FerError: where no format does, or where a folder holds several data sets.
    """
    while path.is_dir() and not FORMATS["folders"].matches(path):
        inner = _only_entry(path)
        if inner is None:
            break
        path = inner
    for name in FORMATS:
        if FORMATS[name].matches(path):
            return FORMATS[name], path
    what = "holds no images in folders named after the classes" if path.is_dir() else "is no data set that can be read"
    raise FerError(
        f"{path} {what}. Give a csv like Kaggle's fer2013.csv, an .npz with images, labels and usage, a folder with "
        f"train/ and test/ of class folders ({', '.join(EMOTIONS)}, or your own), or a .zip of any of these."
    )


def grey_face(image: Image.Image) -> np.ndarray:
    """An image of any size and mode as uint8 (48, 48), transparency on white, its sides scaled one by one."""
    image = opaque(image).convert("L")
    if image.size != (IMAGE_SIZE, IMAGE_SIZE):
        image = image.resize((IMAGE_SIZE, IMAGE_SIZE), Image.Resampling.LANCZOS)
    return np.asarray(image)


def _only_entry(folder: Path) -> Path | None:
    """The one data file of a folder, or the one folder that an archive wraps everything in."""
    entries = [entry for entry in sorted(folder.iterdir()) if entry.name[0] not in "._" and entry.stem != FERPLUS]
    files = [entry for entry in entries if entry.is_file() and entry.suffix.lower() in SUFFIXES]
    if len(files) > 1:  # Kaggle's folder also has train.csv, test.csv and example_submission.csv
        files = [file for file in files if may_hold_faces(file)] or files
        files = [file for file in files if file.name == "fer2013.csv"] or files
    if len(files) > 1:
        names = ", ".join(file.name for file in files)
        raise FerError(f"{folder} holds several data sets: {names}. Give the path of one of them.")
    folders = [entry for entry in entries if entry.is_dir()]
    return files[0] if files else folders[0] if len(folders) == 1 else None


def may_hold_faces(path: Path) -> bool:
    """Whether a file is a data set as far as its name, and a csv's header, tell."""
    if path.suffix.lower() not in SUFFIXES:
        return False
    if path.suffix.lower() != ".csv":
        return True
    with path.open("rb") as file:
        header = file.readline(1000)
    return all(column in header for column in (b"emotion", b"pixels", b"Usage"))
