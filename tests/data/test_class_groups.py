"""Selecting and merging classes with a line of text."""

import numpy as np
import pytest

from fer.data.class_groups import parse
from fer.data.dataset import Rows, assemble
from fer.data.labels import EMOTIONS
from fer.errors import FerError

NOT_HAPPY = "happy, not happy=angry+disgust+fear+sad+surprise+neutral"


@pytest.mark.parametrize(
    ("text", "names", "places"),
    [
        ("", EMOTIONS, (0, 1, 2, 3, 4, 5, 6)),
        ("  ", EMOTIONS, (0, 1, 2, 3, 4, 5, 6)),
        (NOT_HAPPY, ("happy", "not happy"), (1, 1, 1, 0, 1, 1, 1)),
        ("sad, happy", ("sad", "happy"), (-1, -1, -1, 1, 0, -1, -1)),
        ("Joy , ANGER", ("happy", "angry"), (1, -1, -1, 0, -1, -1, -1)),
        ("gut=joy + surprised,schlecht = afraid", ("gut", "schlecht"), (-1, -1, 1, 0, -1, 0, -1)),
        ("sad=happy, angry", ("sad", "angry"), (1, -1, -1, 0, -1, -1, -1)),
    ],
)
def test_a_text_maps_each_class(text, names, places):
    grouping = parse(text, EMOTIONS)
    assert (grouping.names, grouping.places) == (names, places)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("happy", "2 to 20 classes, got 1: happy"),
        (",".join(f"c{i}=happy" for i in range(2)), "'happy' is listed twice"),
        ("happy, glad=joy+sad", "'happy' is listed twice"),
        ("hapy, sad", "Unknown label 'hapy'. Did you mean 'happy'?"),
        ("happy, sad, bored", "Unknown label 'bored'."),
        ("happy, ", "nothing before or after"),
        ("happy, =sad", "'=sad' needs a name before '='."),
        ("happy, not happy=", "nothing before or after"),
        ("happy, angry+sad", "'angry+sad' needs a name first, such as 'angry or sad=angry+sad'."),
        ("x=happy, X=sad", "Two classes have the same name: 'x' and 'X'"),
        ("a\tb=happy, sad", "must be printable text"),
    ],
)
def test_an_invalid_text_is_refused(text, message):
    with pytest.raises(FerError) as refusal:
        parse(text, EMOTIONS)
    assert message in str(refusal.value) and repr(text) in str(refusal.value)


def test_up_to_twenty_custom_classes_can_be_chosen():
    names = tuple(f"c{i}" for i in range(20))
    assert parse(", ".join(names), names).places == tuple(range(20))
    split = ", ".join(f"{name}={emotion}" for name, emotion in zip("abcdefg", EMOTIONS, strict=True))
    assert parse(split, EMOTIONS).names == tuple("abcdefg")


def test_names_that_cannot_be_used_in_a_text_are_reported():
    names = ("a, b", "c+d", "plain")
    with pytest.raises(FerError, match=r"Names with ',', '\+' or '=' can't be used here: rename a, b, c\+d\."):
        parse("plain, x=c+d", names)


def test_a_data_set_that_already_has_the_new_classes_is_reordered():
    assert parse(NOT_HAPPY, ("Not happy", "happy")).places == (1, 0)
    with pytest.raises(FerError, match="Unknown label 'angry'"):
        parse(NOT_HAPPY, ("happy", "not happy", "other"))


def test_votes_of_merged_classes_are_summed():
    votes = np.arange(14).reshape(2, 7)
    assert parse("a=angry+neutral, sad", EMOTIONS).fold(votes).tolist() == [[6, 4], [20, 11]]


def test_grouped_rows_keep_their_row_numbers_and_get_a_new_fingerprint(small_rows):
    prints = {small_rows.fingerprint}
    for text in (NOT_HAPPY, "happy, sad", "sad, happy", "glad=happy, sad"):
        rows = small_rows.grouped(parse(text, EMOTIONS))
        prints.add(rows.fingerprint)
        dataset = assemble(rows, name="x", source="x", format="npz")
        assert dataset.labels == rows.names and dataset.fingerprint == rows.fingerprint
        for part in (dataset.train, dataset.val, dataset.test):
            assert (part.images == small_rows.images[part.rows]).all() and part.targets.shape[1] == 2
            assert (part.labels == rows.labels[part.rows]).all() and (rows.labels[part.rows] >= 0).all()
    assert len(prints) == 5
    assert len(assemble(small_rows.grouped(parse("happy, sad", EMOTIONS)), name="", source="", format="").train) == 10


@pytest.mark.parametrize("text", ["", ", ".join(EMOTIONS), "joy=happy, " + ", ".join(EMOTIONS).replace("happy, ", "")])
def test_the_same_classes_in_the_same_order_change_nothing(text, small_rows):
    rows = small_rows.grouped(parse(text, EMOTIONS))
    assert (rows is small_rows) == (rows.names == EMOTIONS) == ("joy" not in text)


def test_dropped_classes_count_neither_as_leaks_nor_as_faults():
    images = np.random.default_rng(0).integers(0, 256, (3, 48, 48), np.uint8)[[0, 1, 2, 0, 1]]
    rows = Rows.of(
        images, [0, 3, 4, 3, 3], [0, 0, 0, 2, 2]
    )  # the first test image's duplicate is labelled angry in training
    whole, part = (
        assemble(rows.grouped(parse(text, EMOTIONS)), name="", source="", format="") for text in ("", "happy, sad")
    )
    assert whole.test.leaked.tolist() == [True, True] and part.test.leaked.tolist() == [False, True]
    assert part.test.rows.tolist() == [3, 4] and part.faults()["surplus duplicates"] == 1
    assert whole.faults()["duplicate groups with conflicting labels"] == 1
    assert part.faults()["duplicate groups with conflicting labels"] == 0


def test_dropping_the_whole_training_split_is_refused(small_rows):
    rows = Rows.of(small_rows.images[:2], [0, 1], [0, 2])
    with pytest.raises(FerError, match="contains no training images"):
        assemble(rows.grouped(parse("happy, disgust", EMOTIONS)), name="x", source="x", format="npz")
