"""Splits are stratified and seeded, and keep duplicates together."""

import numpy as np
import pytest

from fer.data.dataset import Rows, assemble, carve
from fer.errors import FerError


def make_rows(per_class: int, *, copies: int = 1, usage=0) -> Rows:
    """Random images, each repeated `copies` times."""
    images = np.random.default_rng(0).integers(0, 256, (7 * per_class, 48, 48), np.uint8)
    labels = np.tile(np.arange(7 * per_class) % 7, copies)
    return Rows.of(np.tile(images, (copies, 1, 1)), labels, np.broadcast_to(usage, len(labels)))


def make_dataset(rows: Rows, seed: int = 0):
    return assemble(rows, name="x", source="x", format="npz", seed=seed)


@pytest.mark.parametrize(
    ("images", "labels", "usage", "message"),
    [
        (np.zeros((0, 48, 48), np.uint8), [], [], "contains no images"),
        (np.zeros((2, 48, 47), np.uint8), [0, 0], [0, 0], r"must be uint8 \(N, 48, 48\), got uint8 \(2, 48, 47\)"),
        (np.zeros((2, 48, 48)), [0, 0], [0, 0], "got float64"),
        (np.zeros((2, 48, 48), np.uint8), [0], [0, 0], r"labels must be \(2,\)"),
        (np.zeros((2, 48, 48), np.uint8), [0, 7], [0, 0], "labels must be 0 to 6, got 7 in row 1"),
        (np.zeros((2, 48, 48), np.uint8), [0, 0], [-1, 0], "usage must be 0 to 2, got -1 in row 0"),
    ],
)
def test_invalid_rows_are_refused(images, labels, usage, message):
    with pytest.raises(FerError, match=message):
        Rows.of(images, labels, usage)


def test_the_fingerprint_changes_with_one_pixel_or_label():
    rows = make_rows(1)
    images, labels = rows.images.copy(), rows.labels.copy()
    images[3, 4, 5] ^= 1
    labels[0] = 6
    prints = {Rows.of(*arrays, rows.usage).fingerprint for arrays in ((images, rows.labels), (rows.images, labels))}
    assert len(prints | {rows.fingerprint}) == 3


def test_a_carved_split_is_a_tenth_of_every_class():
    rows = make_rows(50)
    chosen = carve(rows, np.arange(350), seed=0)
    assert (np.bincount(rows.labels[chosen]) == 5).all()


def test_carving_is_seeded():
    rows = make_rows(50)
    first, again, other = (carve(rows, np.arange(350), seed) for seed in (1, 1, 2))
    assert (first == again).all() and set(first) != set(other)


def test_carving_keeps_duplicates_together():
    dataset = make_dataset(make_rows(20, copies=3))
    train, val, test = (set(part.groups) for part in (dataset.train, dataset.val, dataset.test))
    assert not train & val and not train & test and not val & test
    assert len(dataset.val) == len(dataset.test) == 2 * 7 * 3
    assert not dataset.val.leaked.any() and not dataset.test.leaked.any()


def test_duplicates_with_conflicting_labels_stay_together():
    rows = make_rows(20, copies=2)
    conflicting = Rows.of(rows.images, np.concatenate([rows.labels[:140], (rows.labels[140:] + 1) % 7]), rows.usage)
    dataset = make_dataset(conflicting)
    assert not set(dataset.train.groups) & set(dataset.val.groups)
    assert dataset.faults()["duplicate groups with conflicting labels"] == 140


@pytest.mark.parametrize(("per_class", "sizes"), [(1, (7, 0, 0)), (2, (7, 0, 7)), (3, (7, 7, 7)), (4, (14, 7, 7))])
def test_tiny_data_sets_keep_training_images_and_carve_the_rest(per_class, sizes):
    dataset = make_dataset(make_rows(per_class))
    assert (len(dataset.train), len(dataset.val), len(dataset.test)) == sizes


def test_only_the_missing_split_is_carved():
    usage = np.repeat([0, 2], 70)
    dataset = make_dataset(make_rows(20, usage=usage))
    assert dataset.carved == ("val",)
    assert set(dataset.test.rows) == set(range(70, 140)) and len(dataset.val) == 7


def test_a_data_set_without_training_images_is_refused():
    with pytest.raises(FerError, match=r"contains no training images"):
        make_dataset(make_rows(4, usage=np.repeat([1, 2], 14)))


def test_leaks_and_duplicates_are_counted():
    rows = make_rows(10, copies=2, usage=np.repeat([0, 1, 2], [70, 35, 35]))
    faults = make_dataset(rows).faults()
    assert faults["surplus duplicates"] == 70
    assert faults["val images duplicated in train"] == faults["test images duplicated in train"] == 35


def test_an_unknown_split_is_refused():
    with pytest.raises(FerError, match=r"Unknown split 'dev'"):
        make_dataset(make_rows(4)).split("dev")
