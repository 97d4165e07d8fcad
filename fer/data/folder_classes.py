"""What numbered class folders mean: RAF-DB's 1 to 7 or AffectNet's 0 to 7, as somebody confirmed it, never guessed.

The confirmation is a small file beside the data set, `<its file or folder>.classes.json`, so that the data set opens by
its name everywhere.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from fer.data.layout import is_image
from fer.errors import FerError, unknown
from fer.system import archives
from fer.system.files import read_object, write_atomically

KEY = "folder_classes"  # in the file
OPTION = "--folder-classes"


@dataclass(frozen=True)
class Mapping:
    """The classes of numbered folders.

    Attributes:
        name: for the command line and the file.
        title: the data set's own name.
        classes: by the folder's name; those that are not among the seven emotions are left out.
    """

    name: str
    title: str
    classes: dict[str, str]

    @property
    def in_words(self) -> str:
        """ "1 surprise, 2 fear, …"."""
        return ", ".join(f"{number} {label}" for number, label in self.classes.items())

    @property
    def label(self) -> str:
        """The title, and what its folders mean."""
        return f"{self.title}: {self.in_words}"


RAF_DB = ("surprise", "fear", "disgust", "happy", "sad", "angry", "neutral")  # Li et al. 2017, its readme
AFFECTNET = ("neutral", "happy", "sad", "surprise", "fear", "disgust", "angry", "contempt")  # arXiv 1708.03985
MAPPINGS = {
    mapping.name: mapping
    for mapping in (
        Mapping("raf-db", "RAF-DB", {str(number): label for number, label in enumerate(RAF_DB, 1)}),
        Mapping("affectnet", "AffectNet", {str(number): label for number, label in enumerate(AFFECTNET)}),
    )
}


def find(name: str) -> Mapping:
    """The mapping with that name. Raises FerError with the closest match if there is none."""
    if name not in MAPPINGS:
        raise unknown("meaning of class folders", name, MAPPINGS)
    return MAPPINGS[name]


def are_numbers(labels: Iterable[str]) -> bool:
    """Whether class folders are named by numbers alone."""
    labels = list(labels)
    return bool(labels) and all(label.isascii() and label.isdigit() for label in labels)


class UnconfirmedError(FerError):
    """Numbered class folders whose meaning nobody confirmed.

    Attributes:
        labels: the folders' names.
    """

    def __init__(self, source: str, labels: Iterable[str]):
        self.labels = sorted(labels)
        super().__init__(
            f"{source} has class folders named by numbers ({', '.join(self.labels)}). What they mean depends on the "
            f"data set: confirm it with {choices()}. Or rename the folders."
        )


def choices() -> str:
    """How to confirm each mapping."""
    options = (f"{OPTION} {mapping.name} ({mapping.in_words})" for mapping in MAPPINGS.values())
    return f"{' or '.join(options)}, or on the Train page"


def check(source: str, labels: Iterable[str], mapping: Mapping) -> None:
    """Raise FerError for class folders that the confirmed mapping doesn't have."""
    others = sorted(set(labels) - mapping.classes.keys())
    if others:
        raise FerError(
            f"{source} has class folders {', '.join(others)}, but {mapping.name} has {', '.join(mapping.classes)}. "
            f"Use {OPTION} only for folders numbered so; if you confirmed it by mistake, delete the .classes.json "
            "beside the data set."
        )


def fitting(file: Path | BinaryIO) -> dict[str, Mapping]:
    """The mappings that fit a zip's numbered class folders, or all if none fits; empty for any other file, which needs
    none."""
    try:
        with archives.open_checked(
            file, name="The zip", most_entries=archives.MOST_ENTRIES, most_bytes=archives.MOST_BYTES
        ) as archive:
            names = [archives.path_in(entry) for entry in archives.contents(archive)]
    except FerError:  # the check of the whole data set says why
        return {}
    finally:
        if not isinstance(file, Path):
            file.seek(0)
    labels = {path.parent.name for path in map(PurePosixPath, names) if is_image(path)}
    return fitting_folders(labels) if are_numbers(labels) else {}


def fitting_folders(labels: Iterable[str]) -> dict[str, Mapping]:
    """The mappings that fit these numbers, or all if none fits."""
    labels = set(labels)
    return {name: mapping for name, mapping in MAPPINGS.items() if labels <= mapping.classes.keys()} or dict(MAPPINGS)


def beside(source: Path) -> Path:
    """Where a data set's confirmed mapping is."""
    absolute = Path(os.path.abspath(source))  # "." has no name of its own
    return absolute.with_name(f"{absolute.name}.classes.json")


def confirmed(source: Path) -> Mapping | None:
    """The mapping confirmed for a data set, or None. Raises FerError for a damaged file."""
    path = beside(source)
    try:
        facts = read_object(path)
        return None if facts is None else find(str(facts.get(KEY)))
    except FerError as error:
        raise FerError(f"{error} It says what the numbered class folders mean; {OPTION} writes it again.") from error


def confirm(source: Path, mapping: Mapping) -> None:
    """Store a data set's mapping beside it."""
    write_atomically(beside(source), json.dumps({KEY: mapping.name}))


def forget(source: Path) -> None:
    """Take back what was confirmed for a data set, which then opens only once it is confirmed again."""
    beside(source).unlink(missing_ok=True)
