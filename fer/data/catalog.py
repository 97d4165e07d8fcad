"""Find, open and store data sets in data/."""

import shutil
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock

from fer.data import cache, class_groups, folder_classes
from fer.data.dataset import Dataset, Rows, assemble
from fer.data.ferplus import soft_targets
from fer.data.folder_classes import Mapping
from fer.data.formats import FERPLUS, Format, recognise, suffixes
from fer.errors import FerError, unknown
from fer.system import places
from fer.system.files import put
from fer.system.process import check
from fer.system.text import check_file_name

DATA = places.own("FER_DATA", "data")
WEIGHTS = "weights"  # the folder in it for ImageNet's
LOST = "lost+found"  # the folder of a disk that is mounted there


def open_dataset(
    name: str | Path, *, ferplus: float = 0.0, ferplus_as: str = "labels", seed: int = 0, classes: str = ""
) -> Dataset:
    """Open a data set by path or by its name in data/.

    Args:
        name: "synthetic", a file or folder, or the name of one in data/, with or without suffix.
        ferplus: share of each training target taken from the FER+ votes in `fer2013new.csv` next to the source.
        ferplus_as: how the votes are used, "labels" or "votes"; see TrainConfig.
        seed: for carving missing splits.
        classes: a subset or merge of the source's classes; see `class_groups.parse`.

    Raises:
        FerError: if the data set doesn't exist, cannot be read, or doesn't have these classes.
    """
    rows, format, path = open_rows(name)
    plan = class_groups.parse(classes, rows.names)
    if ferplus and format.name == "synthetic":
        raise FerError("Synthetic faces have no FER+ votes. Set ferplus to 0, or train on fer2013.")
    as_labels = ferplus_as == "labels"
    soft = soft_targets(ferplus_path(path), rows, plan, ferplus, as_labels=as_labels) if ferplus else None
    grouped = rows.grouped(plan)
    return assemble(grouped, name=short_name(name), source=path, format=format.name, soft_targets=soft, seed=seed)


def open_rows(
    name: str | Path, shown: str | None = None, *, mapping: Mapping | None = None
) -> tuple[Rows, Format, Path]:
    """All rows before splitting, in source order, with their format and path.

    Args:
        shown: what error messages call the data set; by default, its path.
        mapping: what its numbered class folders mean; by default, what somebody confirmed.
    """
    found = find(name)
    shown = shown or str(found)
    format, path = recognise(found, shown)
    mapping = mapping or folder_classes.confirmed(found)
    read = partial(format.reading(mapping, shown), name=str(Path(shown) / path.relative_to(found)))
    how = mapping.name if mapping else ""
    return cache.read(path, read, how) if format.cached else read(path), format, path


def confirm(name: str | Path, mapping: str) -> Dataset:
    """Store beside a data set what its numbered class folders mean, if it can be read so. Returns the data set.

    Args:
        mapping: a name in folder_classes.MAPPINGS.

    Raises:
        FerError: for an unknown mapping, or one that does not fit; nothing is changed then.
    """
    wanted = folder_classes.find(mapping)
    open_rows(name, mapping=wanted)
    folder_classes.confirm(find(name), wanted)
    return open_dataset(name)


def short_name(name: str | Path) -> str:
    """What a data set is called in reports: its file's name without the suffix, or its folder's."""
    path = Path(name)
    return path.stem if path.suffix.lower() in suffixes() else path.name


def stamp(name: str | Path) -> str:
    """A string that changes when the data set with that name changes."""
    path = find(name)
    mapping = folder_classes.beside(path)
    how = mapping.read_text(errors="replace") if mapping.is_file() else ""
    return cache.stamp(path, how) if path.exists() else str(path)


def ferplus_path(source: Path) -> Path:
    """The path of a source's FER+ votes, whether or not they exist."""
    return source.parent / f"{FERPLUS}.csv"


def find(name: str | Path) -> Path:
    """Resolve a path, or a name in data/, to a path."""
    if str(name) == "synthetic":
        return Path("synthetic")
    if not str(name):
        raise FerError("No data set was given. Use a path, a name in data/, or 'synthetic'.")
    for path in (Path(name), *(DATA / f"{name}{suffix}" for suffix in ("", *suffixes()))):
        with suppress(OSError):  # a name that is too long
            if path.exists():
                return path
    known = unknown("data set", str(name), {"synthetic", *available()})
    raise FerError(
        f"{known} No such path exists either. To get FER2013: python -m fer download, or Get FER2013 on the Train page."
    )


def keep(name: str, suffix: str, file: BinaryIO, *, mapping: str = "") -> str:
    """Store a data set in data/ after another process, with limited memory, has read it. Returns its name.

    Args:
        suffix: csv, npz or zip.
        file: the content, opened for reading.
        mapping: a name in folder_classes.MAPPINGS that somebody confirmed for numbered class folders.

    Raises:
        FerError: if the name is invalid or taken, or the content isn't a data set; nothing is stored then.
    """
    check_file_name(name, "data set")
    _require_free(name)
    DATA.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=DATA, prefix=".upload-", ignore_cleanup_errors=True) as folder:
        fresh, path = Path(folder) / f"{name}.{suffix}", DATA / f"{name}.{suffix}"
        with fresh.open("xb") as target:
            shutil.copyfileobj(file, target)
        if mapping:
            folder_classes.confirm(fresh, folder_classes.find(mapping))
        check("fer.data.check", str(fresh), fresh.name, name=fresh.name)
        with FileLock(DATA / ".keeping.lock"):
            _require_free(name)  # checking took a while
            shutil.rmtree(cache.folder(path), ignore_errors=True)  # left by a data set that was deleted by hand
            with suppress(FileNotFoundError):  # where the disk was too full for a cache
                put(cache.folder(fresh), cache.folder(path))
            folder_classes.beside(path).unlink(missing_ok=True)
            if mapping:
                put(folder_classes.beside(fresh), folder_classes.beside(path))
            put(fresh, path)
    return name


def _require_free(name: str) -> None:
    if name in (*available(), "synthetic", FERPLUS, WEIGHTS, LOST):
        raise FerError(f"A data set named {name} already exists. Choose another name.")


def available() -> list[str]:
    """Names of the data sets in data/, without the FER+ votes."""
    paths = DATA.iterdir() if DATA.is_dir() else []
    names = {short_name(path) for path in paths if path.is_dir() or path.suffix in suffixes()}
    return sorted(name for name in names if not name.startswith(".") and name not in (FERPLUS, WEIGHTS, LOST))
