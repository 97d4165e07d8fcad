"""Class folders and npz files with custom class names."""

from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from helpers.made_folders import OWN, write

from fer.data import formats
from fer.data.catalog import open_dataset
from fer.data.class_groups import parse
from fer.data.dataset import Rows
from fer.data.formats import recognise
from fer.data.labels import EMOTIONS
from fer.errors import FerError


def test_folders_of_custom_classes_are_a_data_set(small_rows, tmp_path):
    folder = write(tmp_path / "faces", small_rows, OWN)
    for _ in range(2):  # the second time from the cache
        dataset = open_dataset(folder)
        assert dataset.labels == tuple(sorted(OWN, key=str.casefold)) and dataset.format == "folders"
        assert [part.counts.tolist() for part in (dataset.train, dataset.val, dataset.test)] == [
            [5] * 3,
            [1] * 3,
            [2] * 3,
        ]
    for label, name in enumerate(OWN):
        of_this_class = dataset.train.images[dataset.train.labels == dataset.labels.index(name)]
        assert {image.tobytes() for image in of_this_class} == {
            image.tobytes() for image in small_rows.images[(small_rows.labels == label) & (small_rows.usage == 0)]
        }


def test_class_folders_without_splits_are_recognized_by_their_images(small_rows, tmp_path):
    folder = write(tmp_path / "faces", small_rows, ("cat", "dog"), splits=())
    (folder / "list.csv").write_text("file,label\n")
    assert recognise(tmp_path) == (formats.FORMATS["folders"], folder)
    assert open_dataset(folder).labels == ("cat", "dog") and open_dataset(folder).carved == ("val", "test")
    (folder / "list.csv").unlink()
    (folder / "notes").mkdir()
    with pytest.raises(FerError, match="has no images in class folders"):
        recognise(folder)


def test_image_folders_next_to_a_csv_of_faces_are_not_classes(small_rows, write_csv, tmp_path):
    path = write_csv(small_rows)
    write(tmp_path, small_rows, ("cat", "dog"), splits=())
    assert recognise(tmp_path) == (formats.FORMATS["kaggle_csv"], path)


def test_folders_named_after_emotions_or_aliases_give_the_seven_emotions(small_rows, tmp_path):
    folder = write(tmp_path / "faces", small_rows, ("Anger", "disgusted", "fear"))
    dataset = open_dataset(folder)
    assert dataset.labels == EMOTIONS and dataset.train.counts.tolist() == [5, 5, 5, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("cat",), r"faces: There must be 2 to 20 classes, got 1: cat"),
        (("hapy", "sad"), r"faces: Unknown label 'hapy'\. Did you mean 'happy'\?"),
        (("Cat", "cat"), r"faces: Two classes have the same name"),
    ],
)
def test_invalid_class_folders_are_refused(names, message, small_rows, tmp_path):
    with pytest.raises(FerError, match=message):
        open_dataset(write(tmp_path / "faces", small_rows, names))
    with pytest.raises(FerError, match=message):
        open_dataset(write(tmp_path / "alone/faces", small_rows, names, splits=()))


def test_more_than_twenty_class_folders_are_refused(small_rows, tmp_path):
    rows = replace(small_rows, labels=np.arange(len(small_rows.labels)) % 21)
    with pytest.raises(FerError, match="There must be 2 to 20 classes, got 21: c0, c1, c10"):
        open_dataset(write(tmp_path / "faces", rows, tuple(f"c{i}" for i in range(21)), splits=()))


@pytest.mark.parametrize("misspelt", [False, True])
def test_every_split_must_have_the_same_classes(misspelt, small_rows, tmp_path):
    folder = write(tmp_path / "faces", small_rows, ("bird", "cat", "dog"))
    (folder / "test/dog").rename(folder / "test/dgo" if misspelt else tmp_path / "dog")
    with pytest.raises(
        FerError, match=r"test has no images of dog, unlike other splits\. Give every split the same class folders"
    ):
        open_dataset(folder)


# npz


def test_an_npz_can_name_its_classes(small_rows, write_npz):
    rows = small_rows.grouped(parse("angry, disgust, others=fear+happy+sad+surprise+neutral", EMOTIONS))
    arrays = {"images": rows.images, "usage": rows.usage}
    order = ["z", "a", "m"]
    by_number = open_dataset(write_npz("numbers.npz", labels=rows.labels, classes=order, **arrays))
    by_name = open_dataset(write_npz("names.npz", labels=np.array(order)[rows.labels], classes=order, **arrays))
    assert by_number.labels == by_name.labels == ("z", "a", "m") and by_number.fingerprint == by_name.fingerprint
    assert (by_number.train.labels == rows.labels[rows.usage == 0]).all()


def test_an_npz_whose_classes_are_emotions_gets_the_seven_emotions(small_rows, write_npz):
    arrays = {"images": small_rows.images, "usage": small_rows.usage}
    order = ["joy", *(emotion for emotion in EMOTIONS if emotion != "happy")]
    labels = [order.index({"happy": "joy"}.get(EMOTIONS[label], EMOTIONS[label])) for label in small_rows.labels]
    dataset = open_dataset(write_npz(labels=labels, classes=order, **arrays))
    assert dataset.labels == EMOTIONS and dataset.fingerprint == small_rows.fingerprint


@pytest.mark.parametrize(
    ("classes", "labels", "message"),
    [
        (["a", "b"], [0, 2], "labels must be 0 to 1, positions in classes, got 2"),
        (["a", "b"], [-1, 0], "labels must be 0 to 1, positions in classes, got -1"),
        (["happy", "sad"], [0, 5], "labels must be 0 to 1"),
        (["aa", "bb"], ["aa", "bc"], "Unknown label 'bc'. Valid: aa, bb"),
        ([0, 1], [0, 1], "classes must be a list of strings, got int64"),
        ([["a", "b"]], [0, 1], "classes must be a list of strings"),
        (["a"], [0, 0], "2 to 20 classes, got 1"),
        (["calm", "neutral", "sad"], [0, 1], "classes names one emotion twice, again as 'neutral'"),
    ],
)
def test_an_npz_with_invalid_classes_is_refused(classes, labels, message, write_npz):
    path = write_npz(images=np.zeros((2, 48, 48), np.uint8), labels=labels, classes=classes)
    with pytest.raises(FerError) as refusal:
        open_dataset(path)
    assert message in str(refusal.value)


# fingerprints


def test_with_the_seven_emotions_the_fingerprint_depends_only_on_the_arrays(small_rows):
    content = small_rows.images.tobytes() + small_rows.labels.tobytes() + small_rows.usage.tobytes()
    assert small_rows.fingerprint == sha256(content).hexdigest()
    names = {("x", *EMOTIONS[1:]), EMOTIONS, EMOTIONS[::-1]}
    arrays = (small_rows.images, small_rows.labels, small_rows.usage)
    assert len({Rows.of(*arrays, own).fingerprint for own in names}) == 3
