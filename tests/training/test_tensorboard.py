"""A run's history as other programs read it."""

import csv
import io
import json
import math

import pytest

from fer.data.labels import EMOTIONS
from fer.runs import history, stop
from fer.runs.config import TrainConfig
from fer.runs.run import EVENTS, HISTORY, Run
from fer.runs.state import Epoch
from fer.runs.store import RunStore
from fer.training import tensorboard
from fer.training.loop import Training


def logged(run: Run) -> list[tuple[int, str, float]]:
    """(step, tag, value) of every scalar, as TensorFlow itself reads the file."""
    import tensorflow as tf

    events = list(tf.compat.v1.train.summary_iterator(str(run.path / EVENTS)))
    assert events[0].file_version == "brain.Event:2"
    return [(event.step, value.tag, value.simple_value) for event in events[1:] for value in event.summary.value]


def wanted(run: Run) -> list[tuple[int, str, float]]:
    found = []
    for epoch in run.history:
        figures = {
            name: getattr(epoch, name) for name in ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate")
        }
        figures |= {f"val_recall/{label}": epoch.val_recall[i] for i, label in enumerate(EMOTIONS)}
        found += [(epoch.epoch + 1, tag, pytest.approx(value, rel=1e-6)) for tag, value in figures.items()]
    return found


def entry(epoch: int) -> Epoch:
    figures = {name: (epoch + i / 8) / 8 for i, name in enumerate((*history.FIGURES, *history.SPEED))}
    return Epoch(epoch, **figures, val_recall=tuple(i / 7 for i in range(7)))


@pytest.fixture
def run(tmp_path) -> Run:
    return RunStore(tmp_path).create(TrainConfig(), "logged")


def test_tensorflow_reads_every_figure_of_every_epoch_of_a_trained_run(trained_run):
    assert len(trained_run.history) == 2 and logged(trained_run) == wanted(trained_run)


def test_the_checksum_is_the_one_of_the_specification():
    crc = 0xE3069283  # of "123456789", by RFC 3720's polynomial
    masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) % 2**32
    assert int.from_bytes(tensorboard._checksum(b"123456789"), "little") == masked


@pytest.mark.parametrize("left", ["nothing", "an epoch too many", "half a record", "an epoch too few", "no frames"])
def test_whatever_was_left_the_file_reports_the_history_once(run, left):
    for epochs in range(1, 4):
        run.history = [entry(epoch) for epoch in range(epochs)]
        tensorboard.write_events(run, EMOTIONS)
    data, keep = (run.path / EVENTS).read_bytes(), 4
    if left == "nothing":
        (run.path / EVENTS).unlink()
    elif left == "an epoch too many":
        keep = 1  # the checkpoint is of the first epoch
    elif left == "half a record":
        (run.path / EVENTS).write_bytes(data[:-5])
    elif left == "an epoch too few":
        (run.path / EVENTS).write_bytes(data[: tensorboard._ends(data)[-2]])
    else:
        (run.path / EVENTS).write_bytes(b"x" * 100)
    run.history = [*run.history[:keep], entry(min(keep, 3))]
    tensorboard.write_events(run, EMOTIONS)
    assert logged(run) == wanted(run)


def test_tensorboard_can_read_on_because_what_it_has_read_stays(run):
    run.history = [entry(0)]
    tensorboard.write_events(run, EMOTIONS)
    before, file = (run.path / EVENTS).read_bytes(), (run.path / EVENTS).stat().st_ino
    run.history = [entry(0), entry(1)]
    tensorboard.write_events(run, EMOTIONS)
    assert (run.path / EVENTS).read_bytes().startswith(before) and (run.path / EVENTS).stat().st_ino == file


def test_a_resumed_training_goes_on_in_the_same_file(create, dataset):
    run = create()
    Training(run, dataset, on_epoch=lambda epoch: stop.ask(run)).run_to_end()
    assert len(logged(run)) == 12
    stop.forget(run)
    assert Training(run, dataset).run_to_end()
    assert logged(run) == wanted(run) and len(run.history) == 3


def test_the_history_as_csv_has_a_line_an_epoch_and_a_column_a_class(trained_run):
    lines = list(csv.DictReader(io.StringIO(history.history_csv(trained_run))))
    assert [line["epoch"] for line in lines] == ["1", "2"]
    for line, logged in zip(lines, trained_run.history, strict=True):
        assert math.isclose(float(line["val_accuracy"]), logged.val_accuracy)
        assert tuple(float(line[f"val_recall_{label}"]) for label in EMOTIONS) == logged.val_recall
    assert "confusion" not in lines[0]


def test_a_history_that_kept_less_is_reported_as_far_as_it_goes(run):
    kept = {name: i / 8 for i, name in enumerate((*history.FIGURES, *history.SPEED))}
    (run.path / HISTORY).write_text(json.dumps({"epoch": 0, **kept}) + "\n")
    tensorboard.write_events(run, EMOTIONS)
    assert logged(run) == [(1, name, kept[name]) for name in history.FIGURES]
    assert history.history_csv(run).splitlines()[1] == "1,0.0,0.125,0.25,0.375,0.5,0.625,0.75" + "," * 7


def test_the_csv_of_a_run_without_an_epoch_has_its_columns_only(run):
    assert history.history_csv(run).startswith("epoch,loss,") and history.history_csv(run).count("\n") == 1
