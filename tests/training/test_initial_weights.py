"""Networks that begin with ImageNet's weights: a stand-in file for them, and a backbone that learns late and slowly."""

import shutil

import keras
import numpy as np
import pytest

from fer.architectures import ARCHITECTURES, BACKBONE, Architecture
from fer.data.catalog import open_dataset
from fer.errors import FerError
from fer.runs import stop
from fer.runs.config import TrainConfig
from fer.training import initial_weights, networks, worker
from fer.training.export import keras_file
from fer.training.loop import Training


def build_tiny_backbone(input_shape, num_classes):
    layers, inputs = keras.layers, keras.Input(input_shape, dtype="uint8")
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = layers.BatchNormalization()(layers.Conv2D(4, 5, strides=4, use_bias=False, name="first")(x))
    x = layers.GlobalAveragePooling2D()(layers.Identity(name=BACKBONE)(layers.ReLU()(x)))
    return keras.Model(inputs, layers.Dense(num_classes)(x), name="tiny_backbone")


@pytest.fixture(autouse=True)
def tiny_backbone(monkeypatch):
    architecture = Architecture("tiny_backbone", build_tiny_backbone, "For tests.", "none", imagenet="Tiny")
    monkeypatch.setitem(ARCHITECTURES._items, "tiny_backbone", architecture)


@pytest.fixture
def backbone_run(create):
    """A function that makes a run of the tiny network with a backbone, which begins with random weights."""
    return lambda **settings: create(architecture="tiny_backbone", imagenet=False, **settings)


@pytest.fixture
def without_export(monkeypatch):
    monkeypatch.setattr(worker, "finish", lambda training: None)


def weights_of(network: keras.Model, *layers: str) -> list[np.ndarray]:
    return [weight for name in layers for weight in network.get_layer(name).get_weights()]


def test_a_run_that_was_trained_on_what_would_validate_this_one_is_no_start(create, small_rows, write_npz, tmp_path):
    path = str(write_npz(images=small_rows.images, labels=small_rows.labels))
    first = create(data=path, epochs=1, seed=3, split_seed=1)
    assert worker.train(first)
    Training(create(data=path, start_from=first.id, seed=4, split_seed=1), open_dataset(path, seed=1))
    grown = write_npz("more.npz", images=np.tile(small_rows.images, (2, 1, 1)), labels=np.tile(small_rows.labels, 2))
    other_name = str(shutil.copy(path, tmp_path / "renamed.npz"))

    def refused(data: str, seed: int, classes: str = "") -> None:
        run = create(data=data, start_from=first.id, split_seed=seed, classes=classes)
        with pytest.raises(FerError, match=r"carved with split seed 1 for all classes, .* the same split seed"):
            Training(run, open_dataset(data, seed=seed, classes=classes))

    refused(path, seed=2)
    refused(path, seed=1, classes="happy, other=sad+neutral")
    refused(other_name, seed=2)
    shutil.copy(grown, path)
    refused(path, seed=1)


@pytest.mark.slow
def test_imagenets_weights_come_from_a_local_file(tmp_path, monkeypatch):
    monkeypatch.setattr(initial_weights, "DATA", tmp_path)
    source = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(96, 96, 3))
    (tmp_path / "weights").mkdir()
    source.save_weights(tmp_path / "weights" / "mobilenet_v2.weights.h5")
    network = networks.build(TrainConfig(architecture="mobilenet_v2"), 7)
    initial_weights.take_imagenet(network, ARCHITECTURES["mobilenet_v2"])
    names = [layer.name for layer in source.layers if layer.weights]
    for ours, theirs in zip(weights_of(network, *names), weights_of(source, *names), strict=True):
        assert (ours == theirs).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in ARCHITECTURES if ARCHITECTURES[name].imagenet])
def test_every_backbones_layers_are_named_as_in_keras(name):
    network = networks.build(TrainConfig(architecture=name), 7)
    source = getattr(keras.applications, ARCHITECTURES[name].imagenet)(
        include_top=False, weights=None, input_shape=(96, 96, 3)
    )
    shapes = {layer.name: [weight.shape for weight in layer.weights] for layer in network.layers}
    for layer in source.layers:
        if layer.weights:
            assert shapes[layer.name] == [weight.shape for weight in layer.weights]


def test_weights_that_cannot_be_had_are_reported_with_what_to_do(create, dataset, tmp_path, monkeypatch):
    def fail(**settings):
        raise OSError("no network")

    monkeypatch.setattr(initial_weights, "DATA", tmp_path)
    monkeypatch.setattr(keras.applications, "Tiny", fail, raising=False)
    with pytest.raises(FerError, match=r"\(no network\)\. Save .*tiny_backbone\.weights\.h5, or .* --no-imagenet"):
        Training(create(architecture="tiny_backbone"), dataset)
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "tiny_backbone.weights.h5").write_bytes(b"no weights")
    with pytest.raises(FerError, match=r"tiny_backbone\.weights\.h5 is damaged or of another network \(no network\)"):
        Training(create(architecture="tiny_backbone"), dataset)


def test_a_backbone_stands_still_at_first(backbone_run, dataset):
    training = Training(backbone_run(epochs=1, frozen_epochs=1, ema=0.0), dataset)
    before = training.plain.get_weights()
    assert training.run_to_end()
    after = training.plain.get_weights()
    assert [bool((a != b).any()) for a, b in zip(after, before, strict=True)] == [False] * 5 + [True] * 2


def test_a_backbone_learns_after_its_frozen_epochs(backbone_run, dataset):
    training = Training(backbone_run(epochs=2, frozen_epochs=1, ema=0.0), dataset)
    before = training.plain.get_weights()
    assert training.run_to_end() and (training.network.get_weights()[0] != before[0]).any()


def test_a_training_stopped_between_frozen_and_free_goes_on_as_if_it_never_was(backbone_run, dataset, without_export):
    whole, parted = backbone_run(frozen_epochs=1), backbone_run(frozen_epochs=1)
    assert Training(whole, dataset).run_to_end()
    assert worker.train(parted, on_epoch=lambda epoch: stop.ask(parted)) is False
    assert worker.train(parted) is True
    for ours, theirs in zip(keras_file.load(parted).get_weights(), keras_file.load(whole).get_weights(), strict=True):
        assert (ours == theirs).all()


def test_the_rate_of_a_backbone_is_a_share_of_the_heads(backbone_run, dataset):
    """One step of plain gradient descent: the backbone moves by a tenth of what it would, the head by as much."""
    moved = {}
    for share in (1.0, 0.1):
        run = backbone_run(epochs=1, frozen_epochs=0, backbone_rate=share, weight_decay=0.0, ema=0.0)
        network = networks.compiled(networks.build(run.config, 7), run.config)
        before = network.get_weights()
        network.train_on_batch(dataset.train.images[:8, ..., None], dataset.train.targets[:8])
        moved[share] = [after - old for after, old in zip(network.get_weights(), before, strict=True)]
    np.testing.assert_allclose(moved[0.1][0], 0.1 * moved[1.0][0], rtol=1e-3, atol=1e-7)
    np.testing.assert_allclose(moved[0.1][-1], moved[1.0][-1], rtol=1e-3)
