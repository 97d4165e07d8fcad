"""What a finished run says of itself: how it came to be, how good it is, what it costs; typed, and JSON both ways."""

from dataclasses import dataclass, field

from fer.system.records import from_json, to_json

VERSION = 2  # 2: scores are a list that names split and test-time augmentation; 1 had them in their keys
TTA = "-tta"  # ends the name of a report that was made with test-time augmentation


def way(tta: bool) -> str:
    """How images were answered, in words."""
    return "test-time augmentation" if tta else "single pass"


def score_key(dataset: str, split: str, *, tta: bool) -> str:
    """The name of an evaluation: of its report's file, and where its score is shown."""
    return f"{dataset}-{split}{TTA if tta else ''}"


@dataclass(frozen=True)
class Score:
    """How right a run is on one split, with 95% Wilson intervals.

    Attributes:
        dataset, split, tta: what was judged, and whether with test-time augmentation.
        n: images.
        accuracy, interval: share of right answers; the ends of its interval.
        leak_free_n, leak_free_accuracy, leak_free_interval: the same without the images that have an exact copy in the
            training split; 0 and None where every image has one.
        balanced_accuracy, macro_f1, log_loss, calibration_error: as in `Report`.
        recall: by class, of the classes that occur.
        calibrated_error: expected calibration error at the run's temperature, None where it has none.
    """

    dataset: str
    split: str
    tta: bool
    n: int
    accuracy: float
    interval: tuple[float, float]
    leak_free_n: int
    leak_free_accuracy: float | None
    leak_free_interval: tuple[float, float] | None
    balanced_accuracy: float
    macro_f1: float
    log_loss: float
    calibration_error: float
    recall: dict[str, float] = field(default_factory=dict)
    calibrated_error: float | None = None

    @property
    def key(self) -> str:
        return score_key(self.dataset, self.split, tta=self.tta)

    @property
    def has_leaks(self) -> bool:
        """Whether some of the images, but not all, have an exact copy in the training split."""
        return 0 < self.leak_free_n < self.n


@dataclass(frozen=True)
class TrainingData:
    """What a run was trained on.

    Attributes:
        fingerprint: of images, labels and splits; None where nothing is known of an imported run's data.
        train, val, test: images in each split.
        carved: splits that this project took out of `train`.
        classes: the text that merged classes, empty for all as they are.
        ferplus: the share of the training targets that FER+ votes gave.
    """

    name: str
    format: str
    fingerprint: str | None
    train: int
    val: int
    test: int
    carved: tuple[str, ...] = ()
    classes: str = ""
    ferplus: float | bool = 0.0

    @property
    def is_drawn(self) -> bool:
        """Whether the faces are synthetic, on which no accuracy tells anything of real ones."""
        return self.format == "synthetic"


@dataclass(frozen=True)
class Source:
    """A run from which this one came: its name, its epochs, and its recipe as plain values."""

    run: str
    epochs: int
    config: dict


@dataclass(frozen=True)
class Machine:
    system: str
    processor: str
    cores: int | None


@dataclass(frozen=True)
class Imported:
    """The file that a run was imported from, its SHA-256, and when."""

    file: str
    sha256: str
    time: str


@dataclass(frozen=True)
class ExportCheck:
    """How far `model.tflite` is from `model.keras`: the largest difference of a logit over so many images."""

    images: int
    largest_difference: float


@dataclass(frozen=True)
class Export:
    """Another file of the same network, and how its answers differ from `model.tflite`'s.

    Attributes:
        bytes: of the file.
        val_accuracy, val_n, val_accuracy_change: on the validation split of the run's data; None, 0 and None where that
            is not here, and `not_measured` says why.
        same_answers: share of the images `compared_on` with the same answer.
        largest_difference: of any probability.
        checked_with: the program that ran the file, and its version.
    """

    bytes: int
    val_accuracy: float | None
    val_n: int
    val_accuracy_change: float | None
    same_answers: float
    largest_difference: float
    compared_on: str
    checked_with: str
    not_measured: str = ""


@dataclass(frozen=True)
class Card:
    """A finished run's card, `card.json`.

    Attributes:
        labels: the classes in the order of the answers.
        parameters: weights of the network, trained or not.
        best_epoch: from 1; None for an average and for an import.
        finished: UTC time.
        started_from, teachers, average_of: the runs that this one was made from.
        imported: where the network was trained elsewhere.
        scores: of every evaluation that training, export or import made.
        macs: multiply-adds for one face; bytes: of `model.tflite`; ms: CPU milliseconds for a face on `ms_on`.
        temperature, temperature_tta: what logits are divided by for honest probabilities, in a single pass and with
            test-time augmentation; None where they were never fitted.
        threshold: calibrated confidence below which a single pass is not sure.
        shipped: whether the run came with the app.
    """

    labels: tuple[str, ...]
    architecture: str
    parameters: int
    data: TrainingData
    seed: int | None = None
    epochs: int = 0
    best_epoch: int | None = None
    training_seconds: float = 0.0
    precision: str = "unknown"
    backend: str = "unknown"
    versions: dict[str, str] = field(default_factory=dict)
    machine: Machine | None = None
    finished: str = ""
    started_from: Source | None = None
    teachers: tuple[Source, ...] = ()
    average_of: tuple[Source, ...] = ()
    imported: Imported | None = None
    scores: tuple[Score, ...] = ()
    exports: dict[str, Export] = field(default_factory=dict)
    export: ExportCheck | None = None
    macs: int | None = None
    bytes: int | None = None
    ms: float | None = None
    ms_on: str = ""
    temperature: float | None = None
    temperature_tta: float | None = None
    threshold: float | None = None
    shipped: bool = False
    version: int = VERSION

    def score(self, split: str, *, tta: bool = False) -> Score | None:
        """The score on a split of the run's own data, None where it was never judged on it."""
        key = score_key(self.data.name, split, tta=tta)
        return next((score for score in self.scores if score.key == key), None)

    @property
    def test_score(self) -> Score | None:
        """The score on the test split, in a single pass; None for drawn faces, on which no accuracy is a model's."""
        return None if self.data.is_drawn else self.score("test")

    def temperature_of(self, *, tta: bool) -> float | None:
        return self.temperature_tta if tta else self.temperature

    def to_json(self) -> str:
        return to_json(self)

    @classmethod
    def from_json(cls, text: str) -> "Card":
        """Read what `to_json` wrote, in this version or an older one.

        Raises:
            ValueError: for anything else, saying where it is wrong.
        """
        return from_json(text, cls, upgrade=upgraded)


def upgraded(plain: dict) -> dict:
    """The JSON of version 1 in the shape of this version."""
    version = plain.get("version", 1)
    if version == VERSION:
        return plain
    if version != 1:
        raise ValueError(f"it has version {version}, and this program reads up to {VERSION}: update the program")
    temperature = plain.get("temperature") or {}
    scores = []
    for key, score in (plain.get("scores") or {}).items():
        dataset, _, split = key.removesuffix(TTA).rpartition("-")
        scores.append({**score, "dataset": dataset, "split": split, "tta": key.endswith(TTA)})
    machine = plain.get("machine") or None
    changed = {"temperature": temperature.get(way(False)), "temperature_tta": temperature.get(way(True))}
    return {**plain, **changed, "scores": scores, "machine": machine, "version": VERSION}
