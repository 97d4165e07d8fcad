"""What a few recorded faces teach: a linear head, and how well it answers on takes that it has not seen."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fer.data.labels import check_names, tidy
from fer.errors import FerError
from fer.evaluation import metrics
from fer.inference.probabilities import softmax

MOST_CLASSES = 10
MOST_FACES = 2_000  # 10 classes × 200, which take seconds; a hold of three seconds gives about 35
FEWEST_FACES = 3  # of a class
FOLDS = 5
LARGEST = 1e6  # of a feature's size: far beyond any network's
PENALTY = 0.1  # on standardised features: neighbouring frames are so alike that less would learn them by heart
STEPS = 300  # at most; more change no answer
CLOSE = 1e-4  # of the gradient's largest entry, where the steps end


@dataclass(frozen=True)
class Recordings:
    """Labelled faces as a network sees them.

    Attributes:
        labels: two to ten class names.
        features: float32 (N, F).
        classes: int64 (N,), positions in `labels`.
        takes: int64 (N,): faces of one hold, which look alike, share a number; a photo has its own.
    """

    labels: tuple[str, ...]
    features: np.ndarray
    classes: np.ndarray
    takes: np.ndarray

    def __post_init__(self):
        object.__setattr__(self, "labels", check_names(map(tidy, self.labels)))
        n = len(self.features)
        if len(self.labels) > MOST_CLASSES:
            raise FerError(f"At most {MOST_CLASSES} classes are allowed, got {len(self.labels)}. Remove some.")
        if self.features.ndim != 2 or self.classes.shape != (n,) or self.takes.shape != (n,):
            raise FerError("Every face needs its features, a class and a take.")
        if n > MOST_FACES:
            raise FerError(f"At most {MOST_FACES:,} faces are allowed, got {n:,}. Remove some.")
        if not np.isfinite(self.features).all() or abs(self.features).max(initial=0) > LARGEST:
            raise FerError("The features must be finite numbers. Record again.")
        if n and (self.classes.min() < 0 or self.classes.max() >= len(self.labels)):
            raise FerError(f"Classes must be 0 to {len(self.labels) - 1}.")
        few = [label for label, count in zip(self.labels, self.faces, strict=True) if count < FEWEST_FACES]
        if few:
            raise FerError(f"{', '.join(few)}: record at least {FEWEST_FACES} faces of each class.")

    @cached_property
    def faces(self) -> np.ndarray:
        """int64 (C,): faces of each class."""
        return np.bincount(self.classes, minlength=len(self.labels))

    @cached_property
    def takes_of(self) -> list[np.ndarray]:
        """The takes of each class, in the order of their numbers."""
        return [np.unique(self.takes[self.classes == i]) for i in range(len(self.labels))]


@dataclass(frozen=True)
class Judgement:
    """How well heads that were taught without a take answer its faces.

    Attributes:
        targets, probabilities: int64 (N,) and float64 (N, C) of every face.
        takes: how many there are; frames of one are too alike to count as independent.
    """

    targets: np.ndarray
    probabilities: np.ndarray
    takes: int

    @cached_property
    def confusion(self) -> np.ndarray:
        """int64 (C, C): rows are true classes, columns predicted ones."""
        return metrics.confusion(self.targets, self.probabilities.argmax(axis=1), self.probabilities.shape[1])

    @property
    def accuracy(self) -> float:
        """The mean recall of the classes, so that a class with more faces counts no more than another."""
        return float(metrics.balanced_accuracy(self.confusion))

    @property
    def interval(self) -> tuple[float, float]:
        """95% Wilson interval in which a whole take counts as one answer, however many frames it has."""
        return metrics.wilson(self.accuracy * self.takes, self.takes)


@dataclass(frozen=True)
class Lesson:
    """A taught head: logits = features @ kernel.T + bias.

    Attributes:
        recordings: what it was taught.
        kernel, bias: float32 (C, F) and (C,).
        judgement: None if a class has a single take, so that nothing is left to judge it on.
    """

    recordings: Recordings
    kernel: np.ndarray
    bias: np.ndarray
    judgement: Judgement | None

    @property
    def labels(self) -> tuple[str, ...]:
        return self.recordings.labels

    @property
    def unjudged(self) -> tuple[str, ...]:
        """The classes that need a second take before accuracy can be measured."""
        takes = zip(self.labels, self.recordings.takes_of, strict=True)
        return tuple(label for label, numbers in takes if len(numbers) < 2)


def teach(recordings: Recordings) -> Lesson:
    """A head for these classes, judged by cross-validation over takes."""
    kernel, bias = fit(recordings.features, recordings.classes, len(recordings.labels))
    return Lesson(recordings, kernel, bias, judge(recordings))


def judge(recordings: Recordings) -> Judgement | None:
    """Answer every take by a head that was taught without it. All faces of a take stay together: neighbouring frames
    on both sides would make any head look right."""
    folds = min(FOLDS, *(len(numbers) for numbers in recordings.takes_of))
    if folds < 2:
        return None
    fold = np.zeros(len(recordings.classes), np.int64)
    for label, numbers in enumerate(recordings.takes_of):
        own = recordings.classes == label
        fold[own] = np.searchsorted(numbers, recordings.takes[own]) % folds
    probabilities = np.zeros((len(fold), len(recordings.labels)))
    for i in range(folds):
        seen, held = fold != i, fold == i
        kernel, bias = fit(recordings.features[seen], recordings.classes[seen], len(recordings.labels))
        probabilities[held] = softmax(recordings.features[held] @ kernel.T + bias)
    return Judgement(recordings.classes, probabilities, sum(map(len, recordings.takes_of)))


def fit(features: np.ndarray, classes: np.ndarray, count: int, penalty: float = PENALTY) -> tuple:
    """Kernel (C, F) and bias (C,), float32, of a regularised logistic regression in which classes weigh the same.

    Implemented here because the web process needs it, and scikit-learn takes a second to import. Accelerated gradient
    descent (Nesterov 1983) on standardised features; the standardisation is folded into the result.
    """
    mean, spread = features.mean(axis=0, dtype=np.float64), features.std(axis=0, dtype=np.float64)
    scale = np.where(spread > 1e-6, 1 / np.maximum(spread, 1e-6), 0.0)  # a silent feature says nothing
    x = ((features - mean) * scale).astype(np.float32)
    weights = (1 / (count * np.bincount(classes, minlength=count)[classes])).astype(np.float32)
    truth = np.eye(count, dtype=np.float32)[classes]
    weighted = np.c_[x, np.ones(len(x), np.float32)] * np.sqrt(weights)[:, None]
    gram = weighted @ weighted.T if len(x) < x.shape[1] else weighted.T @ weighted
    step = np.float32(1 / (0.5 * np.linalg.eigvalsh(gram)[-1] + penalty))
    kernel = before = np.zeros((count, x.shape[1]), np.float32)
    bias = bias_before = np.zeros(count, np.float32)
    momentum = 1.0
    for _ in range(STEPS):
        momentum, last = (1 + np.sqrt(1 + 4 * momentum**2)) / 2, momentum
        push = np.float32((last - 1) / momentum)
        ahead, bias_ahead = kernel + push * (kernel - before), bias + push * (bias - bias_before)
        errors = (_shares(x @ ahead.T + bias_ahead) - truth) * weights[:, None]
        slope, bias_slope = errors.T @ x + penalty * ahead, errors.sum(axis=0)
        before, bias_before = kernel, bias
        kernel, bias = ahead - step * slope, bias_ahead - step * bias_slope
        if max(abs(slope).max(), abs(bias_slope).max()) < CLOSE:
            break
        if (slope * (kernel - before)).sum() > 0:  # overshot: start afresh (O'Donoghue & Candès 2015)
            momentum = 1.0
    kernel = kernel * scale
    return kernel.astype(np.float32), (bias - kernel @ mean).astype(np.float32)


def _shares(logits: np.ndarray) -> np.ndarray:
    """`softmax` in the type of the logits, float32 for speed."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
