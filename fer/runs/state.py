"""Records that a run writes during training: its state, progress, and history by epoch."""

from dataclasses import dataclass

TRAINING = "training"  # the phase in which the other fields of `Progress` are valid
JUDGING = "exporting and evaluating"  # the last phase


@dataclass(frozen=True)
class Status:
    """A run's last recorded state.

    Attributes:
        state: created, queued, training, stopped, failed, lost or finished.
        time: seconds since 1970.
        place: in the queue, lowest first.
    """

    state: str = "created"
    message: str = ""
    time: float = 0.0
    place: float = 0.0


@dataclass(frozen=True)
class Progress:
    """Training progress; only `phase` and `time` are valid outside the phase TRAINING.

    Attributes:
        epoch, batch: the current ones, from 0.
        loss, accuracy: running means over this epoch.
        trace: (batch, loss, accuracy) for this epoch, at most a hundred points.
        seconds: since training started, excluding pauses.
        memory: of the process, in bytes.
        cpu: usage, in cores.
        time: when this was written, in seconds since 1970.
    """

    phase: str = "starting"
    epoch: int = 0
    epochs: int = 0
    batch: int = 0
    batches: int = 0
    images_per_second: float = 0.0
    loss: float = 0.0
    accuracy: float = 0.0
    seconds: float = 0.0
    trace: tuple[tuple[int, float, float], ...] = ()
    memory: int = 0
    cpu: float = 0.0
    time: float = 0.0

    @property
    def is_training(self) -> bool:
        return self.phase == TRAINING

    @property
    def share(self) -> float:
        """Share of the training completed, in [0, 1]."""
        return (self.epoch + (self.batch + 1) / self.batches) / self.epochs

    @property
    def seconds_left(self) -> float:
        return self.seconds * (1 - self.share) / self.share


@dataclass(frozen=True)
class Epoch:
    """One epoch of a run's history.

    Attributes:
        epoch: from 0.
        loss, accuracy: on the augmented training images; the loss is the cross-entropy in nats, as `val_loss` is.
        val_recall: share of correct predictions in each class.
        val_confusion: image counts; rows are true classes, columns are predicted.
        learning_rate: at the end of the epoch.
        seconds: duration including validation.
    """

    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    learning_rate: float
    images_per_second: float
    seconds: float
    val_recall: tuple[float, ...] = ()
    val_confusion: tuple[tuple[int, ...], ...] = ()
