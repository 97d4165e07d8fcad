"""Training: the same result however often it is interrupted, and a run that tells what happened."""

import errno
import shutil
from dataclasses import replace

import numpy as np
import pytest

from fer.data.catalog import open_dataset
from fer.data.dataset import Split
from fer.errors import FerError
from fer.runs import faces, stop
from fer.runs.run import Run
from fer.runs.state import Epoch, Progress
from fer.system.files import write_atomically
from fer.training import worker
from fer.training.export import keras_file
from fer.training.loop import Training


@pytest.fixture
def without_export(monkeypatch):
    """The worker's training alone, for tests that look at nothing after it."""
    monkeypatch.setattr(worker, "finish", lambda training: None)


def checkpoint(run: Run) -> dict[str, np.ndarray]:
    with np.load(run.checkpoint_path) as saved:
        return {name: saved[name] for name in saved if name != "position"}


def without_times(history: list[Epoch]) -> list[Epoch]:
    return [replace(epoch, seconds=0.0, images_per_second=0.0) for epoch in history]


@pytest.mark.parametrize("when", ["after the first epoch", "in the middle of the second", "before the first batch"])
def test_a_resumed_training_ends_as_one_that_was_never_stopped(create, uninterrupted, without_export, when):
    run = create()

    def stop_in_second(progress):
        if when == "in the middle of the second" and (progress.epoch, progress.batch) == (1, 1):
            stop.ask(run)

    on_epoch = (lambda epoch: stop.ask(run)) if when == "after the first epoch" else (lambda epoch: None)
    on_start = (lambda training: stop.ask(run)) if when == "before the first batch" else (lambda training: None)
    assert worker.train(run, on_start=on_start, on_batch=stop_in_second, on_epoch=on_epoch) is False
    done = 0 if when == "before the first batch" else 1
    assert run.status.state == "stopped" and run.status.message == f"Stopped after {done} of 3 epochs."
    assert worker.train(run) is True and run.status.state == "finished"
    ours, theirs = checkpoint(run), checkpoint(uninterrupted)
    assert ours.keys() == theirs.keys() and all((ours[name] == theirs[name]).all() for name in ours)
    assert without_times(run.history) == without_times(uninterrupted.history)
    for mine, other in zip(
        keras_file.load(run).get_weights(), keras_file.load(uninterrupted).get_weights(), strict=True
    ):
        assert (mine == other).all()


def test_another_seed_gives_other_weights(create, dataset, uninterrupted):
    run = create(seed=2, epochs=1)
    Training(run, dataset).run_to_end()
    assert (checkpoint(run)["network0"] != checkpoint(uninterrupted)["network0"]).any()


def test_history_has_an_entry_an_epoch_that_counts_every_image(uninterrupted, dataset):
    history = uninterrupted.history
    assert [epoch.epoch for epoch in history] == [0, 1, 2]
    for epoch in history:
        confusion = np.array(epoch.val_confusion)
        assert confusion.sum() == len(dataset.val) and (confusion.sum(axis=1) == dataset.val.counts).all()
        assert epoch.val_accuracy == pytest.approx(np.trace(confusion) / len(dataset.val))
        assert 0 <= epoch.accuracy <= 1 and np.isfinite(epoch.loss) and epoch.seconds > 0
        assert epoch.images_per_second > 0 and len(epoch.val_recall) == 7


def test_progress_reports_every_batch(create, dataset):
    run, reported = create(epochs=2), []
    Training(run, dataset, on_batch=reported.append).run_to_end()
    assert [(one.epoch, one.batch) for one in reported] == [(e, b) for e in range(2) for b in range(4)]
    assert all((one.epochs, one.batches) == (2, 4) for one in reported)
    assert run.progress.epoch == 1 and run.progress.time > 0


@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": "adamw", "learning_rate": 1e-3},
        {"schedule": "plateau"},
        {"mixup": 0.4},
        {"cutmix": 1.0},
        {"sam": 0.05},
        {"class_weights": True},
        {"oversample": 0.5, "logit_adjustment": 0.5},
        {"ema": 0.0, "weight_decay": 0.0, "label_smoothing": 0.0},
        {"precision": "bfloat16"},
        {"batch_size": 64},
    ],
    ids=[
        "adamw",
        "plateau",
        "mixup",
        "cutmix",
        "sam",
        "class weights",
        "balanced",
        "bare",
        "bfloat16",
        "fewer images than a batch",
    ],
)
def test_every_kind_of_recipe_trains(create, dataset, settings):
    run = create(**({"epochs": 1, "batch_size": 32} | settings))
    assert Training(run, dataset).run_to_end()
    assert len(run.history) == 1 and np.isfinite(run.history[0].loss)


def test_soft_targets_train(create, dataset):
    soft = (dataset.train.targets + 0.5) / 4.5
    assert Training(create(epochs=1), replace(dataset, train=replace(dataset.train, targets=soft))).run_to_end()


def test_a_loss_that_is_no_number_fails_the_run_with_advice(create, without_export):
    def spoil(training):
        training.network.set_weights([np.full_like(w, np.inf) for w in training.network.get_weights()])

    run = create()
    with pytest.raises(FerError, match=r"loss became (nan|inf) in epoch 1\. Use a lower learning_rate"):
        worker.train(run, on_start=spoil)
    assert run.status.state == "failed" and "lower learning_rate" in run.status.message


def test_data_that_cannot_be_opened_fail_the_run(create):
    run = create(data="no-such-data")
    with pytest.raises(FerError, match="Unknown data set"):
        worker.train(run)
    assert run.status.state == "failed" and "no-such-data" in run.status.message


def test_ctrl_c_stops_a_training_that_can_be_resumed(create, without_export):
    def interrupt(progress):
        raise KeyboardInterrupt

    run = create(epochs=1)
    with pytest.raises(KeyboardInterrupt):
        worker.train(run, on_batch=interrupt)
    assert (run.status.state, run.status.message) == ("stopped", "Stopped by Ctrl-C.")
    assert worker.train(run)


def test_a_disk_without_any_room_left_is_reported_by_the_status(create, without_export, monkeypatch):
    run, write = create(epochs=1), write_atomically

    def write_where_room_is(path, content, **options):
        if (run.path / "progress.json").exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, content, **options)

    def fill(progress):
        monkeypatch.setattr("fer.system.records.write_atomically", write_where_room_is)
        run.progress = Progress()

    with pytest.raises(FerError, match=r"The disk is full\. Free some space, then resume"):
        worker.train(run, on_batch=fill)
    assert (run.status.state, run.status.message) == ("failed", worker.FULL_DISK)


def test_a_data_set_without_validation_images_is_refused(create, dataset):
    empty = Split(*(getattr(dataset.val, name)[:0] for name in ("images", "targets", "rows", "groups", "leaked")))
    with pytest.raises(FerError, match="small has too few images"):
        Training(create(), replace(dataset, val=empty))


def always(accuracies):
    """Stands in for `judged_by`: the next of these accuracies every time, the last one for ever."""
    left = list(accuracies)
    return lambda logits, labels: {"val_accuracy": left.pop(0) if len(left) > 1 else left[0], "val_loss": 1.0}


@pytest.mark.parametrize(
    ("patience", "accuracies", "epochs"),
    [
        (0, [0.5], 7),
        (1, [0.5], 2),
        (2, [0.5], 3),
        (2, [0.1, 0.1, 0.2, 0.2], 5),
        (2, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1], 7),
    ],
    ids=["no patience set", "one epoch", "two epochs", "late progress", "always progress"],
)
def test_training_stops_when_patience_is_out(create, dataset, monkeypatch, patience, accuracies, epochs):
    monkeypatch.setattr("fer.training.loop.judged_by", always(accuracies))
    run = create(patience=patience, epochs=7, batch_size=32)
    assert Training(run, dataset).run_to_end() and len(run.history) == epochs


def test_a_plateau_halves_the_rate_after_three_epochs_without_progress(create, dataset, monkeypatch):
    monkeypatch.setattr("fer.training.loop.judged_by", always([0.5]))
    run = create(schedule="plateau", warmup_epochs=0, epochs=8, batch_size=32, learning_rate=0.04)
    Training(run, dataset).run_to_end()
    rates = [epoch.learning_rate for epoch in run.history]
    assert rates == pytest.approx([0.04] * 4 + [0.02] * 3 + [0.01])


def test_the_average_follows_the_weights(create, dataset):
    training = Training(create(epochs=1), dataset)
    before = [weight.copy() for weight in training.average]
    training.run_to_end()
    kernel, old, average = training.network.get_weights()[0], before[0], training.average[0]
    assert (average != old).any() and (average != kernel).any()
    assert (np.abs(average - old) <= np.abs(kernel - old) + 1e-6).all()


def test_a_training_may_start_from_another_runs_weights(create, uninterrupted):
    root = uninterrupted.path.parent
    run = create(start_from=uninterrupted.id)
    started = Training(run, open_dataset(run.config.data)).plain.get_weights()
    expected = keras_file.load(uninterrupted).get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(started, expected, strict=True)) and run.path.parent == root


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"start_from": "nobody"}, "Unknown run 'nobody'"),
        ({"start_from": "run-0", "architecture": "mini_xception"}, "do not fit mini_xception"),
    ],
)
def test_weights_that_are_missing_or_do_not_fit_are_reported(create, dataset, uninterrupted, settings, message):
    with pytest.raises(FerError, match=message):
        Training(create(**settings), dataset)


@pytest.mark.parametrize(("asked", "used"), [(7, 6), (8, 8), (96, 34)])
def test_batches_are_even_and_no_larger_than_the_split(create, dataset, asked, used):
    """oneDNN in TensorFlow 2.21 kills the process on odd batches of mini_xception; the split has 35 images."""
    training = Training(create(batch_size=asked, architecture="mini_xception", epochs=1), dataset)
    assert training.batch_size == used and training.run_to_end()


def test_sixteen_validation_faces_are_answered_after_every_epoch_also_by_a_resumed_training(create, uninterrupted):
    run = create()
    worker.train(run, on_epoch=lambda epoch: stop.ask(run))
    assert [answers.epoch for answers in faces.of_run(run).answers] == [0]
    worker.train(run)
    known = faces.of_run(run)
    assert known == faces.of_run(uninterrupted) and [answers.epoch for answers in known.answers] == [0, 1, 2]
    predicted = np.array([answers.predicted for answers in known.answers])
    right = (predicted == known.true).mean(axis=1)
    assert right == pytest.approx([epoch.val_accuracy for epoch in run.history]), "all seven faces of this split"


def test_a_training_is_not_resumed_on_data_that_has_changed(create, small_rows, write_npz, without_export):
    path = write_npz(images=small_rows.images, labels=small_rows.labels)
    run = create(data=str(path), epochs=2)
    assert not worker.train(run, on_epoch=lambda _: stop.ask(run))
    shutil.move(write_npz("more.npz", images=small_rows.images[:50], labels=small_rows.labels[:50]), path)
    with pytest.raises(FerError, match="has changed since this run began"):
        worker.train(run)
    assert run.status.state == "failed" and run.has_checkpoint
