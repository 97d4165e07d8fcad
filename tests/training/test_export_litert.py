"""The exported file: logits as ever, and class activation maps beside them where the network's ending gives them."""

import shutil

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from helpers.made_networks import large_are_slow
from keras import layers

from fer.architectures import ARCHITECTURES
from fer.data.formats import synthetic
from fer.errors import FerError
from fer.inference.classifier import Classifier
from fer.runs.config import TrainConfig
from fer.runs.run import Run
from fer.runs.store import RunStore
from fer.training import networks
from fer.training.export import keras_file, litert

FACES = synthetic.draw(2, seed=5)[0]


def network(end) -> keras.Model:
    """A convolution and whatever ending, with biases as after some training."""
    keras.utils.set_random_seed(1)
    inputs = keras.Input((48, 48, 1), dtype="uint8")
    made = keras.Model(inputs, end(layers.Conv2D(4, 5, strides=8)(layers.Rescaling(1 / 255)(inputs))))
    made.set_weights([weight + 0.1 for weight in made.get_weights()])
    return made


def dense(**settings):
    return lambda x: layers.Dense(7, **settings)(layers.GlobalAveragePooling2D()(x))


def recurrent(x):
    return layers.Dense(7)(layers.GRU(5)(layers.Reshape((-1, 4))(x)))


WITH_MAPS = {
    "dense": dense(),
    "dropout before the dense": lambda x: layers.Dense(7)(layers.Dropout(0.5)(layers.GlobalAveragePooling2D()(x))),
    "a channel for each class": lambda x: layers.GlobalAveragePooling2D()(layers.Conv2D(7, 1)(x)),
}
WITHOUT_MAPS = {
    "flatten": lambda x: layers.Dense(7)(layers.Flatten()(x)),
    "two dense": lambda x: layers.Dense(7)(dense()(x)),
    "dense with an activation": dense(activation="relu"),
    "maximum": lambda x: layers.Dense(7)(layers.GlobalMaxPooling2D()(x)),
    "recurrent": recurrent,
}


@pytest.mark.parametrize("end", WITH_MAPS.values(), ids=WITH_MAPS)
def test_the_mean_of_the_maps_is_the_logits_and_those_stay_the_same(end):
    made = network(end)
    logits, maps = litert.with_activation_maps(made).predict_on_batch(FACES[..., None])
    assert maps.shape == (14, 6, 6, 7)
    np.testing.assert_array_equal(logits, made.predict_on_batch(FACES[..., None]))
    np.testing.assert_allclose(maps.mean(axis=(1, 2)), logits, atol=1e-5)


@pytest.mark.parametrize("end", WITHOUT_MAPS.values(), ids=WITHOUT_MAPS)
def test_a_network_that_ends_otherwise_stays_as_it_is(end):
    made = network(end)
    assert litert.with_activation_maps(made) is made


def test_a_damaged_network_is_reported(trained_run, tmp_path):
    run = Run(shutil.copytree(trained_run.path, tmp_path / "broken"))
    run.model_path.write_bytes(run.model_path.read_bytes()[:1000])
    with pytest.raises(FerError, match=r"model\.keras is damaged \(ValueError\)\. Delete the run or restore"):
        keras_file.load(run)


def test_an_old_file_with_logits_alone_still_answers(trained_run, tmp_path):
    run = Run(shutil.copytree(trained_run.path, tmp_path / "old"))
    wanted = Classifier(run).logits(FACES)
    keras_file.load(run).export(run.tflite_path, format="litert", verbose=False)
    classifier = Classifier(run)
    assert Classifier(trained_run).map_size == (3, 3) and classifier.map_size is None
    assert len(Interpreter(str(run.tflite_path)).get_output_details()) == 1
    np.testing.assert_array_equal(classifier.logits(FACES), wanted)
    with pytest.raises(FerError, match="'old' has no class activation maps"):
        classifier.activation_maps(FACES)


@pytest.mark.parametrize("architecture", large_are_slow(sorted({*ARCHITECTURES} - {"simple_cnn", "cnn_rnn"})))
def test_every_architecture_here_that_ends_in_global_pooling_has_maps(architecture):
    made = litert.with_activation_maps(networks.build(TrainConfig(architecture=architecture), 7))
    logits, maps = made.predict_on_batch(FACES[..., None])
    np.testing.assert_allclose(maps.mean(axis=(1, 2)), logits, atol=1e-4)


@pytest.mark.parametrize(("name", "size"), [("vgg_small", (6, 6)), ("mini_xception", (3, 3))])
def test_the_shipped_models_have_maps_that_are_the_logits_spread_out(name, size):
    classifier = Classifier(RunStore()[name])
    assert classifier.map_size == size
    maps = classifier.activation_maps(FACES)
    np.testing.assert_allclose(maps.mean(axis=(1, 2)), classifier.logits(FACES), atol=1e-4)
    assert classifier.activation_maps(FACES[:0]).shape == (0, *size, 7)
