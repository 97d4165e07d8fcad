"""Where images lie in a data set's folders: which split and which class each belongs to."""

import filecmp
import os
from collections.abc import Iterator
from pathlib import Path, PurePath, PurePosixPath
from typing import NamedTuple

from fer.data.dataset import USAGE_CODES
from fer.faces import image

SUFFIXES = {*image.SUFFIXES, ".jpe", ".pgm", ".ppm"}
SPLIT_FOLDERS = {"train": 0, "training": 0, "val": 1, "valid": 1, "validation": 1, "publictest": 1}
SPLIT_FOLDERS |= {"test": 2, "testing": 2, "privatetest": 2}


class Place(NamedTuple):
    """What an image's path says about it.

    Attributes:
        file: its path, relative to the data set's folder.
        split: its split folder, as written; empty if there is none.
        label: its class folder, as written.
        around: the folders around these; images in place have none.
    """

    file: PurePosixPath
    split: str
    label: str
    around: tuple[str, ...]

    @property
    def usage(self) -> int:
        """A position in SPLITS: FER2013's own file names say it themselves, without a split folder it is train."""
        own = USAGE_CODES.get(self.file.name.partition("_")[0])
        return SPLIT_FOLDERS.get(self.split.lower(), 0) if own is None else own


def place_of(file: PurePosixPath) -> Place | None:
    """The place of an image below a class folder, or below a split folder, once or twice (train/train), and a class
    folder; None for any other."""
    folders = file.parts[:-1]
    codes = [SPLIT_FOLDERS.get(folder.lower()) for folder in folders]
    marks = [index for index, code in enumerate(codes) if code is not None]
    if not marks:
        return Place(file, "", folders[-1], folders[:-1]) if folders else None
    split = marks[-1]
    if len(folders) != split + 2:
        return None
    first = split - 1 if split and codes[split - 1] == codes[split] else split
    return Place(file, folders[split], folders[-1], folders[:first])


def arrange(folder: Path, files: list[PurePosixPath]) -> tuple[list[Place], list[PurePosixPath]]:
    """The images in place, and those that are out of place.

    Kaggle's `jonathanoheix/face-expression-recognition-dataset` has all images twice: in images/train, and again in
    images/images/train. Such second copies are neither.
    """
    placed, lost, first = [], [], {}
    for file in sorted(files, key=lambda file: (len(file.parts), file)):
        place = place_of(file)
        if place and _is_copy(folder, place, first.get(_within(place))):
            continue
        if place is None or place.around:
            lost.append(file)
        else:
            placed.append(place)
            first.setdefault(_within(place), place)
    return sorted(placed), sorted(lost)


def _within(place: Place) -> tuple[str, str, str]:
    return place.split, place.label, place.file.name


def _is_copy(folder: Path, place: Place, first: Place | None) -> bool:
    try:
        return first is not None and filecmp.cmp(folder / place.file, folder / first.file, shallow=False)
    except OSError:  # one of them cannot be read
        return False


def image_files(folder: Path) -> Iterator[PurePosixPath]:
    """Paths of images relative to the folder, without hidden files and macOS's copies (__MACOSX, ._name)."""
    for parent, folders, names in walk(folder):
        folders[:] = sorted(filter(is_visible, folders))
        place = PurePosixPath(Path(parent).relative_to(folder).as_posix())
        yield from (place / name for name in names if is_image(place / name))


def walk(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """As `os.walk`, and through links to folders, but to none twice: they may lead back."""
    seen = [folder.resolve()]
    for parent, folders, names in os.walk(folder, followlinks=True):
        for name in [name for name in folders if os.path.islink(os.path.join(parent, name))]:
            target = Path(parent, name).resolve()
            if any(target.is_relative_to(other) or other.is_relative_to(target) for other in seen):
                folders.remove(name)
            seen.append(target)
        yield parent, folders, names


def is_visible(name: str) -> bool:
    return name[0] != "." and name != "__MACOSX"


def is_image(path: PurePath) -> bool:
    return is_visible(path.name) and path.suffix.lower() in SUFFIXES
