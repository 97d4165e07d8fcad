"""The seven emotions in FER2013's order, their aliases, and checks for custom class names."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from unicodedata import normalize

from fer.errors import FerError, unknown

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
NEUTRAL = EMOTIONS[-1]

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
FEWEST, MOST = 2, 20  # classes in a data set


def find_label(name: str, names: Sequence[str] = EMOTIONS) -> int | None:
    """The position in `names` of a label or an emotion's alias, ignoring case; None if there is none."""
    places = {_folded(label): place for place, label in enumerate(names)}
    word = _folded(name)
    return places.get(word, places.get(ALIASES.get(word, word)))


def label_index(name: str, names: Sequence[str] = EMOTIONS) -> int:
    """The same as `find_label`, but unknown names raise an error.

    Raises:
        FerError: for a name that is neither a label nor an alias, with the closest match.
    """
    place = find_label(name, names)
    if place is None:
        aliases = [alias for alias, emotion in ALIASES.items() if emotion in names]
        raise unknown("label", name.strip(), {*names, *aliases})
    return place


def class_names(written: Iterable[str]) -> tuple[str, ...]:
    """A data set's classes from their written names: EMOTIONS if all are emotions or aliases, else the names.

    Raises:
        FerError: for a probably misspelt emotion, and as for `check_names`.
    """
    names = [tidy(name) for name in written]
    if names and all(_folded(name) in KNOWN for name in names):
        return EMOTIONS
    for name in names:
        word = _folded(name)
        near = get_close_matches(word, sorted(KNOWN), n=1, cutoff=0.8)
        if near and word not in KNOWN and word.removeprefix("un") not in KNOWN:  # "unhappy" isn't a typo
            raise FerError(
                f"Unknown label {name!r}. Did you mean {near[0]!r}? If it is a class of your own, "
                "give it a more distinct name."
            )
    return check_names(names)


def output_names(text: str) -> tuple[str, ...]:
    """The classes of a network's outputs, separated by commas, with the seven emotions under this project's names.

    Raises:
        FerError: unless they are 2 to 20 different names of printable characters.
    """
    words = [word.strip() for word in text.split(",")]
    names = tuple(ALIASES.get(word.lower(), word.lower()) for word in words)
    names = tuple(name if name in EMOTIONS else word for name, word in zip(names, words, strict=True))
    if not text.isprintable():
        raise FerError(f"Labels must not contain control characters, got {text!r}.")
    if not FEWEST <= len(names) <= MOST or len(set(names)) < len(names) or not all(names):
        raise FerError(f"Labels must be {FEWEST} to {MOST} different names, separated by commas, got {text!r}.")
    return names


def check_names(names: Iterable[str]) -> tuple[str, ...]:
    """Check class names. Raises FerError for fewer than 2 or more than 20, and for names that are blank, unprintable or
    the same except for case."""
    names, seen = tuple(names), {}
    if not FEWEST <= len(names) <= MOST:
        raise FerError(f"There must be {FEWEST} to {MOST} classes, got {len(names)}: {', '.join(names[: MOST + 1])}.")
    for name in names:
        if not tidy(name) or not name.isprintable():
            raise FerError(f"A class name must be printable text, got {name!r}.")
        if _folded(name) in seen:
            raise FerError(f"Two classes have the same name: {seen[_folded(name)]!r} and {name!r} (case is ignored).")
        seen[_folded(name)] = name
    return names


def tidy(name: str) -> str:
    """A class name without surrounding spaces, and with accents in Unicode normal form C."""
    return normalize("NFC", name.strip())


def _folded(name: str) -> str:
    return normalize("NFC", tidy(name).casefold())
