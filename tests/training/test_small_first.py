"""Trainings whose first epochs are on shrunk images."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import ops

from fer.errors import FerError
from fer.runs import speed, stop
from fer.runs.config import TrainConfig
from fer.runs.history import seconds_left
from fer.runs.state import Epoch, Progress
from fer.runs.store import RunStore
from fer.training import networks, worker
from fer.training.augment import augment, shrinking
from fer.training.loop import Training

FACES = np.random.default_rng(0).integers(0, 256, (6, 48, 48), np.uint8)
TARGETS = np.eye(7, dtype=np.float32)[:6]
STILL = TrainConfig(flip=False, rotation=0, scale=0, shift=0, light=0, erase=0)


def test_images_are_shrunk_by_the_average_of_the_pixels_in_each_place():
    assert shrinking(3) == pytest.approx(np.array([[2 / 3, 1 / 3, 0], [0, 1 / 3, 2 / 3]]))
    pixels, targets = augment(FACES, TARGETS, STILL, np.random.default_rng(0), small=True)
    pixels = ops.convert_to_numpy(pixels)
    assert pixels.shape == (6, 32, 32, 1) and pixels.dtype == np.uint8 and (targets == TARGETS).all()
    assert pixels.mean() == pytest.approx(FACES.mean(), abs=0.1)
    flat = np.full_like(FACES, 77)
    assert (ops.convert_to_numpy(augment(flat, TARGETS, STILL, np.random.default_rng(0), small=True)[0]) == 77).all()


@pytest.mark.parametrize(("architecture", "inside"), [("mini_xception", None), ("mobilenet_v2", 64)])
def test_the_network_for_shrunk_images_has_the_same_weights(architecture, inside):
    config = TrainConfig(architecture=architecture, small_first=0.5)
    network = networks.build(config, 7)
    copy = networks.training_copy(network, config, small=True)
    assert copy.input_shape == (None, 32, 32, 1)
    heights = [layer.height for layer in copy.layers if isinstance(layer, keras.layers.Resizing)]
    assert heights == ([inside] if inside else [])
    assert all((a == b).all() for a, b in zip(copy.get_weights(), network.get_weights(), strict=True))


@pytest.mark.parametrize("architecture", ["simple_cnn", "cnn_rnn"])
def test_a_network_whose_weights_depend_on_the_size_is_refused_before_the_first_epoch(create, dataset, architecture):
    with pytest.raises(FerError, match=f"{architecture} only takes images of one size. Set small_first to 0."):
        Training(create(architecture=architecture, imagenet=False, small_first=0.5), dataset)


def test_a_training_stopped_before_its_images_grow_ends_as_one_that_was_never_stopped(create, dataset, monkeypatch):
    monkeypatch.setattr(worker, "finish", lambda training: None)
    whole, parts = create(epochs=4, small_first=0.5), create(epochs=4, small_first=0.5)
    sides = []
    training = Training(whole, dataset, on_batch=lambda _: sides.append(training.network.input_shape[1]))
    assert training.run_to_end()
    assert sides == [32] * (len(sides) // 2) + [48] * (len(sides) // 2)
    assert worker.train(parts, on_epoch=lambda epoch: epoch.epoch == 1 and stop.ask(parts)) is False
    assert len(parts.history) == 2 and worker.train(parts)
    with np.load(whole.checkpoint_path) as ours, np.load(parts.checkpoint_path) as theirs:
        assert all((ours[name] == theirs[name]).all() for name in ours if name != "position")


def test_the_momentum_is_kept_where_images_grow(create, dataset):
    training, seen = Training(create(epochs=2, small_first=0.5), dataset), []

    def see(_):
        seen.append([ops.convert_to_numpy(variable) for variable in training.network.optimizer.variables])

    training.on_batch = training.on_epoch = see
    assert training.run_to_end()
    last, grown = seen[training.batches - 1], seen[training.batches]  # of the first epoch, and after it
    assert any(array.any() for array in last)
    assert all((a == b).all() for a, b in zip(last, grown, strict=True))


def test_the_estimates_know_that_shrunk_images_take_half_the_time(tmp_path):
    store, config = RunStore(tmp_path), TrainConfig(epochs=10, small_first=0.6)
    assert speed.cost(config) == pytest.approx(0.7)
    speed.note(store, replace(config, small_first=0.0), train=70.0)
    assert speed.rates(store, config)["train"] == pytest.approx(100.0)
    figures = {"loss": 1.0, "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.5, "learning_rate": 0.1}
    past = [Epoch(i, **figures, images_per_second=1.0, seconds=5.0) for i in range(3)]
    progress = Progress("training", epoch=3, epochs=10, batch=49, batches=100)
    assert seconds_left(progress, past, config.small_epochs) == pytest.approx(2.5 * 5 + 4 * 10)


def test_only_epochs_on_whole_images_tell_the_machines_speed(create, dataset, monkeypatch):
    noted = []
    monkeypatch.setattr(speed, "note", lambda store, config, together, **rates: noted.append(config.small_first))
    training = Training(create(epochs=4, small_first=0.5), dataset)
    training.on_epoch = lambda epoch: worker.note_speed(training, epoch)
    assert training.run_to_end() and noted == [0.0], "the first two are small, and TensorFlow compiles in the third"
