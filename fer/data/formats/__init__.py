"""Data set formats, one per file, all read into the same `Rows`.

To add a format, add a file that registers a `Format`; `open_dataset`, the command line and the tests pick it up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image

from fer.data.dataset import Rows
from fer.data.folder_classes import OPTION, Mapping
from fer.data.layout import image_files
from fer.errors import FerError
from fer.faces.crop import IMAGE_SIZE
from fer.faces.image import opaque
from fer.registry import Registry

FERPLUS = "fer2013new"  # the stem of the FER+ votes, which aren't a data set by themselves


class Reader(Protocol):
    def __call__(self, path: Path, name: str) -> Rows: ...


class FolderReader(Protocol):
    def __call__(self, path: Path, name: str, mapping: Mapping | None = None) -> Rows: ...


@dataclass(frozen=True)
class Format:
    """A storage format for labelled faces.

    Attributes:
        name: the registered name.
        read: (path, what messages call it) -> Rows; raises a FerError naming the invalid row or file.
        summary: one line for the documentation and for messages.
        suffix: of the files, with its dot; empty for what isn't a file.
        matches: whether a path looks like this format; must be fast. By default, a file with the suffix.
        may_hold_faces: whether such a file looks like a data set; other files may have the suffix, too.
        cached: whether reading is slow enough to cache the arrays next to the source.
        read_mapped: `read` with the meaning of numbered class folders, for formats that have such folders.
    """

    name: str
    read: Reader
    summary: str
    suffix: str = ""
    matches: Callable[[Path], bool] | None = None
    may_hold_faces: Callable[[Path], bool] = lambda path: True
    cached: bool = True
    read_mapped: FolderReader | None = None

    def reading(self, mapping: Mapping | None, name: str) -> Reader:
        """`read`, with a mapping confirmed for the data set. Raises FerError if this format has no class folders."""
        if mapping is None:
            return self.read
        if self.read_mapped is None:
            raise FerError(f"{name} has no class folders, so {OPTION} {mapping.name} doesn't apply. Leave it out.")
        return partial(self.read_mapped, mapping=mapping)

    def fits(self, path: Path) -> bool:
        """Whether a path looks like this format."""
        return self.matches(path) if self.matches else self.has_suffix(path) and path.is_file()

    def has_suffix(self, path: Path) -> bool:
        """Whether a path ends in this format's suffix."""
        return path.suffix.lower() == self.suffix != ""


FORMATS: Registry[Format] = Registry("fer.data.formats", "format")


@cache
def suffixes() -> tuple[str, ...]:
    """Every file format's suffix, with its dot."""
    return tuple(FORMATS[name].suffix for name in FORMATS if FORMATS[name].suffix)


def recognise(path: Path, name: str | None = None) -> tuple[Format, Path]:
    """The format for a path, and the path of the data itself, which may be inside the given folder.

    Args:
        name: what error messages call the path; by default, the path.

    Raises:
        FerError: if no format matches, or if a folder contains several data sets.
    """
    name = name or str(path)
    while path.is_dir() and not FORMATS["folders"].fits(path):
        inner = _only_entry(path, name)
        if inner is None:
            break
        path = inner
    for key in FORMATS:
        if FORMATS[key].fits(path):
            return FORMATS[key], path
    what = "has no images in class folders" if path.is_dir() else "is not a readable data set"
    readable = "; ".join(FORMATS[key].summary for key in FORMATS)
    raise FerError(f"{name} {what}. Use one of these: {readable}.")


def grey_face(image: Image.Image) -> np.ndarray:
    """An image of any size and mode as uint8 (48, 48), transparency on white; the aspect ratio isn't kept."""
    image = opaque(image).convert("L")
    if image.size != (IMAGE_SIZE, IMAGE_SIZE):
        image = image.resize((IMAGE_SIZE, IMAGE_SIZE), Image.Resampling.LANCZOS)
    return np.asarray(image)


def _only_entry(folder: Path, name: str) -> Path | None:
    """The only data file in a folder, or the only subfolder, as in archives with a top-level folder."""
    entries = [entry for entry in sorted(folder.iterdir()) if entry.name[0] not in "._" and entry.stem != FERPLUS]
    folders = _with_images([entry for entry in entries if entry.is_dir()])
    files = [entry for entry in entries if entry.is_file() and entry.suffix.lower() in suffixes()]
    if len(files) > 1 or folders:  # Kaggle's folders also have train.csv, example_submission.csv or test_labels.csv
        files = [file for file in files if may_hold_faces(file)] or ([] if folders else files)
        files = [file for file in files if file.name == "fer2013.csv"] or files
    if len(files) > 1:
        names = ", ".join(file.name for file in files)
        raise FerError(f"{name} contains several data sets: {names}. Use the path of one of them.")
    return files[0] if files else folders[0] if len(folders) == 1 else None


def _with_images(folders: list[Path]) -> list[Path]:
    """Of several folders, those that hold images; a single one may also hold a file."""
    return folders if len(folders) == 1 else [folder for folder in folders if any(image_files(folder))]


def may_hold_faces(path: Path) -> bool:
    """Whether a file looks like a data set, judging by its name and its first line."""
    return any(FORMATS[name].has_suffix(path) and FORMATS[name].may_hold_faces(path) for name in FORMATS)
