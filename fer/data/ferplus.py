"""FER+: the votes of ten annotators on each FER2013 image (Barsoum et al. 2016, arXiv 1608.01041)."""

import csv
from pathlib import Path

import numpy as np

from fer.data.class_groups import Grouping
from fer.data.dataset import USAGE_CODES, Rows
from fer.data.labels import EMOTIONS
from fer.errors import FerError, extra

OTHERS = ("contempt", "unknown", "NF")  # FER+'s classes beyond the seven; NF: not a face


def read_votes(path: Path, rows: Rows) -> np.ndarray:
    """Read the ten annotators' votes for each image.

    Args:
        path: `fer2013new.csv` from https://github.com/microsoft/FERPlus, in the order of fer2013.csv.
        rows: ungrouped, as read; their usage is used to check that they match the order of the votes.

    Returns:
        int64 (N, 10): votes for EMOTIONS, followed by OTHERS.

    Raises:
        FerError: if there are no votes, or they are for other images or classes.
    """
    if rows.names != EMOTIONS:
        has = ", ".join(rows.names)
        raise FerError(f"FER+ votes are for the seven emotions, but this data set has {has}. Set ferplus to 0.")
    if not path.is_file():
        raise FerError(f"There are no FER+ votes at {path}. Get them with python -m fer download, or set ferplus to 0.")
    names = {"angry": "anger", "happy": "happiness", "sad": "sadness"}
    columns = [names.get(emotion, emotion) for emotion in (*EMOTIONS, *OTHERS)]
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        lines = csv.DictReader(file)
        try:
            missing = [column for column in ("Usage", *columns) if column not in (lines.fieldnames or ())]
            table = [] if missing else list(lines)
        except csv.Error as error:
            raise _damaged(path, error) from error
    if missing:
        raise FerError(f"{path} has no columns {', '.join(missing)}. Download it again: python -m fer download.")
    if [USAGE_CODES.get(line["Usage"]) for line in table] != rows.usage.tolist():
        raise FerError(
            f"{path} has {len(table)} rows in the order of fer2013.csv, but this data set's {len(rows.usage)} images "
            "differ or are in another order. Use fer2013.csv, or set ferplus to 0."
        )
    try:
        return np.array([[int(line[column]) for column in columns] for line in table], np.int64)
    except (TypeError, ValueError, OverflowError) as error:  # an empty field, a short row, or no usable number
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> FerError:
    return FerError(f"{path} is damaged ({error}). Download it again: python -m fer download.")


def soft_targets(
    path: Path, rows: Rows, grouping: Grouping, share: float = 1.0, *, as_labels: bool = False
) -> np.ndarray:
    """FER+ votes as soft targets, float32 (N, C), rows sum to 1; the label if no annotator chose a kept class.

    Args:
        path, rows: as for `read_votes`, which raises the same errors.
        grouping: how the seven emotions are grouped.
        share: weight of the votes in each target, 0 to 1; the label gets the rest.
        as_labels: use the probability of each label given the votes (`likely_labels`) instead of the votes.
    """
    votes = read_votes(path, rows)
    seven = likely_labels(votes, rows) if as_labels else votes[:, : len(EMOTIONS)]
    folded = grouping.fold(seven.astype(np.float32))
    total = folded.sum(axis=1, keepdims=True)
    one_hot = np.eye(len(grouping.names), dtype=np.float32)[rows.grouped(grouping).labels]
    voted = np.where(total > 0, folded / np.where(total > 0, total, 1), one_hot)
    return np.float32(share) * voted + np.float32(1 - share) * one_hot


def likely_labels(votes: np.ndarray, rows: Rows) -> np.ndarray:
    """FER2013's label as predicted from the votes: float32 (N, 7), probabilities.

    Annotators and FER2013's labels differ systematically: what is labelled sad or fear, annotators often call neutral,
    and a network trained on the votes learns that bias. These targets use what the annotators saw, but follow the
    labels' convention. They come from a logistic regression fitted on the training split only.

    Args:
        votes: int64 (N, 10), from `read_votes`.
        rows: the same images.
    """
    with extra("train", "FER+ as labels"):
        from sklearn.linear_model import LogisticRegression

    features = np.hstack([votes / 10, np.log(votes + 0.5)])
    train = rows.usage == USAGE_CODES["Training"]
    model = LogisticRegression(C=10, max_iter=1000).fit(features[train], rows.labels[train])
    likely = np.zeros((len(votes), len(EMOTIONS)), np.float32)
    likely[:, model.classes_] = model.predict_proba(features)
    return likely
