"""Imports of external networks: those that fit become runs with unchanged predictions.

One `.keras` and one `.tflite` file are imported completely; for the others, Keras runs the wrapped network, without a
conversion to LiteRT for each.
"""

import keras
import numpy as np
import pytest
from helpers.made_networks import network
from keras import layers

from fer.charts import document
from fer.data.catalog import open_dataset
from fer.data.formats import synthetic
from fer.data.labels import EMOTIONS, output_names
from fer.errors import FerError
from fer.evaluation import stored
from fer.evaluation.evaluate import evaluate
from fer.inference.classifier import Classifier
from fer.inference.probabilities import softmax
from fer.runs.card import TrainingData
from fer.runs.config import TrainConfig
from fer.runs.run import Run, files_of
from fer.runs.store import RunStore
from fer.system import processor
from fer.training.export.cost import multiply_adds
from fer.training.export.keras_file import load
from fer.training.imported import import_model as importing
from fer.training.imported.import_model import import_model

LABELS = ",".join(EMOTIONS)
NAMES = "Anger, Disgust, Fear, Happiness, Neutral, Sadness, Surprised"  # as others call them, in another order
ORDER = [0, 1, 2, 3, 5, 6, 4]  # of those, so that they stand as EMOTIONS
FACES = synthetic.draw(2, seed=5)[0]


@pytest.fixture(autouse=True)
def store(tmp_path, only_runs_in) -> RunStore:
    return only_runs_in(tmp_path / "models")


def demanding() -> keras.Model:
    """A network around which everything is put: scaling, resizing, three channels, a logarithm and another order."""
    made = network((64, 64, 3))
    return keras.Model(made.input, layers.Softmax()(made.output))


@pytest.fixture(scope="module")
def from_keras(small_npz, tmp_path_factory) -> Run:
    """The demanding network, imported whole and judged. Read it; do not change it."""
    root = tmp_path_factory.mktemp("imported")
    demanding().save(root / "other.keras")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fer.runs.store.MODELS", root / "models")
        return import_model(root / "other.keras", NAMES, name="other", scale="0-1", data=str(small_npz))


@pytest.fixture(scope="module")
def from_tflite(trained_run, tmp_path_factory) -> Run:
    """The file of a trained run, imported whole and not judged. Read it; do not change it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fer.runs.store.MODELS", tmp_path_factory.mktemp("imported"))
        return import_model(trained_run.tflite_path, LABELS, name="lite")


def fitted(path, labels: str, scale: str | None = None) -> tuple[np.ndarray, tuple[str, ...], int]:
    """What Keras answers with the network in the layers that fit it, and its labels and weights."""
    made, names, parameters = importing._from_keras(path, output_names(labels), scale)
    assert made.input_shape == (None, 48, 48, 1) and made.inputs[0].dtype == "uint8"
    logits = made.predict_on_batch(FACES[..., None])
    assert logits.dtype == np.float32
    return softmax(logits), names, parameters


def prepared(shape, factor, offset) -> np.ndarray:
    """The faces as another project would have made them, by Keras on its own."""
    faces = FACES[..., None].astype(np.float32) * factor + offset
    return np.repeat(np.asarray(keras.ops.image.resize(faces, shape[:2])), shape[2], axis=-1)


def test_an_imported_run_answers_as_it_did_where_it_came_from(from_keras):
    run, made = from_keras, demanding()
    answers = np.asarray(made(prepared((64, 64, 3), 1 / 255, 0)))
    np.testing.assert_allclose(Classifier(run).probabilities(FACES), answers[:, ORDER], atol=1e-4)
    assert run.is_usable and run.status.state == "finished" and run.card.parameters == made.count_params()
    assert run.labels == EMOTIONS


@pytest.mark.parametrize("end", [None, "softmax"])
@pytest.mark.parametrize(
    ("shape", "scale", "factor", "offset"),
    [
        ((48, 48, 1), "0-255", 1, 0),
        ((48, 48, 1), "0-1", 1 / 255, 0),
        ((64, 64, 1), "-1-1", 1 / 127.5, -1),
        ((64, 64, 3), "0-1", 1 / 255, 0),
    ],
)
def test_an_imported_network_answers_as_it_did_where_it_came_from(saved, shape, scale, factor, offset, end):
    made = network(shape, end=end)
    probabilities, _, parameters = fitted(saved(made), LABELS, scale)
    answers = np.asarray(made(prepared(shape, factor, offset)))
    np.testing.assert_allclose(probabilities, answers if end else softmax(answers), atol=1e-4)
    assert parameters == made.count_params()


@pytest.mark.parametrize(
    "made",
    [
        lambda: network(first=[layers.Rescaling(1 / 255)]),
        lambda: network(dtype="uint8", first=[layers.Rescaling(1 / 255)]),
    ],
    ids=["rescaling", "uint8"],
)
def test_a_network_that_scales_itself_needs_no_scale_and_takes_no_other(saved, made):
    original = made()
    wanted = softmax(np.asarray(original(FACES[..., None])))
    np.testing.assert_allclose(fitted(saved(original), LABELS)[0], wanted, atol=1e-4)
    with pytest.raises(FerError, match="would scale them twice"):
        import_model(saved(original), LABELS, scale="0-1")


def test_a_softmax_in_a_layer_of_its_own_is_undone_by_a_logarithm(saved):
    made = network()
    made = keras.Model(made.input, layers.Softmax()(made.output))
    wanted = np.asarray(made(prepared((48, 48, 1), 1, 0)))
    np.testing.assert_allclose(fitted(saved(made), LABELS, "0-255")[0], wanted, atol=1e-4)


def test_the_seven_emotions_come_in_this_projects_order_whatever_they_are_called(saved):
    made = network()
    probabilities, labels, _ = fitted(saved(made), NAMES, "0-1")
    answers = softmax(np.asarray(made(prepared((48, 48, 1), 1 / 255, 0))))
    np.testing.assert_allclose(probabilities, answers[:, ORDER], atol=1e-4)
    assert labels == EMOTIONS


def test_other_labels_are_kept_as_they_are(saved):
    probabilities, labels, _ = fitted(saved(network(classes=2)), "smiling, not smiling", "0-1")
    assert labels == ("smiling", "not smiling") and probabilities.shape == (14, 2)


def test_an_imported_runs_card_names_its_file_and_no_training(from_keras):
    run, card = from_keras, from_keras.card
    assert (
        card.imported.file == "other.keras" and card.imported.time == card.finished and len(card.imported.sha256) == 64
    )
    assert (card.architecture, card.labels) == ("imported", EMOTIONS) and card.finished.endswith("Z")
    assert (card.seed, card.epochs, card.best_epoch, card.training_seconds) == (None, 0, None, 0)
    assert (card.precision, card.backend, card.versions, card.machine) == ("unknown", "unknown", {}, None)
    assert (card.started_from, card.teachers, card.average_of) == (None, (), ())
    assert card.export.images == 21 and card.export.largest_difference <= 1e-3 and card.exports == {}
    assert card.macs == multiply_adds(load(run)) and card.bytes == run.tflite_path.stat().st_size
    assert card.ms > 0 and card.ms_on == processor.name() and not card.shipped and run.history == []
    assert files_of(run).keys() == {"keras", "float32"} and load(run).count_params() == card.parameters


def test_an_imported_run_that_was_not_evaluated_has_no_scores(from_tflite):
    card = from_tflite.card
    assert card.data == TrainingData("unknown", "unknown", None, 0, 0, 0)
    assert (card.temperature, card.temperature_tta, card.threshold) == (None, None, None)
    assert card.scores == () and card.test_score is None and from_tflite.history == []


def test_an_imported_run_is_evaluated_and_reported_like_any_other(from_keras, small_npz):
    run = from_keras
    assert run.card.test_score.n == 14 and run.card.temperature and len(stored.reports(run)) == 4
    report = evaluate(run, open_dataset(small_npz), "test")
    assert report.accuracy == run.card.test_score.accuracy
    text = document.render(run, report)
    assert (
        "trained elsewhere, on unknown data" in text
        and "other.keras, SHA-256" in text
        and "epochs" not in text.split("SHA")[-1]
    )


def test_a_tflite_of_this_projects_kind_is_imported_and_answers_the_same(from_tflite, trained_run):
    run, wanted = from_tflite, Classifier(trained_run).probabilities(FACES)
    np.testing.assert_array_equal(Classifier(run).probabilities(FACES), wanted)
    assert 0 < run.card.parameters <= trained_run.card.parameters and files_of(run).keys() == {"float32"}
    with pytest.raises(FerError, match=r"imported as \.tflite, which has no Keras network"):
        load(run)


def test_a_tflite_with_activation_maps_keeps_them_and_other_second_outputs_are_refused(
    from_tflite, trained_run, tmp_path
):
    assert Classifier(from_tflite).map_size == Classifier(trained_run).map_size == (3, 3)
    made = network(dtype="uint8", first=[layers.Rescaling(1.0)])
    features = made.layers[-3].output
    two = keras.Model(made.input, [made.output, layers.Conv2D(7, 1)(features)])
    two.export(tmp_path / "two.tflite", format="litert", verbose=False)
    with pytest.raises(FerError, match=r"returns \(21, 7\), \(21, 11, 11, 7\)\. Besides its logits"):
        import_model(tmp_path / "two.tflite", LABELS)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: network(), r"takes float32 \(-1, 48, 48, 1\)\. A .tflite must be one that takes uint8"),
        (lambda: network((64, 64, 1), dtype="uint8", first=[layers.Rescaling(1.0)]), r"takes uint8 \(-1, 64, 64, 1\)"),
        (lambda: network(dtype="uint8", first=[layers.Rescaling(0.01)], end="softmax"), "returns probabilities for 7"),
        (
            lambda: network(dtype="uint8", first=[layers.Rescaling(1.0)], classes=5),
            "has 5 outputs, but 7 labels were given",
        ),
    ],
)
def test_a_tflite_that_does_not_fit_is_refused_with_what_is_expected(made, message, tmp_path, store):
    made().export(tmp_path / "other.tflite", format="litert", verbose=False)
    with pytest.raises(FerError, match=message):
        import_model(tmp_path / "other.tflite", LABELS)
    assert not list(store)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: network(), "input range is unknown. State the one used in its training: --scale 0-1"),
        (lambda: network(classes=5), "5 labels|7 labels were given"),
        (lambda: network((48, 48, 4)), "1 or 3"),
        (lambda: network((1024, 1024, 1)), "sides of 16 to 512 pixels"),
        (lambda: network(end="sigmoid", first=[layers.Rescaling(1.0)]), "like a sigmoid"),
        (lambda: keras.Sequential([keras.Input((7,)), layers.Dense(7)]), "must take images"),
    ],
)
def test_a_network_that_does_not_fit_is_refused_with_what_is_expected(made, message, saved, store):
    with pytest.raises(FerError, match=message):
        import_model(saved(made()), LABELS)
    assert not list(store)


@pytest.mark.parametrize(
    "labels", ["one", "", "a,b\0", "a,a", "a,,b", "happy,happiness", ",".join(map(str, range(21)))]
)
def test_labels_must_be_two_to_twenty_different_names(labels, saved):
    with pytest.raises(FerError, match=r"must be 2 to 20 different names|must not contain control characters"):
        import_model(saved(network()), labels, scale="0-1")


def test_a_name_that_is_taken_or_data_of_other_labels_is_refused(saved, small_npz, store):
    path = saved(network())
    store.create(TrainConfig(), "other")
    with pytest.raises(FerError, match="already exists"):
        import_model(path, LABELS, name="other", scale="0-1")
    with pytest.raises(FerError, match="small has the labels angry"):
        import_model(saved(network(classes=2)), "yes,no", scale="0-1", data=str(small_npz))
    assert [run.id for run in store] == ["other"]
