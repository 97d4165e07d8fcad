"""Model cards: a finished run's origin, scores and cost, as typed records that convert to and from JSON."""

from dataclasses import dataclass, field

from fer.runs.correction import Correction, Temperature
from fer.runs.old_cards import VERSION, upgraded
from fer.runs.state import Labels
from fer.system.records import Amount, Count, Name, Number, Share, Text, from_json, to_json

TTA = "-tta"  # suffix of reports made with test-time augmentation


def way(tta: bool, balance: bool = False) -> str:
    """The inference mode as text."""
    return ("test-time augmentation" if tta else "single pass") + (", balanced" if balance else "")


def score_key(dataset: str, split: str, *, tta: bool) -> str:
    """An evaluation's name, used for its report file and to identify its score."""
    return f"{dataset}-{split}{TTA if tta else ''}"


@dataclass(frozen=True)
class Score:
    """A run's scores on one split, with 95% Wilson intervals.

    Attributes:
        dataset, split, tta: the test data, and whether test-time augmentation was used.
        n: images.
        accuracy, interval: share of correct predictions, and the bounds of its interval.
        leak_free_n, leak_free_accuracy, leak_free_interval: the same without images that have an exact duplicate in the
            training split; 0 and None if every image has one.
        balanced_accuracy, macro_f1, log_loss, calibration_error: as in `Report`.
        recall: for each class that occurs.
        calibrated_error: expected calibration error at the run's temperature, None if it has none.
    """

    dataset: Name
    split: Name
    tta: bool
    n: Count
    accuracy: Share
    interval: tuple[Share, Share]
    leak_free_n: Count
    leak_free_accuracy: Share | None
    leak_free_interval: tuple[Share, Share] | None
    balanced_accuracy: Share
    macro_f1: Share
    log_loss: Amount
    calibration_error: Share
    recall: dict[Name, Share] = field(default_factory=dict)
    calibrated_error: Share | None = None

    @property
    def key(self) -> str:
        return score_key(self.dataset, self.split, tta=self.tta)

    @property
    def has_leaks(self) -> bool:
        """Whether some but not all images have an exact duplicate in the training split."""
        return 0 < self.leak_free_n < self.n


@dataclass(frozen=True)
class TrainingData:
    """What a run was trained on.

    Attributes:
        fingerprint: of images, labels and splits; None if an imported run's data is unknown.
        train, val, test: images in each split.
        carved: splits that this project carved from `train`.
        classes: the grouping text; empty for all original classes.
        ferplus: the share of the training targets taken from FER+ votes.
    """

    name: Name
    format: Name
    fingerprint: Name | None
    train: Count
    val: Count
    test: Count
    carved: tuple[Name, ...] = ()
    classes: Text = ""
    ferplus: Share | bool = 0.0

    @property
    def is_drawn(self) -> bool:
        """Whether the faces are synthetic, so that accuracy says nothing about real ones."""
        return self.format == "synthetic"


@dataclass(frozen=True)
class Source:
    """A run that this one was made from: its name, epochs, and recipe as plain values."""

    run: Name
    epochs: Count
    config: dict


@dataclass(frozen=True)
class Machine:
    system: Text
    processor: Text
    cores: Count | None


@dataclass(frozen=True)
class Imported:
    """The file a run was imported from, its SHA-256, and the time."""

    file: Name
    sha256: Name
    time: Text


@dataclass(frozen=True)
class ExportCheck:
    """How closely `model.tflite` matches `model.keras`: the largest logit difference over a number of images."""

    images: Count
    largest_difference: Amount


@dataclass(frozen=True)
class Export:
    """Another export of the same network, and how its predictions differ from `model.tflite`'s.

    Attributes:
        bytes: file size.
        val_accuracy, val_n, val_accuracy_change: on the validation split of the run's data; None, 0 and None if that is
            unavailable, with the reason in `not_measured`.
        same_answers: share of the images `compared_on` with the same prediction.
        largest_difference: the largest difference in any probability.
        checked_with: the runtime and its version.
    """

    bytes: Count
    val_accuracy: Share | None
    val_n: Count
    val_accuracy_change: Number | None
    same_answers: Share
    largest_difference: Amount
    compared_on: Text
    checked_with: Text
    not_measured: Text = ""


@dataclass(frozen=True)
class Card:
    """A finished run's card, `card.json`.

    Attributes:
        labels: the classes in output order.
        parameters: number of weights, trainable or not.
        best_epoch: counted from 1; None for averaged and imported runs.
        finished: UTC time.
        started_from, teachers, average_of: the runs this one was made from.
        members: of an ensemble, the runs whose answers it averages; it has no weights of its own.
        imported: set if the network was trained elsewhere.
        scores: from every evaluation during training, export or import.
        macs: multiply-adds per face; bytes: size of `model.tflite`; ms: CPU milliseconds per face on `ms_on`. Of
            an ensemble, the sums of its members'.
        temperature, temperature_tta: divisor of the logits that calibrates probabilities, in a single pass and with
            test-time augmentation; None if never fitted.
        threshold, threshold_tta: calibrated confidence below which a prediction is "not sure"; None if never fitted.
        prior: the mean training target, one share per class; empty if unknown.
        balanced, balanced_tta: the correction for that prior, in a single pass and with test-time augmentation; None
            without a prior. Rare classes are answered more often, at no more than 0.1 points of validation accuracy.
        shipped: whether the run ships with the app.
    """

    labels: tuple[Name, ...]
    architecture: Name
    parameters: Count
    data: TrainingData
    seed: Count | None = None
    epochs: Count = 0
    best_epoch: Count | None = None
    training_seconds: Amount = 0.0
    precision: Text = "unknown"
    backend: Text = "unknown"
    versions: dict[str, Text] = field(default_factory=dict)
    machine: Machine | None = None
    finished: Text = ""
    started_from: Source | None = None
    teachers: tuple[Source, ...] = ()
    average_of: tuple[Source, ...] = ()
    members: tuple[Source, ...] = ()
    imported: Imported | None = None
    scores: tuple[Score, ...] = ()
    exports: dict[str, Export] = field(default_factory=dict)
    export: ExportCheck | None = None
    macs: Count | None = None
    bytes: Count | None = None
    ms: Amount | None = None
    ms_on: Text = ""
    temperature: Temperature | None = None
    temperature_tta: Temperature | None = None
    threshold: Share | None = None
    threshold_tta: Share | None = None
    prior: tuple[Share, ...] = ()
    balanced: Correction | None = None
    balanced_tta: Correction | None = None
    shipped: bool = False
    version: int = VERSION

    def __post_init__(self):
        Labels(self.labels)
        if self.prior and (len(self.prior) != len(self.labels) or min(self.prior) <= 0):
            raise ValueError(f"the prior must have a positive share for each of {len(self.labels)} classes")

    def score(self, split: str, *, tta: bool = False) -> Score | None:
        """The score on a split of the run's own data, or None if it was never evaluated on it."""
        key = score_key(self.data.name, split, tta=tta)
        return next((score for score in self.scores if score.key == key), None)

    @property
    def test_score(self) -> Score | None:
        """The single-pass score on the test split; None for synthetic faces, where accuracy is meaningless."""
        return None if self.data.is_drawn else self.score("test")

    def correction(self, *, tta: bool = False, balance: bool = True) -> Correction:
        """How probabilities become answers; without a known prior, answers stay as trained."""
        found = (self.balanced_tta if tta else self.balanced) if balance and self.prior else None
        threshold = self.threshold if not tta or self.threshold_tta is None else self.threshold_tta
        return found or Correction(0.0, self.temperature_of(tta=tta), threshold)

    def temperature_of(self, *, tta: bool) -> float | None:
        return self.temperature_tta if tta else self.temperature

    def to_json(self) -> str:
        return to_json(self)

    @classmethod
    def from_json(cls, text: str) -> "Card":
        """Parse the output of `to_json` from this version or an older one.

        Raises:
            ValueError: for anything else, with the location of the error.
        """
        return from_json(text, cls, upgrade=upgraded)
