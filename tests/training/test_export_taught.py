"""What was taught without TensorFlow becomes a Keras network with the head inside, and from it every other file."""

import shutil
import time
from dataclasses import replace

import numpy as np
import pytest

from fer.data.formats import synthetic
from fer.errors import FerError
from fer.inference.classifier import Classifier
from fer.runs.background_export import failure, is_at_work, start  # before the fixture `models` switches it off
from fer.runs.exports import obstacle
from fer.runs.run import Run, files_of
from fer.runs.store import RunStore
from fer.teaching import network
from fer.teaching.keep import keep
from fer.teaching.lesson import Recordings, teach
from fer.training.export import keras_file, litert


def taught_on(models: RunStore, name: str) -> Run:
    faces, classes = synthetic.draw(5, seed=0)
    faces, classes = faces[classes < 3], classes[classes < 3]
    source = models[name]
    lesson = teach(Recordings(("a", "b", "c"), network.features_of(source, faces), classes, np.arange(len(classes))))
    return keep(models, source, lesson, "mine")


@pytest.fixture(params=["vgg_small", "mini_xception"])
def taught(request, models) -> Run:
    return taught_on(models, request.param)


@pytest.fixture
def light(models) -> Run:
    return taught_on(models, "mini_xception")


@pytest.fixture
def patient(monkeypatch):
    """A process on a busy machine may take longer to begin."""
    monkeypatch.setattr("fer.runs.queue.GRACE_SECONDS", 60.0)


def ended(run: Run) -> Run:
    """The run, after the process that exports it has ended."""
    deadline = time.monotonic() + 240
    while is_at_work(run):
        assert time.monotonic() < deadline, "the export does not end"
        time.sleep(0.2)
    return run


def test_the_keras_network_answers_as_the_file_that_was_made_without_it(taught):
    made, check = keras_file.load(taught), litert.check(taught, synthetic.draw(3, seed=5)[0])
    assert made.output_shape == (None, 3) and check.largest_difference < 1e-3
    assert taught.model_path.is_file()
    before = Classifier(taught).logits(synthetic.draw(2, seed=6)[0])
    litert.export(taught)
    np.testing.assert_allclose(Classifier(taught).logits(synthetic.draw(2, seed=6)[0]), before, atol=1e-3)


def test_without_its_source_it_says_what_is_missing(taught):
    store = RunStore(taught.path.parent / "elsewhere")
    store.root.mkdir()
    moved = Run(shutil.copytree(taught.path, store.root / "mine"))
    moved.card = replace(moved.card, started_from=replace(moved.card.started_from, run="gone"))
    with pytest.raises(FerError, match="gone"):
        keras_file.load(moved)


def test_a_network_that_has_changed_since_is_refused_instead_of_answering_otherwise(light):
    arrays = dict(np.load(light.head_path))
    np.savez(light.head_path, kernel=-arrays["kernel"], bias=arrays["bias"])  # as if the features were others
    with pytest.raises(FerError, match="mini_xception has changed since mine was taught"):
        keras_file.load(light)
    assert not light.model_path.is_file()


def test_keras_and_onnx_files_are_made_in_the_background_while_the_run_stays_where_it_is(light, models, patient):
    assert start(models, light) and is_at_work(light) and failure(light) == ""
    while not light.is_held:
        assert is_at_work(light)
    with pytest.raises(FerError, match="mine is being exported"):
        models.rename("mine", "ours")
    made = {"keras", "float32"} | ({"onnx"} if not obstacle(light, "onnx") else set())
    assert set(files_of(ended(light))) == made and failure(light) == ""
    assert models.rename("mine", "ours").id == "ours" and not list((models.root / "ours").glob("*.txt"))


def test_what_fails_in_the_background_is_told_and_the_run_still_answers(light, models, patient):
    arrays = dict(np.load(light.head_path))
    np.savez(light.head_path, kernel=-arrays["kernel"], bias=arrays["bias"])
    assert start(models, light)
    assert "mini_xception has changed since mine was taught. Teach the classes again." in failure(ended(light))
    assert set(files_of(light)) == {"float32"} and light.is_usable


def test_nothing_is_started_where_something_is_missing(light, models, monkeypatch):
    monkeypatch.setattr("fer.runs.queue.launch", lambda *_, **__: pytest.fail("started"))
    monkeypatch.setattr("fer.runs.queue.has_room", lambda: False)
    assert not start(models, light), "too little memory"
    monkeypatch.setattr("fer.runs.queue.has_room", lambda: True)
    monkeypatch.setattr("fer.runs.exports.find_spec", lambda name: None)
    assert not start(models, light) and "not installed" in obstacle(light, "keras"), "a light installation"
    assert not is_at_work(light) and failure(light) == ""


def test_a_killed_export_is_told_unless_the_keras_file_is_there(light, models, monkeypatch):
    monkeypatch.setattr("fer.runs.queue.launch", lambda arguments, log, **_: log.write_text("2 of 3"))
    monkeypatch.setattr("fer.runs.queue.GRACE_SECONDS", 0.0)
    assert start(models, light) and "ended before it was done" in failure(light)
    keras_file.load(light)
    assert failure(light) == ""
