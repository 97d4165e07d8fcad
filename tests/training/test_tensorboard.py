"""A run's history as other programs read it."""

import csv
import io
import math

import pytest

from fer.data.labels import EMOTIONS
from fer.runs import history
from fer.runs.config import TrainConfig
from fer.runs.run import Run
from fer.runs.store import RunStore
from fer.training import tensorboard
from fer.training.loop import Training


def told(run: Run) -> list[tuple[int, str, float]]:
    """(step, tag, value) of every scalar, as TensorFlow itself reads the file."""
    import tensorflow as tf

    events = list(tf.compat.v1.train.summary_iterator(str(run.events_path)))
    assert events[0].file_version == "brain.Event:2"
    return [(event.step, value.tag, value.simple_value) for event in events[1:] for value in event.summary.value]


def wanted(run: Run) -> list[tuple[int, str, float]]:
    found = []
    for entry in run.history:
        figures = {name: entry[name] for name in ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate")}
        figures |= {f"val_recall/{label}": entry["val_recall"][i] for i, label in enumerate(EMOTIONS)}
        found += [(entry["epoch"] + 1, tag, pytest.approx(value, rel=1e-6)) for tag, value in figures.items()]
    return found


def entry(epoch: int) -> dict:
    figures = {name: epoch + i / 8 for i, name in enumerate((*history.FIGURES, *history.SPEED))}
    return {"epoch": epoch, **figures, "val_recall": [i / 7 for i in range(7)], "val_confusion": []}


@pytest.fixture
def run(tmp_path) -> Run:
    return RunStore(tmp_path).create(TrainConfig(), "logged")


def test_tensorflow_reads_every_figure_of_every_epoch_of_a_trained_run(trained_run):
    assert len(trained_run.history) == 2 and told(trained_run) == wanted(trained_run)


def test_the_checksum_is_the_one_of_the_specification():
    crc = 0xE3069283  # of "123456789", by RFC 3720's polynomial
    masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) % 2**32
    assert int.from_bytes(tensorboard._checksum(b"123456789"), "little") == masked


@pytest.mark.parametrize("left", ["nothing", "an epoch too many", "half a record", "an epoch too few", "no frames"])
def test_whatever_was_left_the_file_tells_the_history_once(run, left):
    for epochs in range(1, 4):
        run.set_history([entry(epoch) for epoch in range(epochs)])
        tensorboard.write_events(run, EMOTIONS)
    data, keep = run.events_path.read_bytes(), 4
    if left == "nothing":
        run.events_path.unlink()
    elif left == "an epoch too many":
        keep = 1  # the checkpoint is of the first epoch
    elif left == "half a record":
        run.events_path.write_bytes(data[:-5])
    elif left == "an epoch too few":
        run.events_path.write_bytes(data[: tensorboard._ends(data)[-2]])
    else:
        run.events_path.write_bytes(b"x" * 100)
    run.set_history([*run.history[:keep], entry(min(keep, 3))])
    tensorboard.write_events(run, EMOTIONS)
    assert told(run) == wanted(run)


def test_tensorboard_can_read_on_because_what_it_has_read_stays(run):
    run.set_history([entry(0)])
    tensorboard.write_events(run, EMOTIONS)
    before, file = run.events_path.read_bytes(), run.events_path.stat().st_ino
    run.set_history([entry(0), entry(1)])
    tensorboard.write_events(run, EMOTIONS)
    assert run.events_path.read_bytes().startswith(before) and run.events_path.stat().st_ino == file


def test_a_resumed_training_goes_on_in_the_same_file(create, dataset):
    run = create()
    Training(run, dataset, on_epoch=lambda entry: run.ask_to_stop()).run_to_end()
    assert len(told(run)) == 12
    run.forget_stop()
    assert Training(run, dataset).run_to_end()
    assert told(run) == wanted(run) and len(run.history) == 3


def test_the_history_as_csv_has_a_line_an_epoch_and_a_column_a_class(trained_run):
    lines = list(csv.DictReader(io.StringIO(history.history_csv(trained_run))))
    assert [line["epoch"] for line in lines] == ["1", "2"]
    for line, told in zip(lines, trained_run.history, strict=True):
        assert math.isclose(float(line["val_accuracy"]), told["val_accuracy"])
        assert [float(line[f"val_recall_{label}"]) for label in EMOTIONS] == told["val_recall"]
    assert "confusion" not in lines[0]


def test_a_history_that_kept_less_is_told_as_far_as_it_goes(run):
    run.set_history([{"epoch": 0, "val_accuracy": 0.5}])
    tensorboard.write_events(run, EMOTIONS)
    assert told(run) == [(1, "val_accuracy", 0.5)]
    assert history.history_csv(run).splitlines()[1] == "1,,,,0.5" + "," * 10


def test_the_csv_of_a_run_without_an_epoch_has_its_columns_only(run):
    assert history.history_csv(run).startswith("epoch,loss,") and history.history_csv(run).count("\n") == 1
