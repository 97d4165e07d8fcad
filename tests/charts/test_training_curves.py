"""The figures of a training run in progress."""

import numpy as np
import pytest

from fer.charts import training
from fer.data.labels import EMOTIONS
from fer.runs.state import TRAINING, Epoch, Progress


def epoch(number: int) -> Epoch:
    return Epoch(
        number,
        loss=2.0 - number / 10,
        accuracy=number / 10,
        val_loss=1.9,
        val_accuracy=0.3,
        learning_rate=0.05,
        images_per_second=1000.0,
        seconds=2.0,
        val_recall=(0.1,) * 7,
        val_confusion=tuple(map(tuple, np.eye(7, dtype=int).tolist())),
    )


HISTORY = [epoch(0), epoch(1), epoch(2)]
RUNNING = Progress(TRAINING, epoch=3, epochs=5, batches=10, trace=((0, 1.5, 0.4), (4, 1.4, 0.5)))


@pytest.mark.parametrize(("part", "first"), [("loss", 2.0), ("accuracy", 0.0)])
def test_training_and_validation_curves_have_a_point_per_epoch(part, first):
    figure = training.learning_curves(part, HISTORY, "r: tiny on d")
    curves = {trace.name: trace for trace in figure.data}
    assert list(curves["training"].x) == [1, 2, 3] and curves["training"].y[0] == first
    assert set(curves) == {"training", "validation"} and figure.layout.title.subtitle.text == "r: tiny on d"


def test_the_current_epoch_is_a_line_after_the_last_complete_one():
    figure = training.learning_curves("loss", HISTORY, "", running=RUNNING, best_epoch=1)
    curves = {trace.name: trace for trace in figure.data}
    assert list(curves["current epoch, by batch"].x) == [3.1, 3.5]
    assert list(curves["best epoch"].x) == [2]


def test_earlier_runs_are_drawn_even_with_an_empty_history():
    figure = training.learning_curves("accuracy", [], "", running=RUNNING, behind={"old": HISTORY})
    assert "old, validation" in [trace.name for trace in figure.data]


def test_every_class_has_a_recall_curve_and_the_last_epoch_a_confusion_matrix():
    figure = training.recall_curves(HISTORY, EMOTIONS, "")
    assert [trace.name for trace in figure.data] == list(EMOTIONS)
    matrix = training.validation_confusion(HISTORY[-1], EMOTIONS, "")
    assert np.trace(np.array(matrix.data[0].z)) == 7 and "epoch 3" in matrix.layout.title.text
    assert list(training.rate_curve(HISTORY, "").data[0].y) == [0.05] * 3
