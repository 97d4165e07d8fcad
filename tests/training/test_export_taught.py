"""What was taught without TensorFlow becomes a Keras network with the head inside, and from it every other file."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from fer.data.formats import synthetic
from fer.errors import FerError
from fer.inference.classifier import Classifier
from fer.runs.run import Run
from fer.runs.store import RunStore
from fer.teaching import network
from fer.teaching.keep import keep
from fer.teaching.lesson import Recordings, teach
from fer.training.export import keras_file, litert


@pytest.fixture(params=["vgg_small", "mini_xception"])
def taught(request, models) -> Run:
    faces, classes = synthetic.draw(5, seed=0)
    faces, classes = faces[classes < 3], classes[classes < 3]
    source = models[request.param]
    lesson = teach(Recordings(("a", "b", "c"), network.features_of(source, faces), classes, np.arange(len(classes))))
    return keep(models, source, lesson, "mine")


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
