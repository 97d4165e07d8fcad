"""A lesson kept as a run: its file answers as the head does, and everything else works with it."""

import base64
import shutil
from dataclasses import replace

import numpy as np
import pytest

from fer.data.formats import synthetic
from fer.errors import FerError
from fer.inference.classifier import Classifier
from fer.runs.exports import obstacle
from fer.runs.run import Run
from fer.runs.store import BUNDLED, RunStore
from fer.teaching import network, sent
from fer.teaching.keep import head_of, keep
from fer.teaching.lesson import Lesson, Recordings, teach
from pages.parts.models import card

LABELS = ("smile", "frown", "raised eyebrows")
CHOSEN = {3: 0, 0: 1, 5: 2}  # of the drawn faces' emotions: happy, angry, surprise


@pytest.fixture(scope="module")
def source():
    return RunStore(BUNDLED)["vgg_small"]


def drawn(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    images, labels = synthetic.draw(count, seed=seed)
    rows = np.isin(labels, list(CHOSEN))
    return images[rows], np.array([CHOSEN[label] for label in labels[rows]])


@pytest.fixture(scope="module")
def lesson(source) -> Lesson:
    faces, classes = drawn(20, seed=1)
    return teach(Recordings(LABELS, network.features_of(source, faces), classes, np.arange(len(classes))))


def test_features_times_the_head_are_the_logits(source):
    faces, _ = drawn(4, seed=2)
    features = network.features_of(source, faces)
    assert features.shape == (12, network.width_of(source)) and features.dtype == np.float32
    assert network.features_of(source, faces[:0]).shape == (0, 256)


@pytest.mark.parametrize("name", ["vgg_small", "mini_xception"], ids=["linear layer", "class maps"])
def test_the_kept_run_answers_as_the_head_and_has_activation_maps(name, tmp_path):
    source = RunStore(BUNDLED)[name]
    faces, classes = drawn(20, seed=1)
    lesson = teach(Recordings(LABELS, network.features_of(source, faces), classes, np.arange(len(classes))))
    run = keep(RunStore(tmp_path), source, lesson, "mine")
    faces, _ = drawn(5, seed=3)
    classifier = Classifier(run)
    logits = classifier.logits(faces)
    expected = network.features_of(source, faces) @ lesson.kernel.T + lesson.bias
    np.testing.assert_allclose(logits, expected, atol=1e-4)
    np.testing.assert_allclose(classifier.activation_maps(faces).mean(axis=(1, 2)), logits, atol=1e-4)
    assert run.labels == LABELS and run.is_usable and run.state == "finished"
    assert network.is_teachable(run), "what was taught can be taught again"


def test_three_drawn_expressions_of_unseen_persons_are_told_apart():
    """The flagship reaches 98.9% (n = 180) when it has seen 60 of each."""
    flagship = RunStore(BUNDLED)["flagship"]
    (faces, classes), (others, truth) = drawn(30, seed=1), drawn(30, seed=99)
    taught = teach(Recordings(LABELS, network.features_of(flagship, faces), classes, np.arange(len(classes))))
    answers = (network.features_of(flagship, others) @ taught.kernel.T + taught.bias).argmax(axis=1)
    assert (answers == truth).mean() >= 0.95
    assert taught.judgement and taught.judgement.interval[0] < (answers == truth).mean()


def test_the_card_names_the_source_and_the_cross_validated_score(source, lesson, tmp_path):
    kept = keep(RunStore(tmp_path), source, lesson, "mine").card
    score = kept.score("val")
    assert kept.started_from and kept.started_from.run == "vgg_small"
    assert kept.data.train == 60 and not kept.data.is_drawn and kept.test_score is None
    assert score and score.accuracy == lesson.judgement.accuracy and score.interval == lesson.judgement.interval
    assert kept.parameters == source.card.parameters - 4 * 257


def test_models_names_the_source_and_what_the_accuracy_holds_for(source, lesson, tmp_path):
    run = keep(RunStore(tmp_path), source, lesson, "mine")
    told = card._taught(run)
    assert (
        "vgg" in told and "with 60 faces" in told and "(95% interval " in told and "cross-validated over takes" in told
    )
    assert card._taught(source) == ""
    run.card = replace(run.card, scores=())
    assert "Accuracy unknown" in card._taught(run)


def test_the_head_is_kept_as_arrays_and_no_face_is(source, lesson, tmp_path):
    run = keep(RunStore(tmp_path), source, lesson, "mine")
    assert sorted(path.name for path in run.path.iterdir()) == [
        *("card.json", "config.json", "head.npz", "model.tflite", "status.json")
    ]
    kernel, bias = head_of(run)
    assert (kernel == lesson.kernel).all() and (bias == lesson.bias).all()
    assert head_of(source) is None
    assert obstacle(run, "float16") == "" and "none are kept of what was taught" in obstacle(run, "int8")
    (run.path / "head.npz").write_bytes(b"no zip")
    with pytest.raises(FerError, match="damaged"):
        head_of(run)


def test_a_network_without_a_layer_to_replace_says_that_it_cannot_be_taught(tmp_path):
    whole = RunStore(BUNDLED)["mini_xception"]
    run = Run(shutil.copytree(whole.path, tmp_path / "headless"))
    run.tflite_path.write_bytes(network.without_head(whole))
    assert network.is_teachable(whole) and not network.is_teachable(run)
    with pytest.raises(FerError, match="headless can't learn your classes"):
        network.width_of(run)


def test_a_head_of_another_width_is_refused_and_a_failed_run_leaves_nothing(source, lesson, tmp_path, monkeypatch):
    narrow = Lesson(lesson.recordings, lesson.kernel[:, :5], lesson.bias, None)
    with pytest.raises(FerError, match="must have 256 weights"):
        keep(RunStore(tmp_path), source, narrow, "mine")
    monkeypatch.setattr("fer.teaching.keep.card", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        keep(RunStore(tmp_path), source, lesson, "mine")
    assert list(RunStore(tmp_path)) == []


def message(**change) -> dict:
    features = np.arange(24, dtype="<f4").reshape(6, 4)
    given = {"labels": ["a", "b"], "classes": [0, 0, 0, 1, 1, 1], "takes": [0, 0, 1, 2, 2, 3]}
    return given | {"features": base64.b64encode(features.tobytes()).decode()} | change


def test_what_a_browser_sends_becomes_recordings():
    found = sent.recordings(message(), 4)
    assert found.labels == ("a", "b") and found.features[1].tolist() == [4, 5, 6, 7] and found.faces.tolist() == [3, 3]
    assert sent.packed(found.features) == message()["features"]


@pytest.mark.parametrize(
    "given",
    [
        *(None, [], {}, message(labels="ab"), message(labels=[1, 2]), message(classes=[0.5] * 6)),
        *(message(classes=[-1] * 6), message(takes=[10**30] * 6), message(takes=[True] * 6)),
        *(message(features="!"), message(features=None), message(features="AAAA"), message(classes=[0])),
    ],
)
def test_what_a_browser_must_not_send_is_refused(given):
    with pytest.raises(FerError):
        sent.recordings(given, 4)
