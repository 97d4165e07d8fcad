"""FER2013's splits are recognized by their counts, and every published result has a source."""

import numpy as np
import pytest
from helpers.made_reports import CASES, make

from fer.data.dataset import USAGE_CODES
from fer.data.labels import EMOTIONS
from fer.evaluation import stored
from fer.evaluation.references import (
    OFFICIAL_SPLITS,
    REFERENCES,
    about,
    about_lines,
    is_comparable,
    judged_on,
    split_name,
)
from fer.runs.store import RunStore


def official(name: str, **changes):
    return make(np.repeat(range(7), OFFICIAL_SPLITS[name]), dataset="faces", **changes)


@pytest.mark.parametrize("name", OFFICIAL_SPLITS)
def test_an_official_split_has_3589_images_and_is_recognized_in_any_order(name):
    report = official(name, split="val")
    assert name in USAGE_CODES and len(report) == 3589 and split_name(report) == name
    assert split_name(report.part(np.random.default_rng(0).permutation(3589))) == name


@pytest.mark.parametrize(("split", "name"), [("val", "PublicTest"), ("test", "PrivateTest")])
def test_the_shipped_reports_are_on_the_official_splits(split, name):
    report = stored.report(RunStore()["mini_xception"], "fer2013", split)
    assert report and split_name(report) == name
    assert about(report) == f"mini_xception on fer2013 {name}, n = 3,589, single pass"


def test_an_official_split_is_recognized_whatever_the_order_of_the_classes():
    report = official("PrivateTest").in_order(sorted(EMOTIONS))
    assert split_name(report) == "PrivateTest" and is_comparable(report)


def test_other_images_or_labels_keep_their_own_name():
    assert split_name(official("PrivateTest").part(np.arange(3588))) == "test"
    assert split_name(official("PrivateTest", labels=EMOTIONS[::-1])) == "test"
    assert all(split_name(report) == report.split for report in CASES.values())


def test_a_test_split_that_is_not_privatetest_alone_is_never_set_beside_published_results():
    """Kaggle's folder copies: PublicTest and PrivateTest together, or with an image that cannot be read."""
    both = [sum(counts) for counts in zip(*OFFICIAL_SPLITS.values(), strict=True)]
    mixed = make(np.repeat(range(7), both), dataset="msambare-fer2013")
    assert len(mixed) == 7178 and split_name(mixed) == "test"
    half = mixed.part(np.random.default_rng(0).permutation(7178)[:3589])  # as many, but others
    assert split_name(half) == "test"
    assert split_name(official("PrivateTest").part(np.arange(1, 3589))) == "test"


def test_only_privatetest_is_set_beside_published_results_whatever_a_split_is_called():
    assert is_comparable(official("PrivateTest")) and not is_comparable(official("PublicTest"))
    assert not is_comparable(official("PrivateTest").part(np.arange(3588))), "some images are missing"
    assert not is_comparable(official("PrivateTest", labels=EMOTIONS[::-1])), "other labels"
    assert not any(is_comparable(report) for report in CASES.values())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "m on d test, n = 3, single pass"),
        ({"tta": True}, "m on d test, n = 3, test-time augmentation"),
        ({"dataset": "mine", "split": "all"}, "m on mine, n = 3, single pass"),
    ],
)
def test_captions_name_model_data_split_count_and_inference_mode(changes, words):
    report = make([0, 1, 2], **changes)
    assert about(report) == ", ".join(about_lines([report])) == words
    assert ", ".join(about_lines([report, report])) == f"2 models on {judged_on(report)}" and judged_on(report) in words


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda reference: reference.name)
def test_a_published_result_is_plausible_and_has_a_link(reference):
    assert 0.5 < reference.accuracy < 0.8 and 0 <= reference.spread < 0.1
    assert "https://" in reference.source and reference.name and reference.note


def test_published_results_have_unique_names():
    assert len({reference.name for reference in REFERENCES}) == len(REFERENCES)
