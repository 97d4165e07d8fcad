"""Select or merge a data set's classes."""

from dataclasses import dataclass

import numpy as np

from fer.data.labels import check_names, find_label, label_index, tidy
from fer.errors import FerError

MARKS = ",+="  # not allowed in class names used in a grouping


@dataclass(frozen=True)
class Grouping:
    """A mapping from old classes to new ones.

    Attributes:
        names: the new classes.
        places: the new class of each old one, or -1 if it is dropped.
    """

    names: tuple[str, ...]
    places: tuple[int, ...]

    def fold(self, votes: np.ndarray) -> np.ndarray:
        """Sum votes (N, old classes) into votes (N, new classes)."""
        belongs = np.array(self.places)[:, None] == np.arange(len(self.names))
        return votes @ belongs.astype(votes.dtype)


def parse(text: str, names: tuple[str, ...]) -> Grouping:
    """Parse a grouping such as "happy, not happy=angry+sad".

    Args:
        text: classes to keep or merge; all others are dropped, and an empty text keeps everything. Aliases of emotions
            are accepted.
        names: the data set's classes. If they already are the new ones, they are only reordered.

    Raises:
        FerError: for unknown or repeated classes, and for fewer than 2 or more than 20 new ones.
    """
    if not text.strip():
        return Grouping(names, tuple(range(len(names))))
    try:
        parts = [_part(part) for part in text.split(",")]
        if _has_them_already(parts, names):
            parts = [("", [name or olds[0]]) for name, olds in parts]
        return _group(parts, names)
    except FerError as error:
        raise FerError(f"The classes {text!r} don't fit this data set: {error}{_hint(names)}") from error


def _part(part: str) -> tuple[str, list[str]]:
    """A new class's name, empty if it keeps the old one's, and the old classes in it."""
    name, named, olds = part.partition("=")
    olds = [tidy(old) for old in (olds if named else name).split("+")]
    if not all(olds):
        raise FerError("there is nothing before or after a ',' or '+'.")
    if not named and len(olds) > 1:
        raise FerError(f"{tidy(part)!r} needs a name first, such as '{' or '.join(olds)}={'+'.join(olds)}'.")
    if named and not tidy(name):
        raise FerError(f"{tidy(part)!r} needs a name before '='.")
    return (tidy(name) if named else ""), olds


def _group(parts: list[tuple[str, list[str]]], names: tuple[str, ...]) -> Grouping:
    places, new = [-1] * len(names), []
    for place, (name, olds) in enumerate(parts):
        for old in olds:
            index = label_index(old, names)
            if places[index] >= 0:
                raise FerError(f"{names[index]!r} is listed twice.")
            places[index] = place
        new.append(name or names[label_index(olds[0], names)])
    return Grouping(check_names(new), tuple(places))


def _has_them_already(parts: list[tuple[str, list[str]]], names: tuple[str, ...]) -> bool:
    """Whether the data set lacks some of the old classes and already has exactly the new ones."""
    new = {find_label(name or olds[0], names) for name, olds in parts}
    lacks_old = any(find_label(old, names) is None for _, olds in parts for old in olds)
    return lacks_old and new == set(range(len(names)))


def _hint(names: tuple[str, ...]) -> str:
    marked = [name for name in names if any(mark in name for mark in MARKS)]
    return f" Names with ',', '+' or '=' can't be used here: rename {', '.join(marked)}." if marked else ""
