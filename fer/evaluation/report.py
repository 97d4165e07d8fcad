"""A model's predictions on a split, image by image, and all metrics computed from them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property

import msgspec
import numpy as np

from fer.errors import FerError
from fer.evaluation import calibration, metrics
from fer.evaluation.numbers import whole_numbers
from fer.inference.probabilities import at_temperature
from fer.runs.card import Score

FORMAT_VERSION = 2  # 2: `tta`, and probabilities in full
SUM_TOLERANCE = 1e-3  # float32 loses far less
TYPES = {
    "model": str,
    "dataset": str,
    "split": str,
    "tta": bool,
    "labels": list,
    "fingerprint": str,
    "balanced": bool,
}  # in JSON
DAMAGES = (FerError, KeyError, IndexError, TypeError, ValueError, OverflowError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Report:
    """A model's predictions on one split.

    Attributes:
        model, dataset, split: the run's id, the data set's name, and train, val, test or all.
        tta: whether predictions use test-time augmentation rather than a single pass.
        labels: class names, in the order of the columns.
        rows: int64 (N,), row numbers in the data set's source.
        targets: int64 (N,), the true classes.
        probabilities: float32 (N, C), each row sums to 1.
        leaked: bool (N,), images with an exact copy in the training split.
        fingerprint: of the data set, to identify it.
        balanced: whether probabilities are corrected for the class prior; stored reports are as trained.
    """

    model: str
    dataset: str
    split: str
    tta: bool
    labels: tuple[str, ...]
    rows: np.ndarray
    targets: np.ndarray
    probabilities: np.ndarray
    leaked: np.ndarray
    fingerprint: str
    balanced: bool = False

    def __post_init__(self):
        n, classes = len(self.targets), len(self.labels)
        if len(set(self.labels)) < classes or not all(isinstance(label, str) and label for label in self.labels):
            raise FerError(f"labels must be unique, non-empty names, got {self.labels}.")
        if not n:
            raise FerError(f"The {self.split} split of {self.dataset} has no images to evaluate.")
        if self.probabilities.shape != (n, classes):
            raise FerError(f"probabilities must be ({n}, {classes}), got {self.probabilities.shape}.")
        for name in ("rows", "targets", "leaked"):
            if getattr(self, name).shape != (n,):
                raise FerError(f"{name} must be ({n},), one per image, got {getattr(self, name).shape}.")
        if self.targets.min() < 0 or self.targets.max() >= classes:
            raise FerError(f"targets must be 0 to {classes - 1}, got {self.targets.min()} to {self.targets.max()}.")
        if self.rows.min() < 0:
            raise FerError(f"rows must be 0 or more, got {self.rows.min()}.")
        sums = self.probabilities.sum(axis=1)
        if self.probabilities.min() < 0 or not (abs(sums - 1) < SUM_TOLERANCE).all():  # also refuses NaN
            raise FerError("probabilities must be 0 or more and sum to 1 for every image.")

    def __len__(self) -> int:
        return len(self.targets)

    def part(self, keep: np.ndarray) -> "Report":
        """The report on a subset of the images; `keep` is bool (N,) or positions."""
        return replace(
            self, **{key: getattr(self, key)[keep] for key in ("rows", "targets", "probabilities", "leaked")}
        )

    @property
    def leak_free(self) -> "Report":
        """The report without images that have an exact copy in the training split."""
        return self.part(~self.leaked)

    @cached_property
    def predictions(self) -> np.ndarray:
        """int64 (N,): the most probable class; the first one if tied."""
        return self.probabilities.argmax(axis=1)

    @property
    def right(self) -> np.ndarray:
        """bool (N,): whether the prediction is the label."""
        return self.predictions == self.targets

    @property
    def confidence(self) -> np.ndarray:
        """float64 (N,): the probability of the predicted class."""
        return self.probabilities.max(axis=1).astype(np.float64)

    @cached_property
    def confusion(self) -> np.ndarray:
        """int64 (C, C): rows are true classes, columns predicted ones."""
        return metrics.confusion(self.targets, self.predictions, len(self.labels))

    @property
    def accuracy(self) -> float:
        return float(self.right.mean())

    @property
    def interval(self) -> tuple[float, float]:
        """95% Wilson interval of the accuracy."""
        return metrics.wilson(int(self.right.sum()), len(self))

    @property
    def per_class(self) -> dict[str, np.ndarray]:
        """precision, recall, f1 float64 (C,) and support int64 (C,); 0 where the denominator is 0."""
        return metrics.per_class(self.confusion)

    @cached_property
    def per_class_intervals(self) -> dict[str, np.ndarray]:
        """95% intervals float64 (C, 2): Wilson's for precision and recall, bootstrap for f1."""
        predicted, support = self.confusion.sum(axis=0), self.confusion.sum(axis=1)
        right = np.diag(self.confusion)
        f1 = metrics.per_class(metrics.resampled(self.confusion))["f1"]
        return {
            "precision": np.array([metrics.wilson(int(k), int(n)) for k, n in zip(right, predicted, strict=True)]),
            "recall": np.array([metrics.wilson(int(k), int(n)) for k, n in zip(right, support, strict=True)]),
            "f1": np.stack(metrics.percentiles(f1), axis=1),
        }

    @property
    def macro_f1(self) -> float:
        """Mean F1 over the classes that occur in the split or among the predictions."""
        return float(metrics.macro_f1(self.confusion))

    @property
    def balanced_accuracy(self) -> float:
        """Mean recall over the classes that occur in the split."""
        return float(metrics.balanced_accuracy(self.confusion))

    @property
    def log_loss(self) -> float:
        """Mean negative natural log of the true class's probability."""
        return float(metrics.losses(self.targets, self.probabilities).mean())

    @property
    def calibration_error(self) -> float:
        """Expected calibration error of the predicted class, 15 bins."""
        return calibration.reliability(self.confidence, self.right).expected_error

    def in_order(self, labels: Sequence[str]) -> "Report":
        """The same report with its classes in another order. Raises FerError if these are not its classes."""
        if sorted(labels) != sorted(self.labels):
            raise FerError(f"{self.model} predicts {', '.join(self.labels)}, not {', '.join(labels)}.")
        order = [self.labels.index(label) for label in labels]
        places = np.argsort(order)
        return replace(
            self, labels=tuple(labels), targets=places[self.targets], probabilities=self.probabilities[:, order]
        )

    def at_temperature(self, temperature: float) -> "Report":
        """The same predictions, less confident above 1 and more confident below."""
        softened = at_temperature(self.probabilities, temperature)
        return replace(self, probabilities=softened.astype(np.float32))

    def headline(self) -> dict[str, tuple[float, float, float]]:
        """accuracy, balanced_accuracy, macro_f1, log_loss and calibration_error: value and 95% interval.

        Wilson intervals for the accuracy, normal ones for the log-loss, bootstrap intervals for the others.
        """
        tables = metrics.resampled(self.confusion)
        losses = metrics.losses(self.targets, self.probabilities)
        return {
            "accuracy": (self.accuracy, *self.interval),
            "balanced_accuracy": (self.balanced_accuracy, *metrics.percentiles(metrics.balanced_accuracy(tables))),
            "macro_f1": (self.macro_f1, *metrics.percentiles(metrics.macro_f1(tables))),
            "log_loss": (self.log_loss, *metrics.mean_interval(losses)),
            "calibration_error": (
                self.calibration_error,
                *calibration.expected_error_interval(self.confidence, self.right),
            ),
        }

    def score(self, temperature: float | None = None) -> Score:
        """The summary stored on a card.

        Args:
            temperature: at which the calibration error is computed as well.
        """
        clean = self.leak_free if not self.leaked.all() else None
        return Score(
            dataset=self.dataset,
            split=self.split,
            tta=self.tta,
            n=len(self),
            accuracy=self.accuracy,
            interval=self.interval,
            leak_free_n=len(clean) if clean else 0,
            leak_free_accuracy=clean.accuracy if clean else None,
            leak_free_interval=clean.interval if clean else None,
            balanced_accuracy=self.balanced_accuracy,
            macro_f1=self.macro_f1,
            log_loss=self.log_loss,
            calibration_error=self.calibration_error,
            recall=self._recall(),
            calibrated_error=self.at_temperature(temperature).calibration_error if temperature else None,
        )

    def _recall(self) -> dict[str, float]:
        """Recall by label, for the classes that occur."""
        found, support = self.per_class["recall"].tolist(), self.per_class["support"]
        return {label: found[i] for i, label in enumerate(self.labels) if support[i]}

    def to_json(self) -> str:
        """JSON text from which `from_json` restores a bit-identical report."""
        plain = asdict(self) | {
            "format": FORMAT_VERSION,
            "rows": self.rows.tolist(),
            "targets": self.targets.tolist(),
            "leaked": np.flatnonzero(self.leaked).tolist(),
            # the shortest decimals that restore the same float32
            "probabilities": [[float(str(p)) for p in row] for row in self.probabilities.astype(np.float32)],
        }
        if not self.balanced:  # as in every older report
            del plain["balanced"]
        return json.dumps(plain, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> "Report":
        """Read what `to_json` wrote. Raises FerError for damaged text or another format version."""
        try:
            plain = msgspec.json.decode(text)
            version = plain.pop("format")
            if version == FORMAT_VERSION:
                return cls._from_plain(plain)
        except DAMAGES as error:
            raise FerError(f"The stored report is damaged ({error}). Evaluate again.") from error
        raise FerError(f"This report has format {version}; this program reads {FORMAT_VERSION}. Evaluate again.")

    @classmethod
    def _from_plain(cls, plain: dict) -> "Report":
        plain.setdefault("balanced", False)  # stored reports do not name it
        for name, kind in TYPES.items():
            if not isinstance(plain[name], kind):
                raise FerError(f"{name} must be of type {kind.__name__}, got {plain[name]!r}")
        rows, targets, leaked = (whole_numbers(name, plain.pop(name)) for name in ("rows", "targets", "leaked"))
        if len(np.unique(rows)) != len(rows):
            raise FerError("rows must be unique, but some occur twice")
        if leaked.size and not (leaked.min() >= 0 and leaked.max() < len(targets)):
            raise FerError(f"leaked must be valid image positions, got {leaked.min()} to {leaked.max()}")
        return cls(
            labels=tuple(plain.pop("labels")),
            rows=rows,
            probabilities=np.array(plain.pop("probabilities"), np.float32),
            targets=targets,
            leaked=np.isin(np.arange(len(targets)), leaked),
            **plain,
        )
