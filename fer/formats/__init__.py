"""The shapes in which people have labelled faces, one file each, all read into the same `Rows`.

To add a format: one file that registers a `Format`; `open_dataset`, the command line and the tests find it.
"""

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from fer import grouping, rowcache
from fer.data import Dataset, Rows, assemble
from fer.errors import FerError, unknown
from fer.faces.crop import IMAGE_SIZE
from fer.faces.image import opaque
from fer.ferplus import soft_targets
from fer.labels import EMOTIONS
from fer.registry import Registry

DATA = Path(os.environ.get("FER_DATA") or Path(__file__).parents[2] / "data")
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


FORMATS: Registry[Format] = Registry("fer.formats", "format")


def open_dataset(
    name: str | Path, *, ferplus: float = 0.0, ferplus_as: str = "labels", seed: int = 0, classes: str = ""
) -> Dataset:
    """Open a data set by path or by its name in data/.

    Args:
        name: "synthetic", a file or folder, or the name of one in data/ with or without its suffix.
        ferplus: the share of each training target that the FER+ votes in `fer2013new.csv` beside the source give.
        ferplus_as: what they give: "labels" or "votes", as TrainConfig tells.
        seed: for the splits that must be carved.
        classes: fewer classes than the source's, as `grouping.parse` reads them.

    Raises:
        FerError: where there is no such data set or it cannot be read, or has not these classes.
    """
    rows, format, path = open_rows(name)
    plan = grouping.parse(classes, rows.names)
    if ferplus and format.name == "synthetic":
        raise FerError("Nobody voted on drawn faces. Set ferplus to 0, or train on fer2013.")
    as_labels = ferplus_as == "labels"
    soft = soft_targets(ferplus_path(path), rows, plan, ferplus, as_labels=as_labels) if ferplus else None
    grouped = rows.grouped(plan)
    return assemble(grouped, name=Path(name).stem, source=path, format=format.name, soft_targets=soft, seed=seed)


def open_rows(name: str | Path) -> tuple[Rows, Format, Path]:
    """What `open_dataset` splits: all rows in the source's order, their format, and where they lie."""
    format, path = recognise(find(name))
    return rowcache.read(path, format.read) if format.cached else format.read(path), format, path


def stamp(name: str | Path) -> str:
    """Text that changes when the data set of that name does."""
    path = find(name)
    return rowcache.stamp(path) if path.exists() else str(path)


def ferplus_path(source: Path) -> Path:
    """Where the FER+ votes of a source lie, if it has them."""
    return source.parent / f"{FERPLUS}.csv"


def find(name: str | Path) -> Path:
    """The path meant by a path or by a name in data/."""
    if str(name) == "synthetic":
        return Path("synthetic")
    if not str(name):
        raise FerError("No data set is named. Give a path, a name in data/, or 'synthetic'.")
    for path in (Path(name), *(DATA / f"{name}{suffix}" for suffix in ("", *SUFFIXES))):
        if path.exists():
            return path
    known = unknown("data set", str(name), {"synthetic", *available()})
    raise FerError(f"{known} It is no path that exists either. data/README.md tells where to get FER2013.")


def keep(name: str, suffix: str, file: BinaryIO) -> str:
    """Put a data set into data/ under a name, after reading it once. Returns the name.

    Args:
        suffix: csv, npz or zip.
        file: the content, open for reading.

    Raises:
        FerError: where the name is no plain one or taken, or the content is no data set; nothing is kept then.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name) or name in ("synthetic", FERPLUS):
        raise FerError(f"A data set's name must be 1 to 64 letters, digits, '.', '_' or '-', got {name!r}.")
    if name in available():
        raise FerError(f"There is a data set named {name} already. Choose another name.")
    path = DATA / f"{name}.{suffix}"
    DATA.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as target:
            shutil.copyfileobj(file, target)
        open_dataset(path)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, FerError):  # the path is of no use to whoever gave the content
            raise FerError(str(error).replace(str(path), path.name)) from error
        raise
    return name


def available() -> list[str]:
    """Names of what lies in data/, without the FER+ votes."""
    paths = DATA.iterdir() if DATA.is_dir() else []
    stems = {path.stem for path in paths if path.is_dir() or path.suffix in SUFFIXES}
    return sorted(stem for stem in stems if not stem.startswith(".") and stem != FERPLUS)


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
