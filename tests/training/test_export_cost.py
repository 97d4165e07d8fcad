"""Multiply-adds, beside those that are counted by hand."""

import shutil

import keras
import pytest
from keras import layers

from fer.errors import FerError
from fer.runs.config import TrainConfig
from fer.runs.run import Run
from fer.training import networks
from fer.training.export import cost

ROWS = layers.Reshape((6, 8))  # six steps of eight numbers

# layers on an input of 6 x 8, one channel -> multiply-adds by hand
COUNTED = {
    "convolution": ([layers.Conv2D(5, 3)], 4 * 6 * 9 * 5),
    "convolution with strides": ([layers.Conv2D(5, 3, strides=2, padding="same")], 3 * 4 * 9 * 5),
    "convolution in groups": ([layers.Conv2D(4, 1), layers.Conv2D(6, 3, groups=2)], 48 * 4 + 24 * 9 * 2 * 6),
    "depthwise": ([layers.Conv2D(4, 1), layers.DepthwiseConv2D(3, strides=2)], 48 * 4 + 2 * 3 * 9 * 4),
    "separable": ([layers.Conv2D(4, 1), layers.SeparableConv2D(7, 3)], 48 * 4 + 24 * (9 * 4 + 4 * 7)),
    "dense": ([layers.Flatten(), layers.Dense(3)], 48 * 3),
    "dense at every place": ([layers.Dense(3)], 48 * 3),
    "GRU": ([ROWS, layers.GRU(5)], 6 * 3 * (8 * 5 + 5 * 5)),
    "GRU that is unrolled": ([ROWS, layers.GRU(5, unroll=True)], 6 * 3 * (8 * 5 + 5 * 5)),
    "LSTM, all steps": ([ROWS, layers.LSTM(5, return_sequences=True), layers.Dense(2)], 6 * 4 * (8 * 5 + 25) + 6 * 10),
    "two directions": ([ROWS, layers.Bidirectional(layers.GRU(5))], 2 * 6 * 3 * (8 * 5 + 5 * 5)),
    "a dense layer a step": ([ROWS, layers.TimeDistributed(layers.Dense(3))], 6 * 8 * 3),
    "nothing to multiply": ([layers.Rescaling(1 / 255), layers.BatchNormalization(), layers.PReLU()], 0),
    "a network in the network": ([keras.Sequential([layers.Conv2D(5, 3), layers.Flatten(), layers.Dense(2)])], 1320),
}


@pytest.mark.parametrize(("stack", "wanted"), COUNTED.values(), ids=COUNTED)
def test_multiply_adds_are_those_counted_by_hand(stack, wanted):
    x = inputs = keras.Input((6, 8, 1))
    for layer in stack:
        x = type(layer).from_config(layer.get_config())(x)
    assert cost.multiply_adds(keras.Model(inputs, x)) == wanted


def test_a_layer_that_is_used_twice_counts_twice():
    inputs, layer = keras.Input((6, 8, 1)), layers.Conv2D(1, 3, padding="same")
    assert cost.multiply_adds(keras.Model(inputs, layer(layer(inputs)))) == 2 * 48 * 9


def test_sizes_that_are_not_fixed_are_reported():
    inputs = keras.Input((None, None, 1))
    with pytest.raises(FerError, match="has no fixed sizes"):
        cost.multiply_adds(keras.Model(inputs, layers.Conv2D(5, 3)(inputs)))


def test_the_multiply_adds_of_vgg_small_are_those_of_its_eight_convolutions_and_its_dense_layer():
    widths, places = (1, 32, 64, 128, 256), (48**2, 24**2, 12**2, 6**2)
    stages = zip(widths, widths[1:], places, strict=False)
    wanted = sum(n * 9 * (before * width + width * width) for before, width, n in stages) + 256 * 7
    assert cost.multiply_adds(networks.build(TrainConfig(architecture="vgg_small"), 7)) == wanted


def test_a_finished_runs_card_reports_its_cost(trained_run):
    card = trained_run.card
    assert card.macs == cost.multiply_adds(networks.build(trained_run.config, 7))
    assert card.bytes == trained_run.tflite_path.stat().st_size
    assert 0 < card.ms < 50 and card.ms_on == card.machine.processor


def test_where_there_is_no_keras_file_no_multiply_adds_are_reported(trained_run, tmp_path):
    run = Run(shutil.copytree(trained_run.path, tmp_path / "lite"))
    run.model_path.unlink()
    measured = cost.measured(run)
    assert measured.macs is None and measured.bytes == trained_run.card.bytes
