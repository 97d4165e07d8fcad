"""Single-pass and six-view predictions of the shipped light model."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from scipy import special

from fer.data.formats import synthetic
from fer.errors import FerError
from fer.evaluation.report import Report
from fer.faces.crop import Face, crop
from fer.inference import reader
from fer.inference.classifier import BATCH, Classifier
from fer.inference.reader import EmotionReader
from fer.inference.tta import views
from fer.runs.card import Card
from fer.runs.store import BUNDLED, RunStore
from fer.system.files import remove_folder, write_atomically


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(RunStore()["mini_xception"])


@pytest.fixture(scope="module")
def drawn() -> np.ndarray:
    return synthetic.draw(2, seed=5)[0]


@pytest.mark.parametrize("n", [0, 1, 14])
def test_there_are_six_views_the_first_unchanged_and_the_last_three_mirrored(n, drawn):
    images, kept = drawn[:n], drawn[:n].copy()
    seen = views(images)
    assert len(seen) == 6 and all(view.shape == (n, 48, 48) and view.dtype == np.uint8 for view in seen)
    assert (seen[0] == images).all() and (images == kept).all()
    for view, mirrored in zip(seen[:3], seen[3:], strict=True):
        assert (mirrored == view[:, :, ::-1]).all()


def test_the_second_view_is_zoomed_in_and_the_third_zoomed_out():
    square = np.zeros((1, 48, 48), np.uint8)
    square[:, 12:36, 12:36] = 200
    same, nearer, farther = (view.sum(dtype=int) for view in views(square)[:3])
    assert nearer / same == pytest.approx((48 / 44) ** 2, rel=0.02)
    assert farther / same == pytest.approx((48 / 52) ** 2, rel=0.02)


def test_the_zoomed_out_view_repeats_its_edges_instead_of_adding_a_border():
    flat = np.full((1, 48, 48), 77, np.uint8)
    assert all((view == 77).all() for view in views(flat))


@pytest.mark.parametrize("tta", [False, True])
def test_probabilities_are_the_mean_of_the_softmax_over_the_views(tta, classifier, drawn):
    seen = views(drawn) if tta else [drawn]
    expected = np.mean([special.softmax(classifier.logits(view).astype(np.float64), axis=1) for view in seen], axis=0)
    found = classifier.probabilities(drawn, tta=tta)
    assert found.dtype == np.float32 and found.shape == (14, 7)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)


def test_a_mirrored_face_gets_the_same_augmented_prediction(classifier, drawn):
    mirrored = drawn[:, :, ::-1]
    assert abs(classifier.probabilities(drawn) - classifier.probabilities(mirrored)).max() > 0.01
    straight, turned = (classifier.probabilities(images, tta=True) for images in (drawn, mirrored))
    np.testing.assert_allclose(straight, turned, atol=0.005)  # a scaled pixel may be rounded the other way


@pytest.mark.parametrize("tta", [False, True])
def test_calibrated_predictions_match_a_report_at_the_runs_temperature(tta, classifier, drawn):
    answers = classifier.probabilities(drawn, tta=tta)
    rows, temperature = np.arange(14), classifier.run.card.temperature_of(tta=tta)
    report = Report("m", "d", "val", tta, classifier.labels, rows, rows % 7, answers, rows < 0, "")
    calibrated = classifier.probabilities(drawn, tta=tta, calibrated=True)
    np.testing.assert_array_equal(calibrated, report.at_temperature(temperature).probabilities)
    if not tta:
        expected = special.softmax(classifier.logits(drawn) / temperature, axis=1)
        np.testing.assert_allclose(calibrated, expected, atol=1e-5)


def test_without_a_temperature_predictions_are_unchanged(classifier, drawn, monkeypatch):
    monkeypatch.setattr(Card, "temperature_of", lambda card, *, tta: None)
    answers = classifier.probabilities(drawn)
    np.testing.assert_array_equal(classifier.probabilities(drawn, calibrated=True), answers)


@pytest.mark.parametrize("tta", [False, True])
def test_a_readers_predictions_are_calibrated(classifier, tta):
    photo = np.repeat(synthetic.draw(1, seed=5)[0][0][..., None], 3, axis=2)
    (answer,) = EmotionReader(classifier, detector="whole", tta=tta).read(photo)
    crop = np.asarray(Image.fromarray(photo).convert("L"))[None]
    expected = classifier.probabilities(crop, tta=tta, calibrated=True, balance=True)[0]
    np.testing.assert_array_equal(answer.probabilities, expected)


def test_each_face_is_cropped_once_and_its_prediction_carries_the_crop(classifier, monkeypatch):
    image = np.random.default_rng(0).integers(0, 256, (90, 200, 3), np.uint8)
    found, cut = [Face((0, 0, 80, 80), 0.9), Face((90, 5, 150, 80), 0.8)], []
    monkeypatch.setattr(reader, "crop", lambda image, face: cut.append(crop(image, face)) or cut[-1])
    answers = EmotionReader(classifier, detector=lambda image: found).read(image)
    assert len(cut) == 2 and [answer.face for answer in answers] == found
    for answer, seen in zip(answers, cut, strict=True):
        np.testing.assert_array_equal(answer.crop, seen)
        expected = classifier.probabilities(answer.crop[None], calibrated=True, balance=True)[0]
        np.testing.assert_allclose(answer.probabilities, expected, atol=1e-6)


def test_a_reader_accepts_a_models_name():
    assert EmotionReader("mini_xception").classifier.run.id == "mini_xception"
    with pytest.raises(FerError, match="flagship"):
        EmotionReader("flagshop")


@pytest.mark.parametrize("shape", [(0, 0, 3), (60, 50), (60, 50, 4)])
def test_an_array_that_is_not_an_image_is_refused(shape, classifier):
    with pytest.raises(FerError, match=r"An image must be uint8 \(H, W, 3\), RGB, got uint8"):
        EmotionReader(classifier).read(np.zeros(shape, np.uint8))
    with pytest.raises(FerError, match="got float64"):
        EmotionReader(classifier).read(np.zeros((60, 50, 3)))


@pytest.mark.parametrize("tta", [False, True])
def test_no_faces_give_no_predictions_and_batches_do_not_matter(tta, classifier, drawn):
    assert classifier.probabilities(drawn[:0], tta=tta).shape == (0, 7)
    many = np.tile(drawn, (6, 1, 1))[: BATCH + 3]
    found = classifier.probabilities(many, tta=tta)
    np.testing.assert_allclose(found[-3:], classifier.probabilities(many[-3:], tta=tta), atol=1e-5)


@pytest.mark.parametrize("faces", [np.zeros((1, 48, 48)), np.zeros((48, 48), np.uint8)], ids=["floats", "no batch"])
def test_arrays_that_are_not_faces_are_refused(faces, classifier):
    with pytest.raises(FerError, match=r"faces must be uint8 \(N, 48, 48\), got"):
        classifier.probabilities(faces)


def test_a_card_with_another_number_of_classes_is_refused(tmp_path):
    store = RunStore(tmp_path, shipped=BUNDLED)
    run = store.writable(store["mini_xception"])
    run.card = replace(run.card, labels=run.card.labels[:5], scores=(), prior=())
    with pytest.raises(FerError, match="has 7 outputs, but the card of 'mini_xception' names 5 classes"):
        Classifier(run)


def test_many_threads_get_the_answers_of_one(classifier, drawn):
    expected = [classifier.probabilities(drawn[: 1 + i % 5], tta=bool(i % 2)) for i in range(40)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda i: classifier.probabilities(drawn[: 1 + i % 5], tta=bool(i % 2)), range(40)))
    for one, many in zip(expected, found, strict=True):
        np.testing.assert_allclose(many, one, atol=1e-6)


def test_a_model_that_is_deleted_or_exported_again_while_it_is_used_keeps_answering(tmp_path, drawn, monkeypatch):
    store = RunStore(tmp_path, shipped=BUNDLED)
    run = store.writable(store["mini_xception"])
    monkeypatch.setattr("fer.inference.classifier.CORES", 3)
    classifier = Classifier(run)
    expected = classifier.logits(drawn)
    write_atomically(run.tflite_path, store["vgg_small"].tflite_path.read_bytes())
    with classifier._interpreters.lend():  # so that another one is made
        np.testing.assert_array_equal(classifier.logits(drawn), expected)
        remove_folder(run.path)
        with classifier._interpreters.lend():
            np.testing.assert_array_equal(classifier.logits(drawn), expected)


def test_an_error_leaves_a_classifier_usable(classifier, drawn):
    expected = classifier.logits(drawn)
    for _ in range(2 * (os.cpu_count() or 1)):
        with pytest.raises(RuntimeError, match="failed to reshape"):
            classifier.logits(drawn[:, :1, :1])
    np.testing.assert_array_equal(classifier.logits(drawn), expected)


@pytest.mark.parametrize("content", [b"", b"x" * 1000, None], ids=["empty", "noise", "a folder"])
def test_a_damaged_file_is_refused_with_a_sentence(tmp_path, content):
    store = RunStore(tmp_path, shipped=BUNDLED)
    run = store.writable(store["mini_xception"])
    path = tmp_path / "other.tflite"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(FerError, match="damaged"):
        Classifier(run, path=path)
