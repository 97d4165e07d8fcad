"""Labelled faces in three splits, with checks for duplicates, leaks and other faults."""

import json
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import NamedTuple

import numpy as np

from fer.data.class_groups import Grouping
from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.faces.crop import IMAGE_SIZE
from fer.system.text import plural

SPLITS = ("train", "val", "test")
USAGE_CODES = {"Training": 0, "PublicTest": 1, "PrivateTest": 2}  # FER2013's names for the splits
CARVED_SHARE = 0.1  # of the training images, about the size of FER2013's PublicTest


class Unreadable(NamedTuple):
    """An image file that cannot be read and was left out, and why: a sentence for the user."""

    file: str
    reason: str


@dataclass(frozen=True)
class Rows:
    """The output of every format: one entry per image, in source order.

    Attributes:
        images: uint8 (N, 48, 48), 0 black to 255 white.
        labels: int64 (N,), positions in `names`; -1 if a grouping dropped the class.
        usage: int64 (N,), positions in SPLITS.
        groups: int64 (N,); images with identical pixels (duplicates) share a number.
        fingerprint: hexadecimal SHA-256 of images, labels and usage, and of names other than EMOTIONS.
        names: the classes.
        unreadable: image files of the source that are not among the images.
        dropped: classes of the source that are not among `names`, with their numbers of images.
    """

    images: np.ndarray
    labels: np.ndarray
    usage: np.ndarray
    groups: np.ndarray
    fingerprint: str
    names: tuple[str, ...] = EMOTIONS
    unreadable: tuple[Unreadable, ...] = ()
    dropped: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, images, labels, usage, names: tuple[str, ...] = EMOTIONS) -> "Rows":
        """Check the arrays and find duplicates. Raises FerError for invalid shapes or values."""
        images, labels, usage = np.asarray(images), np.asarray(labels, np.int64), np.asarray(usage, np.int64)
        if not len(images):
            raise FerError("The data set contains no images. Add some.")
        if images.dtype != np.uint8 or images.shape[1:] != (IMAGE_SIZE, IMAGE_SIZE):
            raise FerError(f"images must be uint8 (N, 48, 48), got {images.dtype} {images.shape}.")
        for name, values, high in (("labels", labels, len(names)), ("usage", usage, len(SPLITS))):
            if values.shape != (len(images),):
                raise FerError(f"{name} must be ({len(images)},), one per image, got {values.shape}.")
            if values.min() < 0 or values.max() >= high:
                bad = int(np.flatnonzero((values < 0) | (values >= high))[0])
                raise FerError(f"{name} must be 0 to {high - 1}, got {values[bad]} in row {bad}.")
        seen: dict[bytes, int] = {}
        groups = np.array([seen.setdefault(image.tobytes(), len(seen)) for image in images])
        digest = sha256(images.tobytes())
        digest.update(labels.tobytes() + usage.tobytes())
        digest.update(b"" if names == EMOTIONS else json.dumps(names).encode())
        return cls(images, labels, usage, groups, digest.hexdigest(), names)

    def grouped(self, grouping: Grouping) -> "Rows":
        """The same rows with regrouped classes, and with a new fingerprint if anything changed."""
        labels = np.array(grouping.places)[self.labels]
        if grouping.names == self.names and (labels == self.labels).all():
            return self
        digest = sha256(json.dumps([self.fingerprint, grouping.names]).encode() + labels.tobytes())
        return replace(self, labels=labels, names=grouping.names, fingerprint=digest.hexdigest())


@dataclass(frozen=True)
class Split:
    """One split of a data set.

    Attributes:
        images: uint8 (N, 48, 48), an array or a memory map.
        targets: float32 (N, C), each row sums to 1: one-hot, or FER+ votes.
        rows: int64 (N,), row numbers in the source.
        groups: int64 (N,); images with identical pixels share a number, across splits.
        leaked: bool (N,), images with an exact duplicate in the training split; all False for the training split.
    """

    images: np.ndarray
    targets: np.ndarray
    rows: np.ndarray
    groups: np.ndarray
    leaked: np.ndarray

    def __len__(self) -> int:
        return len(self.images)

    @property
    def labels(self) -> np.ndarray:
        """int64 (N,): the class with the largest target."""
        return self.targets.argmax(axis=1)

    @property
    def counts(self) -> np.ndarray:
        """int64 (C,): number of images in each class."""
        return np.bincount(self.labels, minlength=self.targets.shape[1])


@dataclass(frozen=True)
class Dataset:
    """A source's three splits, with one label order.

    Attributes:
        name: the name shown in reports and on pages.
        labels: class names, in the order of the targets' columns.
        source: the path it was read from.
        format: the format that read it; "synthetic" means drawn faces, not photos.
        carved: the splits missing from the source and carved from its training images.
        fingerprint: SHA-256 of the rows.
        unreadable: image files of the source that cannot be read and were left out.
        dropped: classes that were left out because they are not among the seven, with their numbers of images.
        seed: by which splits were carved.
    """

    name: str
    labels: tuple[str, ...]
    train: Split
    val: Split
    test: Split
    source: str
    format: str
    carved: tuple[str, ...]
    fingerprint: str
    unreadable: tuple[Unreadable, ...] = ()
    dropped: tuple[tuple[str, int], ...] = ()
    seed: int = 0

    def split(self, name: str) -> Split:
        """The split with that name, or all three combined for "all"."""
        if name == "all":
            parts = [self.train, self.val, self.test]
            keys = ("images", "targets", "rows", "groups", "leaked")
            return Split(*(np.concatenate([getattr(part, key) for part in parts]) for key in keys))
        if name not in SPLITS:
            raise FerError(f"Unknown split {name!r}. Valid: {', '.join(SPLITS)}, all.")
        return getattr(self, name)

    def faults(self) -> dict[str, int]:
        """Counts of faulty images over all splits."""
        whole = self.split("all")
        pairs = np.unique(np.stack([whole.groups, whole.labels]), axis=1)
        groups, labels_a_group = np.unique(pairs[0], return_counts=True)
        flat = whole.images.reshape(len(whole), -1)
        return {
            "surplus duplicates": len(whole) - len(groups),
            "duplicate groups with conflicting labels": int((labels_a_group > 1).sum()),
            "single-colour images": int((flat.max(axis=1) == flat.min(axis=1)).sum()),
            "val images duplicated in train": int(self.val.leaked.sum()),
            "test images duplicated in train": int(self.test.leaked.sum()),
        }

    def left_out(self) -> list[str]:
        """What of the source is not in the data set, as sentences."""
        lines = [f"{plural(n, 'image')} of {name} left out: not one of the classes." for name, n in self.dropped]
        if self.unreadable:
            lines.append(f"{plural(len(self.unreadable), 'unreadable image')} left out.")
        return lines


def assemble(rows: Rows, *, name: str, source, format: str, soft_targets=None, seed: int = 0) -> Dataset:
    """Split rows into train, val and test, without dropped classes.

    A missing val or test split is carved from train: stratified, seeded, and with duplicates kept together.

    Args:
        soft_targets: float32 (N, C), which replace the labels in the training split only, so that accuracy is always
            measured on the labels.
    """
    usage, carved = np.where(rows.labels < 0, -1, rows.usage), []
    for code in (2, 1):
        if not (usage == code).any():
            usage[carve(rows, np.flatnonzero(usage == 0), seed + code)] = code
            carved.append(SPLITS[code])
    targets = np.eye(len(rows.names), dtype=np.float32)[rows.labels]
    in_train = np.isin(rows.groups, rows.groups[usage == 0])
    splits = {}
    for code, split in enumerate(SPLITS):
        index = np.flatnonzero(usage == code)
        chosen = soft_targets if soft_targets is not None and split == "train" else targets
        leaked = in_train[index] & (code != 0)
        splits[split] = Split(_take(rows.images, index), chosen[index], index, rows.groups[index], leaked)
    if not len(splits["train"]):
        raise FerError(f"{source} contains no training images. Add some.")
    return Dataset(
        name,
        rows.names,
        **splits,
        source=str(source),
        format=format,
        carved=tuple(reversed(carved)),
        fingerprint=rows.fingerprint,
        unreadable=rows.unreadable,
        dropped=rows.dropped,
        seed=seed,
    )


def carve(rows: Rows, index: np.ndarray, seed: int) -> np.ndarray:
    """Choose a tenth of the rows in `index`, class by class, along with all duplicates of the chosen images."""
    random = np.random.default_rng(seed)
    groups, first = np.unique(rows.groups[index], return_index=True)
    labels = rows.labels[index][first]  # a group with conflicting labels takes its first image's
    chosen = []
    for label in np.unique(labels):
        members = random.permutation(groups[labels == label])
        size = max(1, round(CARVED_SHARE * len(members))) if len(members) > 1 else 0
        chosen.append(members[:size])
    return index[np.isin(rows.groups[index], np.concatenate(chosen))] if chosen else index[:0]


def _take(images: np.ndarray, index: np.ndarray) -> np.ndarray:
    """images[index], without copying a memory map if the index is contiguous."""
    if len(index) and index[-1] - index[0] == len(index) - 1:
        return images[index[0] : index[-1] + 1]
    return images[index]
