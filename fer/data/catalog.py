"""The data sets in data/: found by name, opened, and kept."""

import re
import shutil
from pathlib import Path
from typing import BinaryIO

from fer.data import cache, class_groups
from fer.data.dataset import Dataset, Rows, assemble
from fer.data.ferplus import soft_targets
from fer.data.formats import FERPLUS, SUFFIXES, Format, recognise
from fer.errors import FerError, unknown
from fer.system import places

DATA = places.own("FER_DATA", "data")


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
    plan = class_groups.parse(classes, rows.names)
    if ferplus and format.name == "synthetic":
        raise FerError("Nobody voted on drawn faces. Set ferplus to 0, or train on fer2013.")
    as_labels = ferplus_as == "labels"
    soft = soft_targets(ferplus_path(path), rows, plan, ferplus, as_labels=as_labels) if ferplus else None
    grouped = rows.grouped(plan)
    return assemble(grouped, name=Path(name).stem, source=path, format=format.name, soft_targets=soft, seed=seed)


def open_rows(name: str | Path) -> tuple[Rows, Format, Path]:
    """What `open_dataset` splits: all rows in the source's order, their format, and where they lie."""
    format, path = recognise(find(name))
    return cache.read(path, format.read) if format.cached else format.read(path), format, path


def stamp(name: str | Path) -> str:
    """Text that changes when the data set of that name does."""
    path = find(name)
    return cache.stamp(path) if path.exists() else str(path)


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
