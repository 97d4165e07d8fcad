"""A user's labelled photos with a `manifest.csv`, which names the label and the group of each."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import PurePosixPath

from fer.data.labelled_photos import Failure, LabelledFaces, find_faces
from fer.data.labels import EMOTIONS, find_label
from fer.errors import FerError
from fer.faces.photos import Photo

MANIFEST = "manifest.csv"
COLUMNS = ("file", "label", "group")
MOST_BYTES = 5 * 2**20  # of a manifest: 50,000 photos at 100 bytes a line
MOST_LINES = MOST_BYTES // 100
MOST_GROUPS = 50  # more are probably names of people or files


@dataclass(frozen=True)
class Line:
    """What a manifest says of one photo; empty where it says nothing."""

    label: str
    group: str


@dataclass(frozen=True)
class OwnPhotos:
    """A user's faces, and the group of each photo by its name; no groups without a manifest."""

    faces: LabelledFaces
    groups: Mapping[str, str] = field(default_factory=dict)

    @property
    def of_faces(self) -> list[str]:
        """The group of each face, empty for none."""
        return [self.groups.get(name, "") for name in self.faces.names]

    @property
    def undetected(self) -> dict[str, int]:
        """In how many photos of each group no face was found."""
        missed = Counter(self.groups.get(one.name, "") for one in self.faces.failures if one.undetected)
        return {name: missed[name] for name in sorted(set(self.groups.values()))}


def read_photos(
    photos: Iterable[Photo],
    *,
    classes: tuple[str, ...] = EMOTIONS,
    detector: str = "yunet",
    on_progress: Callable[[int, int], None] = lambda done, n: None,
) -> OwnPhotos:
    """As `find_faces`; where the photos come with a manifest, it gives labels and groups.

    Photos that the manifest doesn't name, or gives no label, get theirs from their folder.

    Raises:
        FerError: for a manifest that cannot be read.
    """
    photos = list(photos)
    manifests = [photo for photo in photos if PurePosixPath(photo.name).name.lower() == MANIFEST]
    if len(manifests) > 1:
        raise FerError(f"There are {len(manifests)} files named {MANIFEST}. Keep one, beside the photos.")
    if not manifests:
        return OwnPhotos(find_faces(photos, classes=classes, detector=detector, on_progress=on_progress))
    (manifest,) = manifests
    names = {photo.name for photo in photos}
    lines = _placed(parse(manifest.read()), PurePosixPath(manifest.name).parent, names)
    failures = [failure for name, line in lines.items() if (failure := _unusable(name, line, names, classes))]
    refused = {failure.name for failure in failures}
    left = {
        _with_label(photo.name, lines): photo for photo in photos if photo is not manifest and photo.name not in refused
    }
    given = [replace(photo, name=name) for name, photo in left.items()]
    faces = find_faces(given, classes=classes, detector=detector, on_progress=on_progress)
    own_names = {name: photo.name for name, photo in left.items()}
    groups = {name: line.group for name, line in lines.items() if line.group}
    return OwnPhotos(_as_named(faces, own_names, failures), groups)


def parse(content: bytes) -> dict[str, Line]:
    """A manifest's lines by file.

    Raises:
        FerError: for text that is not a table with the columns file, label and group, is too long, or names a file
            twice.
    """
    if len(content) > MOST_BYTES:
        raise FerError(f"{MANIFEST} has {len(content) / 2**20:,.0f} MB; the limit is {MOST_BYTES >> 20} MB. Split it.")
    try:
        text = content.decode("utf-8-sig")
        head = text.partition("\n")[0]
        rows = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in head and "," not in head else ",", strict=True)
        names = [(name or "").strip().lower() for name in rows.fieldnames or ()]
        if missing := [name for name in COLUMNS if name not in names]:
            raise FerError(f"{MANIFEST} has no column {missing[0]}. Its first line must be {','.join(COLUMNS)}.")
        rows.fieldnames = names
        found = [
            (rows.line_num, *((row[name] or "").strip() for name in COLUMNS)) for row in islice(rows, MOST_LINES + 1)
        ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise FerError(f"{MANIFEST} cannot be read: {error}. Save it as CSV in UTF-8.") from error
    if len(found) > MOST_LINES:
        raise FerError(f"{MANIFEST} has more than {MOST_LINES:,} lines. Split the photos.")
    lines = {}
    for number, file, label, group in found:
        file = str(PurePosixPath(file.replace("\\", "/")))
        if file in lines:
            raise FerError(f"{MANIFEST} names {file} twice, again in line {number}. Keep one of the two lines.")
        if file != ".":
            lines[file] = Line(label, group)
    groups = {line.group for line in lines.values()} - {""}
    if len(groups) > MOST_GROUPS:
        raise FerError(f"{MANIFEST} has {len(groups):,} groups; the limit is {MOST_GROUPS}. Use fewer, larger groups.")
    return lines


def _placed(lines: Mapping[str, Line], folder: PurePosixPath, names: set[str]) -> dict[str, Line]:
    """The lines by the photos' names; files are named from the manifest's folder, or from the upload's root."""
    placed = {}
    for file, line in lines.items():
        beside = str(folder / file)
        placed[file if file in names and beside not in names else beside] = line
    return placed


def _unusable(name: str, line: Line, names: set[str], classes: tuple[str, ...]) -> Failure | None:
    if name not in names:
        return Failure(name, "", f"{MANIFEST} names it, but it is not among the photos.")
    if line.label and find_label(line.label, classes) is None:
        return Failure(name, "", f"Its label {line.label!r} in {MANIFEST} is not one of {', '.join(classes)}.")
    return None


def _with_label(name: str, lines: Mapping[str, Line]) -> str:
    """A photo's name in a folder that is named after its label in the manifest, where `find_faces` looks for it."""
    line = lines.get(name)
    return f"{name}/{line.label}/{PurePosixPath(name).name}" if line and line.label else name


def _as_named(faces: LabelledFaces, own_names: Mapping[str, str], failures: list[Failure]) -> LabelledFaces:
    """The faces under their photos' own names again, with the failures that came before."""
    names, several = (tuple(own_names[name] for name in names) for names in (faces.names, faces.several))
    others = [replace(failure, name=own_names[failure.name]) for failure in faces.failures]
    return replace(faces, names=names, several=several, failures=(*failures, *others))
