"""Training: the same result however often it is interrupted, and a run that tells what happened."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from sklearn import metrics

from fer import export, worker
from fer.architectures import ARCHITECTURES, Architecture
from fer.config import TrainConfig
from fer.data import Split
from fer.errors import FerError
from fer.formats import open_dataset
from fer.labels import EMOTIONS
from fer.recipe import class_weights, learning_rate
from fer.runs import Run, RunStore
from fer.training import Training, validate


def build_tiny(input_shape, num_classes):
    """Something of everything that a training must carry along: batch statistics, dropout, a kernel without bias."""
    layers, inputs = keras.layers, keras.Input(input_shape, dtype="uint8")
    x = layers.Conv2D(4, 5, strides=4, use_bias=False)(layers.Rescaling(1 / 127.5, offset=-1)(inputs))
    x = layers.GlobalAveragePooling2D()(layers.ReLU()(layers.BatchNormalization()(x)))
    return keras.Model(inputs, layers.Dense(num_classes)(layers.Dropout(0.3)(x)), name="tiny")


@pytest.fixture(autouse=True, scope="module")
def tiny_architecture():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ARCHITECTURES._items, "tiny", Architecture("tiny", build_tiny, "For tests.", "none"))
        yield


@pytest.fixture(scope="module")
def dataset(small_npz):
    return open_dataset(small_npz)


@pytest.fixture(scope="module")
def create(small_npz, tmp_path_factory):
    """A function that makes a run of the tiny network: 35 images in 4 batches, 3 epochs."""
    store = RunStore(tmp_path_factory.mktemp("models"))

    def create(**settings) -> Run:
        common = {"architecture": "tiny", "epochs": 3, "batch_size": 8, "precision": "float32", "warmup_epochs": 1.0}
        config = TrainConfig(**({"data": str(small_npz), "seed": 1, **common} | settings))
        return store.create(config, f"run-{len(list(store))}")

    return create


@pytest.fixture
def without_export(monkeypatch):
    """The worker's training alone, for tests that look at nothing after it."""
    monkeypatch.setattr(worker, "finish", lambda training: None)


@pytest.fixture(scope="module")
def uninterrupted(create, dataset) -> Run:
    run = create()
    assert Training(run, dataset).run_to_end()
    return run


def checkpoint(run: Run) -> dict[str, np.ndarray]:
    with np.load(run.checkpoint_path) as saved:
        return {name: saved[name] for name in saved if name != "position"}


def without_times(history: list[dict]) -> list[dict]:
    return [{key: value for key, value in entry.items() if "second" not in key} for entry in history]


@pytest.mark.parametrize("when", ["after the first epoch", "in the middle of the second", "before the first batch"])
def test_a_resumed_training_ends_as_one_that_was_never_stopped(create, uninterrupted, without_export, when):
    run = create()

    def stop_in_second(progress):
        if when == "in the middle of the second" and (progress["epoch"], progress["batch"]) == (1, 1):
            run.ask_to_stop()

    on_epoch = (lambda entry: run.ask_to_stop()) if when == "after the first epoch" else (lambda entry: None)
    on_start = (lambda training: run.ask_to_stop()) if when == "before the first batch" else (lambda training: None)
    assert worker.train(run, on_start=on_start, on_batch=stop_in_second, on_epoch=on_epoch) is False
    done = 0 if when == "before the first batch" else 1
    assert run.status["state"] == "stopped" and run.status["message"] == f"Stopped after {done} of 3 epochs."
    assert worker.train(run) is True and run.status["state"] == "finished"
    ours, theirs = checkpoint(run), checkpoint(uninterrupted)
    assert ours.keys() == theirs.keys() and all((ours[name] == theirs[name]).all() for name in ours)
    assert without_times(run.history) == without_times(uninterrupted.history)
    for mine, other in zip(export.load(run).get_weights(), export.load(uninterrupted).get_weights(), strict=True):
        assert (mine == other).all()


def test_another_seed_gives_other_weights(create, dataset, uninterrupted):
    run = create(seed=2, epochs=1)
    Training(run, dataset).run_to_end()
    assert (checkpoint(run)["network0"] != checkpoint(uninterrupted)["network0"]).any()


def test_history_has_an_entry_an_epoch_that_counts_every_image(uninterrupted, dataset):
    history = uninterrupted.history
    assert [entry["epoch"] for entry in history] == [0, 1, 2]
    for entry in history:
        confusion = np.array(entry["val_confusion"])
        assert confusion.sum() == len(dataset.val) and (confusion.sum(axis=1) == dataset.val.counts).all()
        assert entry["val_accuracy"] == pytest.approx(np.trace(confusion) / len(dataset.val))
        assert 0 <= entry["accuracy"] <= 1 and np.isfinite(entry["loss"]) and entry["seconds"] > 0
        assert entry["images_per_second"] > 0 and len(entry["val_recall"]) == 7


def test_progress_tells_every_batch(create, dataset):
    run, told = create(epochs=2), []
    Training(run, dataset, on_batch=told.append).run_to_end()
    assert [(one["epoch"], one["batch"]) for one in told] == [(e, b) for e in range(2) for b in range(4)]
    assert all((one["epochs"], one["batches"]) == (2, 4) for one in told)
    assert run.progress["epoch"] == 1 and run.progress["time"] > 0


def test_the_kept_network_is_the_best_epochs(trained_run):
    dataset = open_dataset(trained_run.config.data)
    accuracies = [entry["val_accuracy"] for entry in trained_run.history]
    assert validate(export.load(trained_run), dataset.val)["val_accuracy"] == pytest.approx(max(accuracies))
    assert trained_run.card["best_epoch"] == accuracies.index(max(accuracies)) + 1


def test_a_finished_run_holds_all_that_is_needed_to_use_and_believe_it(trained_run, small_rows):
    run, card = trained_run, trained_run.card
    assert run.status["state"] == "finished" and run.is_usable and run.model_path.is_file()
    assert tuple(card["labels"]) == run.labels == EMOTIONS
    assert (card["seed"], card["epochs"], card["precision"], card["backend"]) == (3, 2, "float32", "tensorflow")
    assert {"python", "keras", "numpy", "ai-edge-litert", "tensorflow"} == card["versions"].keys()
    assert {"system", "processor", "cores"} == card["machine"].keys() and card["machine"]["processor"]
    assert card["training_seconds"] > 0 and card["finished"].endswith("Z")
    assert card["data"]["fingerprint"] == small_rows.fingerprint and card["data"]["carved"] == []
    assert (card["data"]["train"], card["data"]["val"], card["data"]["test"]) == (35, 7, 14)
    assert card["parameters"] == export.load(run).count_params()


def test_the_export_was_checked_against_keras(trained_run):
    assert trained_run.card["export"]["images"] == 7
    assert 0 <= trained_run.card["export"]["largest_difference"] <= 1e-3


@pytest.mark.parametrize(("split", "images"), [("val", 7), ("test", 14)])
def test_a_finished_run_has_answered_every_image_of_val_and_test(trained_run, split, images):
    report, part = trained_run.report("small", split), open_dataset(trained_run.config.data).split(split)
    assert len(report) == images and (report.rows == part.rows).all() and (report.targets == part.labels).all()
    assert trained_run.card["scores"][f"small-{split}"] == report.summary()
    logits = keras.ops.convert_to_tensor(export.load(trained_run).predict(part.images[..., None], verbose=0))
    np.testing.assert_allclose(report.probabilities, keras.ops.softmax(logits), atol=1e-3)


def test_an_export_that_answers_otherwise_is_refused(trained_run, monkeypatch):
    monkeypatch.setattr(
        export.Classifier, "logits", lambda self, images: np.eye(7, dtype=np.float32)[[0] * len(images)]
    )
    with pytest.raises(FerError, match="answers otherwise than the trained one"):
        export.check(trained_run, np.zeros((3, 48, 48), np.uint8))


@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": "adamw", "learning_rate": 1e-3},
        {"schedule": "plateau"},
        {"mixup": 0.4},
        {"class_weights": True},
        {"ema": 0.0, "weight_decay": 0.0, "label_smoothing": 0.0},
        {"precision": "bfloat16"},
        {"batch_size": 64},
    ],
    ids=["adamw", "plateau", "mixup", "class weights", "bare", "bfloat16", "fewer images than a batch"],
)
def test_every_kind_of_recipe_trains(create, dataset, settings):
    run = create(**({"epochs": 1, "batch_size": 32} | settings))
    assert Training(run, dataset).run_to_end()
    assert len(run.history) == 1 and np.isfinite(run.history[0]["loss"])


def test_soft_targets_train(create, dataset):
    soft = (dataset.train.targets + 0.5) / 4.5
    assert Training(create(epochs=1), replace(dataset, train=replace(dataset.train, targets=soft))).run_to_end()


def test_a_loss_that_is_no_number_fails_the_run_with_advice(create, without_export):
    def spoil(training):
        training.network.set_weights([np.full_like(w, np.inf) for w in training.network.get_weights()])

    run = create()
    with pytest.raises(FerError, match=r"loss became (nan|inf) in epoch 1\. Use a lower learning_rate"):
        worker.train(run, on_start=spoil)
    assert run.status["state"] == "failed" and "lower learning_rate" in run.status["message"]


def test_data_that_cannot_be_opened_fail_the_run(create):
    run = create(data="no-such-data")
    with pytest.raises(FerError, match="Unknown data set"):
        worker.train(run)
    assert run.status["state"] == "failed" and "no-such-data" in run.status["message"]


def test_ctrl_c_is_a_failure_that_can_be_resumed(create, without_export):
    def interrupt(progress):
        raise KeyboardInterrupt

    run = create(epochs=1)
    with pytest.raises(KeyboardInterrupt):
        worker.train(run, on_batch=interrupt)
    assert run.status == run.status | {"state": "failed", "message": "KeyboardInterrupt"}
    assert worker.train(run)


def damage_cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def damage_bit(content: bytes) -> bytes:
    return content[:200] + bytes([content[200] ^ 255]) + content[201:]


@pytest.mark.parametrize(
    "damage",
    [damage_cut, damage_bit, lambda content: b"", lambda content: b"no zip at all"],
    ids=["cut", "one byte", "empty", "something else"],
)
def test_a_damaged_checkpoint_is_told(create, dataset, uninterrupted, damage):
    run = create()
    run.checkpoint_path.write_bytes(damage(uninterrupted.checkpoint_path.read_bytes()))
    with pytest.raises(FerError, match=r"checkpoint\.npz is damaged .*Delete it to train this run from its start"):
        Training(run, dataset)


@pytest.mark.parametrize("content", [{"position": np.zeros(2)}, {}], ids=["other position", "nothing in it"])
def test_a_checkpoint_of_something_else_is_told(create, dataset, content):
    run = create()
    np.savez(run.checkpoint_path, **content)
    with pytest.raises(FerError, match=r"checkpoint\.npz is damaged"):
        Training(run, dataset)


def test_a_checkpoint_of_another_network_is_told(create, dataset, uninterrupted):
    run = create(architecture="mini_xception")
    run.checkpoint_path.write_bytes(uninterrupted.checkpoint_path.read_bytes())
    with pytest.raises(FerError, match=r"checkpoint\.npz is damaged"):
        Training(run, dataset)


def test_a_data_set_without_validation_images_is_refused(create, dataset):
    empty = Split(*(getattr(dataset.val, name)[:0] for name in ("images", "targets", "rows", "groups", "leaked")))
    with pytest.raises(FerError, match="small has too few images"):
        Training(create(), replace(dataset, val=empty))


def always(accuracies):
    """Stands in for `validate`: the next of these accuracies every time, the last one for ever."""
    left = list(accuracies)
    return lambda network, split: {"val_accuracy": left.pop(0) if len(left) > 1 else left[0], "val_loss": 1.0}


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
    monkeypatch.setattr("fer.training.validate", always(accuracies))
    run = create(patience=patience, epochs=7, batch_size=32)
    assert Training(run, dataset).run_to_end() and len(run.history) == epochs


def test_a_plateau_halves_the_rate_after_three_epochs_without_progress(create, dataset, monkeypatch):
    monkeypatch.setattr("fer.training.validate", always([0.5]))
    run = create(schedule="plateau", warmup_epochs=0, epochs=8, batch_size=32, learning_rate=0.04)
    Training(run, dataset).run_to_end()
    rates = [entry["learning_rate"] for entry in run.history]
    assert rates == pytest.approx([0.04] * 4 + [0.02] * 3 + [0.01])


def test_the_average_follows_the_weights(create, dataset):
    training = Training(create(epochs=1), dataset)
    before = [weight.copy() for weight in training.average]
    training.run_to_end()
    kernel, old, average = training.network.get_weights()[0], before[0], training.average[0]
    assert (average != old).any() and (average != kernel).any()
    assert (np.abs(average - old) <= np.abs(kernel - old) + 1e-6).all()


COSINE = TrainConfig(epochs=10, warmup_epochs=2, learning_rate=0.1)


@pytest.mark.parametrize(
    ("config", "epoch", "rate"),
    [
        (COSINE, 0, 0.0005),
        (COSINE, 1, 0.05),
        (COSINE, 2, 0.1),
        (COSINE, 6, 0.05),
        (COSINE, 10, 0.0),
        (COSINE, 11, 0.0),
        (replace(COSINE, schedule="plateau"), 1, 0.05),
        (replace(COSINE, schedule="plateau"), 9.9, 0.1),
        (replace(COSINE, warmup_epochs=0), 0, 0.1),
        (replace(COSINE, warmup_epochs=20), 10, 0.05),
        (replace(COSINE, warmup_epochs=0.001), 0, 0.1),
    ],
)
def test_the_rate_climbs_and_then_falls_or_stays(config, epoch, rate):
    assert learning_rate(config, epoch) == pytest.approx(rate, abs=1e-12)


def test_the_rate_never_rises_again_after_its_climb():
    rates = [learning_rate(COSINE, epoch) for epoch in np.linspace(2, 10, 50)]
    assert (np.diff(rates) <= 0).all() and max(rates) == 0.1


def test_class_weights_are_scikit_learns_balanced_ones():
    from sklearn.utils import compute_class_weight

    labels = np.repeat(np.arange(7), [1, 2, 3, 4, 5, 6, 0])
    split = Split(np.zeros((21, 48, 48), np.uint8), np.eye(7, dtype=np.float32)[labels], labels, labels, labels > 9)
    wanted = compute_class_weight("balanced", classes=np.arange(6), y=labels)
    np.testing.assert_allclose(class_weights(split), [*wanted, 0], rtol=1e-6)


def test_validation_is_scikit_learns():
    random = np.random.default_rng(0)
    logits, labels = random.normal(0, 3, (600, 7)).astype(np.float32), random.integers(0, 7, 600)
    split = Split(np.arange(600).reshape(600, 1, 1), np.eye(7)[labels], labels, labels, labels > 9)

    class Network:
        def predict_on_batch(self, images):
            assert images.shape[1:] == (1, 1, 1) and len(images) <= 256
            return logits[images.ravel()]

    judged, answers = validate(Network(), split), logits.argmax(axis=1)
    powers = np.exp(logits.astype(np.float64))
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    assert judged["val_loss"] == pytest.approx(metrics.log_loss(labels, probabilities), rel=1e-6)
    assert judged["val_accuracy"] == pytest.approx(metrics.accuracy_score(labels, answers))
    assert judged["val_confusion"] == metrics.confusion_matrix(labels, answers).tolist()
    assert judged["val_recall"] == pytest.approx(metrics.recall_score(labels, answers, average=None), abs=1e-4)
