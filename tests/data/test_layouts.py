"""Class folders as people have them: doubled, wrapped, in capitals, with validation instead of test."""

import shutil
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from helpers.made_folders import write
from PIL import Image

from fer.data.catalog import open_dataset
from fer.data.dataset import USAGE_CODES
from fer.data.formats import FORMATS, recognise
from fer.data.labels import EMOTIONS
from fer.data.layout import place_of
from fer.errors import FerError

OFFICIAL = {code: name for name, code in USAGE_CODES.items()}


def counts(dataset) -> list[list[int]]:
    return [part.counts.tolist() for part in (dataset.train, dataset.val, dataset.test)]


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("happy/a.jpg", ("", "happy", (), 0)),
        ("train/happy/a.jpg", ("train", "happy", (), 0)),
        ("Train/train/HAPPY/a.jpg", ("train", "HAPPY", (), 0)),
        ("test/test/Happy/a.jpg", ("test", "Happy", (), 2)),
        ("images/validation/sad/1.jpg", ("validation", "sad", ("images",), 1)),
        ("test/sad/PublicTest_1.jpg", ("test", "sad", (), 1)),
        ("a/b/happy/a.jpg", ("", "happy", ("a", "b"), 0)),
        ("train/happy/anna/a.jpg", None),
        ("train/a.jpg", None),
        ("a.jpg", None),
    ],
)
def test_a_path_says_split_and_class(path, place):
    found = place_of(PurePosixPath(path))
    assert (found and (found.split, found.label, found.around, found.usage)) == place


@pytest.mark.parametrize("around", ["", "archive", "archive/fer", "images"])
def test_split_folders_that_are_doubled_or_wrapped_are_read(around, small_rows, tmp_path):
    splits = ("train/train", "validation/validation", "test/test")
    write(tmp_path / "faces" / around, small_rows, EMOTIONS, splits)
    dataset = open_dataset(tmp_path / "faces")
    assert dataset.labels == EMOTIONS and dataset.carved == ()
    assert counts(dataset) == [[5] * 7, [1] * 7, [2] * 7]


@pytest.mark.parametrize("change", [str.upper, str.title])
def test_capital_names_mean_the_same(change, small_rows, tmp_path):
    names = tuple(map(change, EMOTIONS))
    write(tmp_path / "faces", small_rows, names, tuple(map(change, ("train", "val", "test"))))
    dataset = open_dataset(tmp_path / "faces")
    assert dataset.labels == EMOTIONS and counts(dataset) == [[5] * 7, [1] * 7, [2] * 7]


def test_a_validation_folder_is_val_and_a_missing_test_split_comes_from_train(small_rows, tmp_path):
    write(tmp_path / "faces/images", small_rows, EMOTIONS, ("train", "validation", "validation"))
    dataset = open_dataset(tmp_path / "faces")
    assert dataset.carved == ("test",) and counts(dataset) == [[4] * 7, [3] * 7, [1] * 7]


def test_images_that_lie_there_twice_are_read_once(small_rows, tmp_path):
    """As in jonathanoheix/face-expression-recognition-dataset: images/train, and images/images/train."""
    write(tmp_path / "faces/images", small_rows, EMOTIONS)
    shutil.copytree(tmp_path / "faces/images", tmp_path / "faces/images/images")
    assert counts(open_dataset(tmp_path / "faces")) == [[5] * 7, [1] * 7, [2] * 7]
    (first,) = (tmp_path / "faces/images/images/train/angry").glob("00000*")
    first.write_bytes(b"something else")
    with pytest.raises(FerError, match=r"1 image \(images/train/angry/00000.png\) outside class folders"):
        open_dataset(tmp_path / "faces")


def test_folders_and_lists_beside_the_images_are_ignored(small_rows, tmp_path):
    folder = write(tmp_path / "faces/DATASET", small_rows, EMOTIONS)
    for name in ("train_labels.csv", "test_labels.csv"):
        (tmp_path / "faces" / name).write_text("image,label\na.jpg,1\n")
    (tmp_path / "faces/notebooks").mkdir()
    (tmp_path / "faces/notebooks/first.ipynb").write_text("{}")
    assert recognise(tmp_path / "faces") == (FORMATS["folders"], folder)


def test_two_folders_of_one_class_beside_each_other_are_refused(small_rows, tmp_path):
    folder = write(tmp_path / "faces", small_rows, EMOTIONS)
    shutil.copytree(folder / "train/neutral", folder / "train/Calm")
    with pytest.raises(FerError, match=r"train has folders 'calm' and 'neutral', which both mean neutral\. Merge them"):
        open_dataset(folder)
    shutil.rmtree(folder / "train/neutral")  # in another split, it is the same class by another word
    assert counts(open_dataset(folder)) == [[5] * 7, [1] * 7, [2] * 7]


def official_names(folder: Path, rows) -> Path:
    """Rows as in msambare/fer2013: PublicTest and PrivateTest together in test, told apart by their files' names."""
    write(folder, rows, EMOTIONS, ("train", "test", "test"))
    for row, usage in enumerate(rows.usage):
        (old,) = folder.glob(f"*/*/{row:05d}.png")
        old.rename(old.with_name(f"{OFFICIAL[usage]}_{row:05d}.png"))
    return folder


def test_a_test_folder_of_both_official_splits_is_split_by_its_file_names(small_rows, tmp_path):
    dataset = open_dataset(official_names(tmp_path / "faces", small_rows))
    assert dataset.carved == () and counts(dataset) == [[5] * 7, [1] * 7, [2] * 7]


def test_row_order_and_fingerprint_do_not_depend_on_the_layout(small_rows, tmp_path):
    plain = open_dataset(write(tmp_path / "plain", small_rows, EMOTIONS))
    doubled = open_dataset(write(tmp_path / "doubled/x", small_rows, EMOTIONS, ("train/train", "val/val", "test/test")))
    assert plain.fingerprint == doubled.fingerprint
    assert (np.asarray(plain.test.images) == np.asarray(doubled.test.images)).all()


def test_photos_of_phones_and_browsers_are_images_too(small_rows, tmp_path):
    write(tmp_path / "faces", small_rows, EMOTIONS)
    for suffix in ("heic", "avif", "jfif"):
        kind = {"heic": "HEIF", "jfif": "JPEG"}.get(suffix, "AVIF")
        Image.fromarray(small_rows.images[0]).convert("RGB").save(tmp_path / f"faces/train/happy/x.{suffix}", kind)
    assert open_dataset(tmp_path / "faces").train.counts.tolist() == [5, 5, 5, 8, 5, 5, 5]


def test_links_to_folders_are_followed_but_never_back(small_rows, tmp_path):
    write(tmp_path / "faces", small_rows, EMOTIONS)
    (tmp_path / "faces/train/happy").rename(tmp_path / "elsewhere")
    (tmp_path / "faces/train/happy").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere/back").symlink_to(tmp_path)
    (tmp_path / "elsewhere/again").symlink_to(tmp_path / "elsewhere")
    assert open_dataset(tmp_path / "faces").train.counts.tolist() == [5] * 7
