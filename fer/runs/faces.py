"""The validation faces by which a training can be watched: what the network answers for them after each epoch.

Only row numbers are stored, never images: whoever shows the faces draws them from the data set, where it is present.
"""

from dataclasses import dataclass, replace

import numpy as np

from fer.data.dataset import Dataset, Split
from fer.errors import FerError
from fer.runs.run import Run
from fer.system.records import Count, Name, Share, read_record, write_record

FACES = "faces.json"  # in the run's directory
WATCHED = 16


@dataclass(frozen=True)
class Answers:
    """The most likely class of each face after an epoch (from 0), and its uncalibrated probability."""

    epoch: Count
    predicted: tuple[Count, ...]
    confidence: tuple[Share, ...]


@dataclass(frozen=True)
class WatchedFaces:
    """The faces, and the answers epoch by epoch.

    Attributes:
        fingerprint: of the data set.
        rows: row numbers in the source.
        true: the class of each face.
    """

    fingerprint: Name
    rows: tuple[Count, ...]
    true: tuple[Count, ...]
    answers: tuple[Answers, ...] = ()

    def __post_init__(self):
        lengths = {len(self.rows), len(self.true)}
        for answers in self.answers:
            lengths |= {len(answers.predicted), len(answers.confidence)}
        if len(lengths) != 1:
            raise ValueError(f"all lists must be equally long, got {sorted(lengths)}")


def choose(split: Split, seed: int) -> np.ndarray:
    """Positions in the split of up to WATCHED faces, as many of each class as possible, sorted by class."""
    random, labels = np.random.default_rng(seed), split.labels
    members = [random.permutation(np.flatnonzero(labels == label)) for label in np.unique(labels)]
    turns = [(turn, label, position) for label, found in enumerate(members) for turn, position in enumerate(found)]
    chosen = sorted(turns)[:WATCHED]
    return np.array([position for _, _, position in sorted(chosen, key=lambda entry: entry[1])], np.int64)


def begin(run: Run, dataset: Dataset) -> WatchedFaces:
    """The run's faces with the answers so far; fresh ones where there are none of this data set, or damaged ones."""
    try:
        known = of_run(run)
    except FerError:  # a picture of the training is not worth its failure
        known = None
    if known and known.fingerprint == dataset.fingerprint and len(positions(known, dataset.val)) == len(known.rows):
        return known
    chosen = choose(dataset.val, run.config.seed)
    rows, true = dataset.val.rows[chosen].tolist(), dataset.val.labels[chosen].tolist()
    return WatchedFaces(dataset.fingerprint, tuple(rows), tuple(true))


def positions(faces: WatchedFaces, split: Split) -> np.ndarray:
    """Where the faces stand in the validation split, in their order; shorter if some are missing."""
    places = {int(row): position for position, row in enumerate(split.rows)}
    return np.array([places[row] for row in faces.rows if row in places], np.int64)


def noted(faces: WatchedFaces, epoch: int, logits: np.ndarray) -> WatchedFaces:
    """The faces with the answers of one more epoch; later ones, of a training that was set back, are forgotten.

    Args:
        logits: (WATCHED, C), of the faces in their order.
    """
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    confidence = (odds.max(axis=1) / odds.sum(axis=1)).round(3)
    answers = Answers(epoch, tuple(logits.argmax(axis=1).tolist()), tuple(confidence.tolist()))
    return replace(faces, answers=(*(old for old in faces.answers if old.epoch < epoch), answers))


def keep(run: Run, faces: WatchedFaces) -> None:
    write_record(run.path / FACES, faces)


def of_run(run: Run) -> WatchedFaces | None:
    """The run's faces, or None if it has none. Raises FerError if the file is damaged."""
    return read_record(run.path / FACES, WatchedFaces)
