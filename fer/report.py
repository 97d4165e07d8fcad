"""What a model answered on a split, image by image, and every figure that follows from it."""

import json
from dataclasses import asdict, dataclass
from math import sqrt

import numpy as np

from fer.errors import FerError

FORMAT_VERSION = 1
SUM_TOLERANCE = 1e-3  # six digits and float32 lose far less
Z_95 = 1.959963984540054  # the normal quantile of a two-sided 95 % interval


@dataclass(frozen=True)
class Report:
    """A model's answers on one split.

    Attributes:
        model: the run's id.
        dataset: the data set's name.
        split: train, val, test or all.
        labels: class names, in the order of the columns.
        rows: int64 (N,), row numbers in the data set's source.
        targets: int64 (N,), the right classes.
        probabilities: float32 (N, C), each row sums to 1.
        leaked: bool (N,), images with an exact copy in the training split.
        fingerprint: the data set's, so that it is known which data this was.
    """

    model: str
    dataset: str
    split: str
    labels: tuple[str, ...]
    rows: np.ndarray
    targets: np.ndarray
    probabilities: np.ndarray
    leaked: np.ndarray
    fingerprint: str

    def __post_init__(self):
        n, classes = len(self.targets), len(self.labels)
        if not n:
            raise FerError(f"The {self.split} split of {self.dataset} holds no images to evaluate.")
        if self.probabilities.shape != (n, classes):
            raise FerError(f"probabilities must be ({n}, {classes}), got {self.probabilities.shape}.")
        for name in ("rows", "targets", "leaked"):
            if getattr(self, name).shape != (n,):
                raise FerError(f"{name} must be ({n},), one for each image, got {getattr(self, name).shape}.")
        if self.targets.min() < 0 or self.targets.max() >= classes:
            raise FerError(f"targets must be 0 to {classes - 1}, got {self.targets.min()} to {self.targets.max()}.")
        if not (abs(self.probabilities.sum(axis=1) - 1) < SUM_TOLERANCE).all():  # also refuses NaN
            raise FerError("probabilities must sum to 1 for every image.")

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def leak_free(self) -> "Report":
        """The same without the images that have an exact copy in the training split."""
        keep = ~self.leaked
        arrays = {key: getattr(self, key)[keep] for key in ("rows", "targets", "probabilities", "leaked")}
        return Report(**{**self.__dict__, **arrays})

    @property
    def predictions(self) -> np.ndarray:
        """int64 (N,): the class of the highest probability, the first of equals."""
        return self.probabilities.argmax(axis=1)

    @property
    def confusion(self) -> np.ndarray:
        """int64 (C, C): row the right class, column the answered one."""
        classes = len(self.labels)
        return np.bincount(self.targets * classes + self.predictions, minlength=classes**2).reshape(classes, classes)

    @property
    def accuracy(self) -> float:
        return float((self.predictions == self.targets).mean())

    @property
    def interval(self) -> tuple[float, float]:
        """95 % Wilson interval of the accuracy."""
        return wilson(int((self.predictions == self.targets).sum()), len(self))

    @property
    def per_class(self) -> dict[str, np.ndarray]:
        """precision, recall, f1 float64 (C,) and support int64 (C,); 0 where a figure has no denominator."""
        confusion = self.confusion
        right, answered, support = np.diag(confusion), confusion.sum(axis=0), confusion.sum(axis=1)
        return {
            "precision": right / np.maximum(answered, 1),
            "recall": right / np.maximum(support, 1),
            "f1": 2 * right / np.maximum(answered + support, 1),
            "support": support,
        }

    @property
    def macro_f1(self) -> float:
        """Mean F1 over the classes that occur in the split or among the answers."""
        confusion = self.confusion
        occurs = (confusion.sum(axis=0) + confusion.sum(axis=1)) > 0
        return float(self.per_class["f1"][occurs].mean())

    def summary(self) -> dict:
        """The headline figures as plain values."""
        clean = self.leak_free if not self.leaked.all() else None
        return {
            "n": len(self),
            "accuracy": self.accuracy,
            "interval": list(self.interval),
            "leak_free_n": len(clean) if clean else 0,
            "leak_free_accuracy": clean.accuracy if clean else None,
            "leak_free_interval": list(clean.interval) if clean else None,
            "macro_f1": self.macro_f1,
        }

    def to_json(self) -> str:
        """JSON text; probabilities to six digits, or in full where that would change the highest."""
        plain = asdict(self) | {
            "format": FORMAT_VERSION,
            "rows": self.rows.tolist(),
            "targets": self.targets.tolist(),
            "leaked": np.flatnonzero(self.leaked).tolist(),
            "probabilities": [_shortened(row) for row in self.probabilities],
        }
        return json.dumps(plain, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Report":
        """Read what `to_json` wrote. Raises FerError for damaged text or another format version."""
        try:
            plain = json.loads(text)
            version = plain.pop("format")
            if version == FORMAT_VERSION:
                return cls._from_plain(plain)
        except (FerError, KeyError, IndexError, TypeError, ValueError, OverflowError, AttributeError) as error:
            raise FerError(f"The stored report is damaged ({error}). Evaluate again.") from error
        raise FerError(f"This report has format {version}; this program reads {FORMAT_VERSION}. Evaluate again.")

    @classmethod
    def _from_plain(cls, plain: dict) -> "Report":
        targets = np.array(plain.pop("targets"), np.int64)
        leaked = np.zeros(len(targets), bool)
        leaked[np.array(plain.pop("leaked"), np.uint64)] = True
        return cls(
            labels=tuple(plain.pop("labels")),
            rows=np.array(plain.pop("rows"), np.int64),
            probabilities=np.array(plain.pop("probabilities"), np.float32),
            targets=targets,
            leaked=leaked,
            **plain,
        )


def _shortened(row: np.ndarray) -> list[float]:
    short = row.astype(np.float64).round(6)
    return (short if short.argmax() == row.argmax() else row).tolist()


def wilson(right: int, n: int) -> tuple[float, float]:
    """95 % confidence interval of a proportion (Wilson 1927), each end in [0, 1].

    Args:
        right: successes, 0 to n.
        n: trials, at least 1.
    """
    share, z2 = right / n, Z_95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)
