"""Fewer classes than a data set has: a subset of them, or several merged into one."""

from dataclasses import dataclass

import numpy as np

from fer.data.labels import check_names, find_label, label_index, tidy
from fer.errors import FerError

MARKS = ",+="  # what a class's name cannot hold where it is written in such a text


@dataclass(frozen=True)
class Grouping:
    """What becomes of each class.

    Attributes:
        names: the new classes.
        places: for each old class its new one, or -1 where it is left out.
    """

    names: tuple[str, ...]
    places: tuple[int, ...]

    def fold(self, votes: np.ndarray) -> np.ndarray:
        """Votes (N, old classes) for the old classes as votes (N, new classes)."""
        belongs = np.array(self.places)[:, None] == np.arange(len(self.names))
        return votes @ belongs.astype(votes.dtype)


def parse(text: str, names: tuple[str, ...]) -> Grouping:
    """Read "happy, not happy=angry+sad": new classes, each of itself or of the old ones behind its name.

    Args:
        text: what is not named is left out; empty text leaves everything as it is. Aliases of emotions are understood.
        names: the classes of the data set. Where they are the new ones already, they are only put in order.

    Raises:
        FerError: for classes that do not exist or are named twice, and fewer than 2 or more than 20 new ones.
    """
    if not text.strip():
        return Grouping(names, tuple(range(len(names))))
    try:
        parts = [_part(part) for part in text.split(",")]
        if _has_them_already(parts, names):
            parts = [("", [name or olds[0]]) for name, olds in parts]
        return _group(parts, names)
    except FerError as error:
        raise FerError(f"The classes {text!r} cannot be made of this data set: {error}{_hint(names)}") from error


def _part(part: str) -> tuple[str, list[str]]:
    """A new class's name, empty where it keeps the old one's, and the old classes in it."""
    name, named, olds = part.partition("=")
    olds = [tidy(old) for old in (olds if named else name).split("+")]
    if not all(olds):
        raise FerError("there is a ',' or '+' with nothing beside it.")
    if not named and len(olds) > 1:
        raise FerError(f"{tidy(part)!r} needs a name in front, such as '{' or '.join(olds)}={'+'.join(olds)}'.")
    if named and not tidy(name):
        raise FerError(f"{tidy(part)!r} lacks a name in front of '='.")
    return (tidy(name) if named else ""), olds


def _group(parts: list[tuple[str, list[str]]], names: tuple[str, ...]) -> Grouping:
    places, new = [-1] * len(names), []
    for place, (name, olds) in enumerate(parts):
        for old in olds:
            index = label_index(old, names)
            if places[index] >= 0:
                raise FerError(f"{names[index]!r} is named twice.")
            places[index] = place
        new.append(name or names[label_index(olds[0], names)])
    return Grouping(check_names(new), tuple(places))


def _has_them_already(parts: list[tuple[str, list[str]]], names: tuple[str, ...]) -> bool:
    """Whether the data set lacks some of the old classes, and its own are the new ones."""
    found = {find_label(name or olds[0], names) for name, olds in parts}
    lacking = any(find_label(old, names) is None for _, olds in parts for old in olds)
    return lacking and found == set(range(len(names)))


def _hint(names: tuple[str, ...]) -> str:
    marked = [name for name in names if any(mark in name for mark in MARKS)]
    return f" A name with ',', '+' or '=' cannot be written here: rename {', '.join(marked)}." if marked else ""
