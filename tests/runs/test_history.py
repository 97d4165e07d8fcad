"""What a run's history says of its training."""

import pytest

from fer.runs import history
from fer.runs.state import Epoch, Progress


def epochs(*figures: tuple[float, float], **more) -> list[Epoch]:
    """Epochs of a training loss and a validation loss each."""
    common = {"accuracy": 0.5, "val_accuracy": 0.5, "learning_rate": 0.1, "images_per_second": 100.0, "seconds": 10.0}
    return [
        Epoch(i, loss=loss, val_loss=val_loss, **(common | {name: value[i] for name, value in more.items()}))
        for i, (loss, val_loss) in enumerate(figures)
    ]


def test_the_best_epoch_is_the_first_of_the_most_accurate():
    assert history.best_epoch([]) is None
    assert history.best_epoch(epochs(*[(1, 1)] * 4, val_accuracy=[0.1, 0.6, 0.3, 0.6])).epoch == 1


@pytest.mark.parametrize(
    ("losses", "since"),
    [
        ([(2.0, 2.0), (1.5, 1.0), (1.2, 1.1), (1.0, 1.2), (0.8, 1.3)], 1),
        ([(2.0, 2.0), (1.5, 1.0), (1.2, 1.1), (1.0, 1.2), (0.8, 1.01)], None),
        ([(2.0, 2.0), (1.5, 1.0), (1.6, 1.1), (1.6, 1.2), (1.7, 1.3)], None),
        ([(2.0, 1.0), (1.5, 1.3), (1.2, 1.4)], None),
    ],
    ids=["the two part", "validation is back", "training does not fall either", "too early to say"],
)
def test_overfitting_is_a_validation_loss_that_stays_above_its_lowest_while_the_training_loss_falls(losses, since):
    assert history.overfits_since(epochs(*losses)) == since


def test_a_class_that_occurs_and_is_never_answered_is_named():
    (epoch,) = epochs((1, 1), val_confusion=[((3, 0, 0, 1), (1, 0, 0, 2), (0, 0, 0, 0), (1, 0, 0, 1))])
    assert history.never_predicted(epoch, ["a", "b", "c", "d"]) == ["b"], "c does not occur in the split"
    (old,) = epochs((1, 1))
    assert history.never_predicted(old, ["a", "b"]) == []


def test_the_time_left_is_what_the_latest_epochs_took_and_the_slow_first_one_is_left_out():
    progress = Progress("training", epoch=4, epochs=10, batch=49, batches=100, seconds=140.0)
    past = epochs(*[(1, 1)] * 4, seconds=[100.0, 10.0, 30.0, 10.0])
    assert history.seconds_left(progress, past, 0) == pytest.approx(55)
    assert history.seconds_left(progress, past[:1], 0) == pytest.approx(550)
    assert history.seconds_left(progress, [], 0) == progress.seconds_left


def test_smoothing_neither_starts_at_zero_nor_forgets_what_came_before():
    assert history.smoothed([4.0] * 5) == pytest.approx([4.0] * 5)
    assert history.smoothed([4.0, 0.0], 2.0) == pytest.approx([2.2, 1.98])
    jagged = [float(i % 2) for i in range(100)]
    assert max(abs(value - 0.5) for value in history.smoothed(jagged)[50:]) < 0.1
