"""Evaluations on a split or on a user's photos, and reproductions of a stored report."""

from dataclasses import replace

import numpy as np
import pytest
from helpers.made_reports import make

from fer.data.dataset import Split
from fer.data.labelled_photos import LabelledFaces
from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.evaluation.evaluate import evaluate, evaluate_faces, reproduction
from fer.evaluation.report import Report
from fer.inference.classifier import BATCH, Classifier
from fer.runs.run import Run
from fer.runs.store import RunStore


@pytest.fixture(scope="module")
def run() -> Run:
    return RunStore()["mini_xception"]


def chosen(split: Split, index) -> Split:
    """The images of a split at these positions; repeats allowed."""
    index = np.asarray(index, int)
    return Split(*(getattr(split, name)[index] for name in ("images", "targets", "rows", "groups", "leaked")))


@pytest.mark.parametrize("tta", [False, True], ids=["single pass", "augmented"])
@pytest.mark.parametrize(("split", "n"), [("train", 35), ("val", 7), ("test", 14), ("all", 56)])
def test_every_image_of_a_split_is_evaluated(split, n, tta, run, dataset):
    report, part = evaluate(run, dataset, split, tta=tta), dataset.split(split)
    assert (report.model, report.dataset, report.split, report.tta) == ("mini_xception", "small", split, tta)
    assert len(report) == n and (report.rows == part.rows).all() and (report.targets == part.labels).all()
    assert (report.leaked == part.leaked).all() and report.fingerprint == dataset.fingerprint
    expected = Classifier(run).probabilities(part.images, tta=tta)
    np.testing.assert_allclose(report.probabilities, expected, atol=1e-5)


def test_augmented_predictions_differ(run, dataset):
    plain, augmented = (evaluate(run, dataset, "test", tta=tta) for tta in (False, True))
    assert abs(plain.probabilities - augmented.probabilities).max() > 0.01


@pytest.mark.parametrize("tta", [False, True])
def test_progress_is_reported_after_every_batch(tta, run, dataset):
    many = replace(dataset, test=chosen(dataset.test, np.tile(np.arange(14), 10)))
    reported = []
    evaluate(run, many, "test", tta=tta, on_progress=lambda done, n: reported.append((done, n)))
    assert reported == [(BATCH, 140), (2 * BATCH, 140), (140, 140)]


def test_leaked_images_are_marked(run, dataset):
    leaked = np.arange(14) % 2 == 0
    report = evaluate(run, replace(dataset, test=replace(dataset.test, leaked=leaked)), "test")
    assert (report.leaked == leaked).all() and report.score().leak_free_n == 7


def test_a_run_with_other_labels_is_refused(run, dataset):
    with pytest.raises(FerError, match=r"'mini_xception' predicts angry, .*, but small has a, b, c"):
        evaluate(run, replace(dataset, labels=tuple("abcdefg")), "test")


def test_labels_in_another_order_are_the_same_labels(run, dataset):
    """As of a .tflite whose classes are in alphabetical order."""
    turned = replace(dataset, labels=EMOTIONS[::-1])
    report = evaluate(run, turned, "test")
    assert report.labels == EMOTIONS
    assert [EMOTIONS[i] for i in report.targets] == [turned.labels[i] for i in dataset.test.labels]


def test_a_carved_split_of_data_that_has_changed_is_refused(models, dataset):
    run = models["mini_xception"]
    known = replace(run.card.data, name=dataset.name, fingerprint=dataset.fingerprint, carved=("test",))
    run.card = replace(run.card, data=known)
    grown = replace(dataset, carved=("test",), fingerprint="0")
    assert evaluate(run, replace(grown, fingerprint=dataset.fingerprint), "test") and evaluate(run, grown, "val")
    for split in ("test", "all"):
        with pytest.raises(FerError, match="small has changed since mini_xception was trained, so its"):
            evaluate(run, grown, split)


def test_an_empty_or_unknown_split_is_refused(run, dataset):
    with pytest.raises(FerError, match="val split of small has no images"):
        evaluate(run, replace(dataset, val=chosen(dataset.val, [])), "val")
    with pytest.raises(FerError, match=r"Unknown split 'tset'\. Valid: train, val, test, all"):
        evaluate(run, dataset, "tset")


@pytest.mark.parametrize("tta", [False, True])
def test_a_users_photos_are_evaluated_like_any_data_set(tta, run, dataset):
    part = dataset.test
    names = tuple(f"{i}.jpg" for i in range(14))
    faces = LabelledFaces(part.images, part.labels, names, (), ())
    report = evaluate_faces(run, faces, "mine", tta=tta)
    assert (report.model, report.dataset, report.split, report.tta) == ("mini_xception", "mine", "all", tta)
    assert report.rows.tolist() == list(range(14)) and not report.leaked.any() and report.labels == EMOTIONS
    assert report.fingerprint == faces.fingerprint and (report.targets == part.labels).all()
    assert (report.probabilities == evaluate(run, dataset, "test", tta=tta).probabilities).all()


def test_an_empty_set_of_photos_is_refused(run):
    none = LabelledFaces(np.empty((0, 48, 48), np.uint8), np.empty(0, np.int64), (), (), ())
    with pytest.raises(FerError, match="mine has no images"):
        evaluate_faces(run, none, "mine")


STORED = make([0, 1, 2], [0, 1, 1])
NEARLY = replace(STORED, probabilities=STORED.probabilities + np.float32(1e-6) * np.eye(3, 7, dtype=np.float32))
OTHERWISE = "has other images, labels or duplicates than this d."
REPRODUCTIONS = {
    "the same": (STORED, True, "Reproduced exactly: all 21 probabilities are bit-identical."),
    "nearly": (NEARLY, True, "Reproduced: all 3 predictions match; probabilities differ by at most 1.0e-06."),
    "another prediction": (make([0, 1, 2], [0, 1, 2]), False, "1 of 3 predictions differ from the stored report."),
    "other rows": (
        make([0, 1, 2], [0, 1, 1], rows=np.arange(3)),
        False,
        OTHERWISE,
    ),
    "fewer rows": (make([0, 1], [0, 1]), False, OTHERWISE),
    "other images": (
        make([0, 1, 2], [0, 1, 1], fingerprint="e"),
        False,
        OTHERWISE,
    ),
    "other targets": (make([0, 1, 1], [0, 1, 1]), False, OTHERWISE),
    "other duplicates": (make([0, 1, 2], [0, 1, 1], leaked=[0]), False, "duplicates than this d."),
    "other labels": (
        make([0, 1, 2], labels=EMOTIONS[::-1]),
        False,
        OTHERWISE,
    ),
}


@pytest.mark.parametrize(("fresh", "same", "sentence"), REPRODUCTIONS.values(), ids=REPRODUCTIONS)
def test_a_new_report_is_compared_with_the_stored_one(fresh, same, sentence):
    found, words = reproduction(STORED, fresh)
    assert found is same and words.endswith(sentence)


def test_a_stored_report_is_reproduced_exactly(run, dataset):
    stored = Report.from_json(evaluate(run, dataset, "test").to_json())
    same, words = reproduction(stored, evaluate(run, dataset, "test"))
    assert same and words == "Reproduced exactly: all 98 probabilities are bit-identical."
