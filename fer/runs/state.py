"""What a run tells while it trains: its state, how far it is, and a line for each epoch."""

from dataclasses import dataclass

TRAINING = "training"  # a phase of `Progress`, in which its other figures hold
JUDGING = "exporting and judging"  # the last phase


@dataclass(frozen=True)
class Status:
    """The state that a run was put into.

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
    """Where a training is; all but `phase` and `time` hold while it is in the phase TRAINING.

    Attributes:
        epoch, batch: the present ones, from 0.
        loss, accuracy: means over this epoch so far.
        trace: (batch, loss, accuracy) of this epoch, a hundred points at most.
        seconds: since the training began, pauses left out.
        memory: of the process in bytes.
        cpu: in cores.
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
        """How much of the training is done, in [0, 1]."""
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
        val_recall: share of right answers in each class.
        val_confusion: images; row the right class, column the answer.
        learning_rate: at its end.
        seconds: that it took, validation included.
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
