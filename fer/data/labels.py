"""The seven emotions in FER2013's order, stated once, the other names people give them, and classes of one's own."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from unicodedata import normalize

from fer.errors import FerError, unknown

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")

ALIASES = {
    "anger": "angry",
    "disgusted": "disgust",
    "fearful": "fear",
    "scared": "fear",
    "afraid": "fear",
    "happiness": "happy",
    "joy": "happy",
    "sadness": "sad",
    "surprised": "surprise",
    "calm": "neutral",
}
KNOWN = {*EMOTIONS, *ALIASES}
FEWEST, MOST = 2, 20  # classes of a data set


def find_label(name: str, names: Sequence[str] = EMOTIONS) -> int | None:
    """The position in `names` of a label, whatever its case, or of the emotion that it is an alias of."""
    places = {_folded(label): place for place, label in enumerate(names)}
    word = _folded(name)
    return places.get(word, places.get(ALIASES.get(word)))


def label_index(name: str, names: Sequence[str] = EMOTIONS) -> int:
    """What `find_label` finds.

    Raises:
        FerError: for a name that is no label and no alias of one, with the nearest that is.
    """
    place = find_label(name, names)
    if place is None:
        aliases = [alias for alias, emotion in ALIASES.items() if emotion in names]
        raise unknown("label", name.strip(), {*names, *aliases})
    return place


def class_names(written: Iterable[str]) -> tuple[str, ...]:
    """The classes of a data set that names them so: EMOTIONS where each is an emotion or an alias, else the names.

    Raises:
        FerError: for a name that is probably a misspelt emotion, and what `check_names` refuses.
    """
    names = [tidy(name) for name in written]
    if names and all(_folded(name) in KNOWN for name in names):
        return EMOTIONS
    for name in names:
        word = _folded(name)
        near = get_close_matches(word, sorted(KNOWN), n=1, cutoff=0.8)
        if near and word not in KNOWN and word.removeprefix("un") not in KNOWN:  # "unhappy" is no slip of the pen
            raise FerError(
                f"Unknown label {name!r}. Did you mean {near[0]!r}? A class of your own needs a name less like it."
            )
    return check_names(names)


def check_names(names: Iterable[str]) -> tuple[str, ...]:
    """The names of a data set's classes. Raises FerError for fewer than 2, more than 20, or names that would be taken
    for one another or for nothing."""
    names, seen = tuple(names), {}
    if not FEWEST <= len(names) <= MOST:
        raise FerError(f"There must be {FEWEST} to {MOST} classes, got {len(names)}: {', '.join(names[: MOST + 1])}.")
    for name in names:
        if not tidy(name) or not name.isprintable():
            raise FerError(f"A class's name must be printable text, got {name!r}.")
        if _folded(name) in seen:
            raise FerError(f"Two classes have one name: {seen[_folded(name)]!r} and {name!r} (case does not count).")
        seen[_folded(name)] = name
    return names


def tidy(name: str) -> str:
    """A class's name without spaces round it, and with its accents written in one way on every system."""
    return normalize("NFC", name.strip())


def _folded(name: str) -> str:
    return normalize("NFC", tidy(name).casefold())
