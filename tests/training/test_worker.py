"""What a finished run holds, and that its export answers as the trained network does."""

import os
import platform
import shutil
from dataclasses import replace

import keras
import numpy as np
import pytest

from fer.data.catalog import open_dataset
from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.evaluation import stored
from fer.evaluation.calibration import fit_temperature
from fer.inference.tta import views
from fer.runs.card import Machine
from fer.runs.store import RunStore
from fer.system import processor
from fer.training import averaging, scoring
from fer.training.export import keras_file, litert
from fer.training.threshold import sure_from
from fer.training.validation import judged_by, predict


def test_the_kept_network_is_the_best_epochs(trained_run):
    dataset = open_dataset(trained_run.config.data)
    accuracies = [epoch.val_accuracy for epoch in trained_run.history]
    assert judged_by(predict(keras_file.load(trained_run), dataset.val.images), dataset.val.labels)[
        "val_accuracy"
    ] == pytest.approx(max(accuracies))
    assert trained_run.card.best_epoch == accuracies.index(max(accuracies)) + 1


def test_a_finished_run_holds_all_that_is_needed_to_use_and_believe_it(trained_run, small_rows):
    run, card = trained_run, trained_run.card
    assert run.status.state == "finished" and run.is_usable and run.model_path.is_file()
    assert card.labels == run.labels == EMOTIONS
    assert (card.seed, card.epochs, card.precision, card.backend) == (3, 2, "float32", "tensorflow")
    assert {"python", "keras", "numpy", "ai-edge-litert", "tensorflow"} == card.versions.keys()
    assert card.machine == Machine(platform.system(), processor.name(), os.cpu_count()) and card.machine.processor
    assert card.training_seconds > 0 and card.finished.endswith("Z")
    assert card.data.fingerprint == small_rows.fingerprint and card.data.carved == ()
    assert (card.data.train, card.data.val, card.data.test) == (35, 7, 14)
    assert card.parameters == keras_file.load(run).count_params()


def test_the_export_was_checked_against_keras(trained_run):
    assert trained_run.card.export.images == 7
    assert 0 <= trained_run.card.export.largest_difference <= 1e-3


@pytest.mark.parametrize("tta", [False, True], ids=["single pass", "augmented"])
@pytest.mark.parametrize(("split", "images"), [("val", 7), ("test", 14)])
def test_a_finished_run_has_answered_every_image_of_val_and_test(trained_run, split, images, tta):
    report, part = (
        stored.report(trained_run, "small", split, tta=tta),
        open_dataset(trained_run.config.data).split(split),
    )
    assert len(report) == images and (report.rows == part.rows).all() and (report.targets == part.labels).all()
    score, calibrated = trained_run.card.score(split, tta=tta), trained_run.card.temperature_of(tta=tta)
    error = report.at_temperature(calibrated).calibration_error
    assert score == replace(report.score(), calibrated_error=pytest.approx(error))
    network, seen = keras_file.load(trained_run), views(part.images) if tta else [part.images]
    answers = [keras.ops.softmax(network.predict(view[..., None], verbose=0)) for view in seen]
    np.testing.assert_allclose(report.probabilities, np.mean(answers, axis=0), atol=1e-3)


def test_a_finished_run_has_a_score_and_a_report_for_each_split_and_way(trained_run):
    assert [score.key for score in trained_run.card.scores] == [
        "small-val",
        "small-val-tta",
        "small-test",
        "small-test-tta",
    ]
    assert sorted(stored.reports(trained_run)) == [
        ("small", split, tta) for split in ("test", "val") for tta in (False, True)
    ]


@pytest.mark.parametrize("tta", [False, True], ids=["single pass", "augmented"])
def test_the_temperature_on_the_card_is_the_best_on_val(trained_run, tta):
    val = stored.report(trained_run, "small", "val", tta=tta)
    temperature = trained_run.card.temperature_of(tta=tta)
    assert temperature == fit_temperature(val.targets, val.probabilities), "no image of val has a copy in train here"
    assert val.at_temperature(temperature).log_loss <= val.log_loss + 1e-6
    assert temperature == (trained_run.card.temperature_tta if tta else trained_run.card.temperature)


def test_the_threshold_on_the_card_is_of_vals_calibrated_answers(trained_run):
    val = stored.report(trained_run, "small", "val").at_temperature(trained_run.card.temperature)
    assert trained_run.card.threshold == sure_from(val.confidence, val.right)


def test_scoring_again_changes_nothing(trained_run, tmp_path):
    shutil.copytree(trained_run.path, tmp_path / "trained")
    run = RunStore(tmp_path)["trained"]
    shutil.rmtree(run.path / "reports")
    scoring.score(run, open_dataset(run.config.data))
    assert run.card == trained_run.card
    for dataset, split, tta in stored.reports(trained_run):
        path = run.report_path(dataset, split, tta=tta)
        assert path.read_text() == trained_run.report_path(dataset, split, tta=tta).read_text()


def test_an_average_has_the_mean_of_the_weights_and_names_its_members(trained_run, tmp_path):
    store = RunStore(tmp_path)
    for name in ("a", "b"):
        shutil.copytree(trained_run.path, tmp_path / name)
    network = keras_file.load(store["b"])
    network.set_weights([weight + 1 for weight in network.get_weights()])
    network.save(store["b"].model_path)
    run = averaging.average([store["a"], store["b"]], "mean")
    pairs = zip(keras_file.load(store["a"]).get_weights(), keras_file.load(run).get_weights(), strict=True)
    assert all(np.allclose(mine + 0.5, mean) for mine, mean in pairs)
    assert [member.run for member in run.card.average_of] == ["a", "b"] and len(run.history) == 4
    untold = [run.card.scores, run.card.exports, run.card.temperature, run.card.temperature_tta, run.card.threshold]
    assert not any(untold) and run.state == "finished", "not evaluated yet, and nothing to resume"
    with pytest.raises(FerError, match="at least two"):
        averaging.average([store["a"]])
    other = store["b"]
    other.card = replace(other.card, data=replace(other.card.data, name="else", fingerprint="0"))
    with pytest.raises(FerError, match="a was trained on small, but b on else, or on other splits of it"):
        averaging.average([store["a"], other])


def test_an_export_that_answers_otherwise_is_refused(trained_run, monkeypatch):
    monkeypatch.setattr(
        litert.Classifier, "logits", lambda self, images: np.eye(7, dtype=np.float32)[[0] * len(images)]
    )
    with pytest.raises(FerError, match="differs from the trained one"):
        litert.check(trained_run, np.zeros((3, 48, 48), np.uint8))
