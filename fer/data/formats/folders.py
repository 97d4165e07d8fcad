"""Class folders of images, inside train/, test/ and optionally val/, or on their own."""

from collections import Counter
from pathlib import Path, PurePosixPath

import numpy as np

from fer.data import folder_classes
from fer.data.dataset import Rows, Unreadable
from fer.data.folder_classes import Mapping
from fer.data.formats import FORMATS, Format, grey_face, may_hold_faces
from fer.data.labels import EMOTIONS, KNOWN, class_names, label_index, tidy
from fer.data.layout import SPLIT_FOLDERS, Place, arrange, image_files, is_image, is_visible, place_of
from fer.errors import FerError
from fer.faces.crop import IMAGE_SIZE
from fer.faces.image import decode, read_bytes

ENOUGH_PIXELS = (4 * IMAGE_SIZE) ** 2  # a JPEG's decoder can skip the detail beyond
SHOWN = 3  # file names listed in an error message
MOST_UNREADABLE = 0.5  # of all images: beyond, the data set itself is damaged


def matches(folder: Path) -> bool:
    """Whether there is an image in a split's class folder or in a folder named after an emotion, or else every
    subfolder contains images and no file is a data set."""
    if not folder.is_dir():
        return False
    places = (place_of(file) for file in image_files(folder))
    known = (place.split or place.label.lower() in KNOWN for place in places if place and not place.around)
    return any(known) or _holds_classes_alone(folder)


def _holds_classes_alone(folder: Path) -> bool:
    entries = [entry for entry in folder.iterdir() if is_visible(entry.name)]
    below = [entry for entry in entries if entry.is_dir()]
    return (
        bool(below)
        and all(entry.name.lower() not in SPLIT_FOLDERS and any(map(is_image, entry.iterdir())) for entry in below)
        and not any(entry.is_file() and may_hold_faces(entry) for entry in entries)
    )


def read(path: Path, name: str, mapping: Mapping | None = None) -> Rows:
    """Read all images, sorted by path; those that cannot be read are left out and listed.

    The classes are the seven emotions if every class folder is named after one, else the folders' names. Class folders
    without split folders are all training. A file name that starts with Training_, PublicTest_ or PrivateTest_ names
    FER2013's own split, which takes precedence.

    Args:
        mapping: what numbered class folders mean.

    Raises:
        FerError: for a misspelt emotion, numbered folders without a mapping, too few or too many custom classes,
            classes that differ between splits, images outside class folders, mostly unreadable images, or no images.
    """
    files = sorted(image_files(path))
    if not files:
        raise FerError(f"{name} contains no images. Put them in class folders: {', '.join(EMOTIONS)}.")
    places, misplaced = arrange(path, files)
    if misplaced:
        raise FerError(
            f"{name} has {_listed(misplaced)} outside class folders. Move them to <class>/ or <split>/<class>/, "
            "or out of the folder."
        )
    places, names, labels, dropped = _classes(name, places, mapping)
    images, unreadable, readable = _load(path, name, [place.file for place in places])
    labels, usage = np.array(labels)[readable], np.array([place.usage for place in places])[readable]
    rows = Rows.of(images, labels, usage, names)
    return Rows(**{**vars(rows), "unreadable": unreadable, "dropped": dropped})


def _classes(
    source: str, places: list[Place], mapping: Mapping | None
) -> tuple[list[Place], tuple[str, ...], list[int], tuple[tuple[str, int], ...]]:
    """The images that are kept, the classes, the images' positions in them, and how many of which are dropped."""
    written = {place.label for place in places}
    if mapping is None:
        if folder_classes.are_numbers(written):
            raise folder_classes.UnconfirmedError(source, written)
        names = _names(source, places)
        at = {label: label_index(label, names) for label in written}
        return places, names, [at[place.label] for place in places], ()
    folder_classes.check(source, written, mapping)
    labels = [mapping.classes[place.label] for place in places]
    kept = [place for place, label in zip(places, labels, strict=True) if label in EMOTIONS]
    dropped = Counter(label for label in labels if label not in EMOTIONS)
    return kept, EMOTIONS, [EMOTIONS.index(label) for label in labels if label in EMOTIONS], tuple(dropped.items())


def _names(source: str, places: list[Place]) -> tuple[str, ...]:
    """The classes; custom ones sorted, ignoring case."""
    written: dict[str, set[str]] = {}  # by split folder, "" without one
    for place in places:
        written.setdefault(place.split, set()).add(tidy(place.label))
    all_names = set().union(*written.values())
    try:
        names = class_names(sorted(all_names, key=lambda name: (name.casefold(), name)))
    except FerError as error:
        raise FerError(f"{source}: {error}") from error
    for split, own in written.items():
        where = f"{source}/{split}" if split else source
        if names != EMOTIONS and (missing := all_names - own):
            raise FerError(
                f"{where} has no images of {', '.join(sorted(missing))}, unlike other splits. "
                "Give every split the same class folders."
            )
        _require_one_folder_each(where, own, names)
    return names


def _require_one_folder_each(source: str, written: set[str], names: tuple[str, ...]) -> None:
    """Refuse two words for one class beside each other, such as neutral and calm: they may be two classes."""
    by_class: dict[int, str] = {}
    for word in sorted({label.casefold() for label in written}):
        first = by_class.setdefault(label_index(word, names), word)
        if first != word:
            raise FerError(
                f"{source} has folders {first!r} and {word!r}, which both mean {names[label_index(word, names)]}. "
                "Merge them, or rename one."
            )


def _load(folder: Path, name: str, files: list[PurePosixPath]) -> tuple[np.ndarray, tuple[Unreadable, ...], np.ndarray]:
    """The readable images, uint8 (N, 48, 48), those that are not, and which ones are: bool, one per file."""
    images, unreadable = np.empty((len(files), IMAGE_SIZE, IMAGE_SIZE), np.uint8), []
    readable = np.ones(len(files), bool)
    for row, file in enumerate(files):
        try:
            images[row - len(unreadable)] = _read_image(folder / file)
        except FerError as error:
            readable[row] = False
            unreadable.append(Unreadable(str(file), str(error)))
    if len(unreadable) > MOST_UNREADABLE * len(files):
        broken = [PurePosixPath(file) for file, _ in unreadable]
        raise FerError(
            f"{name} has {_listed(broken)} that cannot be read (first error: {unreadable[0].reason}), of "
            f"{len(files):,}. Delete or replace them."
        )
    return images[: len(files) - len(unreadable)], tuple(unreadable), readable


def _read_image(path: Path) -> np.ndarray:
    return grey_face(decode(read_bytes(path), most_pixels=ENOUGH_PIXELS, others=("PPM",)))


def _listed(files: list[PurePosixPath]) -> str:
    names = ", ".join(map(str, files[:SHOWN])) + (", …" if len(files) > SHOWN else "")
    return f"{len(files):,} image{'s' if len(files) > 1 else ''} ({names})"


FORMATS.register(
    Format(
        name="folders",
        matches=matches,
        read=read,
        read_mapped=read,
        summary="class folders with images of any size, inside train/, test/ and optionally val/, or on their own; "
        "classes are the emotions "
        f"({', '.join(EMOTIONS)}), or 2 to 20 of your own",
    )
)
