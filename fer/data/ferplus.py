"""FER+: the votes of ten taggers on each of FER2013's images (Barsoum et al. 2016, arXiv 1608.01041)."""

import csv
from pathlib import Path

import numpy as np

from fer.data.class_groups import Grouping
from fer.data.dataset import USAGE_CODES, Rows
from fer.data.labels import EMOTIONS
from fer.errors import FerError, extra

OTHERS = ("contempt", "unknown", "NF")  # what FER+'s taggers could choose beside the seven; NF: no face


def read_votes(path: Path, rows: Rows) -> np.ndarray:
    """The votes of ten taggers for each image.

    Args:
        path: `fer2013new.csv` of https://github.com/microsoft/FERPlus, rows in the order of fer2013.csv.
        rows: as they were read, in no grouping; their usage shows whether they are in the order of the votes.

    Returns:
        int64 (N, 10): votes for EMOTIONS, then for OTHERS.

    Raises:
        FerError: where there are no votes, or those of other images or of other classes.
    """
    if rows.names != EMOTIONS:
        has = ", ".join(rows.names)
        raise FerError(f"FER+ votes are for the seven emotions, but this data set has {has}. Do without the votes.")
    if not path.is_file():
        raise FerError(f"FER+ votes were asked for, but {path} does not exist. See data/README.md for where to get it.")
    names = {"angry": "anger", "happy": "happiness", "sad": "sadness"}
    columns = [names.get(emotion, emotion) for emotion in (*EMOTIONS, *OTHERS)]
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        lines = csv.DictReader(file)
        missing = [column for column in ("Usage", *columns) if column not in (lines.fieldnames or ())]
        table = [] if missing else list(lines)
    if missing:
        raise FerError(f"{path} lacks the columns {', '.join(missing)}. Download it again: see data/README.md.")
    if [USAGE_CODES.get(line["Usage"]) for line in table] != rows.usage.tolist():
        raise FerError(
            f"{path} has {len(table)} rows in the order of fer2013.csv, and this source's {len(rows.usage)} images are "
            "others or in another order. Use fer2013.csv, or do without FER+ votes."
        )
    try:
        return np.array([[int(line[column]) for column in columns] for line in table], np.int64)
    except (TypeError, ValueError) as error:  # an empty field, a row that is too short, or no number
        raise FerError(f"{path} is damaged ({error}). Download it again: see data/README.md.") from error


def soft_targets(
    path: Path, rows: Rows, grouping: Grouping, share: float = 1.0, *, as_labels: bool = False
) -> np.ndarray:
    """FER+ votes as soft targets, float32 (N, C), rows sum to 1; the label where no tagger chose one of the classes.

    Args:
        path, rows: as in `read_votes`, which also tells what is refused.
        grouping: what becomes of the seven.
        share: of each target, 0 to 1, that the votes give; the label gives the rest.
        as_labels: not the votes themselves, but how likely each label is where they fell so (`likely_labels`).
    """
    votes = read_votes(path, rows)
    seven = likely_labels(votes, rows) if as_labels else votes[:, : len(EMOTIONS)]
    folded = grouping.fold(seven.astype(np.float32))
    total = folded.sum(axis=1, keepdims=True)
    one_hot = np.eye(len(grouping.names), dtype=np.float32)[rows.grouped(grouping).labels]
    voted = np.where(total > 0, folded / np.where(total > 0, total, 1), one_hot)
    return np.float32(share) * voted + np.float32(1 - share) * one_hot


def likely_labels(votes: np.ndarray, rows: Rows) -> np.ndarray:
    """FER2013's label as the votes foretell it: float32 (N, 7), probabilities.

    Taggers and FER2013's labels differ in habit: what the label calls sad or afraid, taggers often call neutral. A
    network that learns the votes learns their habit; from these it learns what the taggers saw, in the labels' habit.
    A logistic regression, fitted on the training split alone.

    Args:
        votes: int64 (N, 10), of `read_votes`.
        rows: of the same images.
    """
    with extra("train", "FER+ as labels"):
        from sklearn.linear_model import LogisticRegression

    features = np.hstack([votes / 10, np.log(votes + 0.5)])
    train = rows.usage == USAGE_CODES["Training"]
    model = LogisticRegression(C=10, max_iter=1000).fit(features[train], rows.labels[train])
    likely = np.zeros((len(votes), len(EMOTIONS)), np.float32)
    likely[:, model.classes_] = model.predict_proba(features)
    return likely
