"""FER+ votes as targets, for the seven emotions and for merged classes."""

from dataclasses import replace

import numpy as np
import pytest

from fer.data.class_groups import parse
from fer.data.dataset import Rows
from fer.data.ferplus import read_votes, soft_targets
from fer.data.labels import EMOTIONS
from fer.errors import FerError

VOTES = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n"
TWO = VOTES + "Training,a,1,3,0,0,0,0,0,6,0,0\nPublicTest,b,0,0,0,0,0,0,0,0,0,10\n"


def rows(labels: list[int], usage: list[int]) -> Rows:
    return Rows.of(np.zeros((len(labels), 48, 48), np.uint8), labels, usage)


@pytest.fixture
def path(tmp_path):
    (tmp_path / "fer2013new.csv").write_text(TWO)
    return tmp_path / "fer2013new.csv"


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ("", [[0, 0, 0, 0.75, 0, 0, 0.25], [0, 0, 1, 0, 0, 0, 0]]),
        ("good=happy+surprise, bad=fear+neutral", [[0.75, 0.25], [0, 1]]),
        ("fear, happy", [[0, 1], [1, 0]]),
    ],
    ids=["seven", "merged", "subset"],
)
def test_votes_become_soft_targets_and_fall_back_on_the_label(classes, expected, path):
    targets = soft_targets(path, rows([3, 2], [0, 1]), parse(classes, EMOTIONS))
    assert targets.tolist() == expected and targets.dtype == np.float32


def test_a_share_of_the_target_can_come_from_the_label(path):
    targets = soft_targets(path, rows([6, 2], [0, 1]), parse("", EMOTIONS), 0.25)
    assert targets.tolist() == [[0, 0, 0, 0.1875, 0, 0, 0.8125], [0, 0, 1, 0, 0, 0, 0]] and targets.dtype == np.float32


def test_votes_used_as_labels_follow_the_labels_convention_fitted_on_training_only(tmp_path):
    lines = [VOTES, *["Training,a,9,0,0,1,0,0,0,0,0,0\n"] * 40, *["Training,b,1,9,0,0,0,0,0,0,0,0\n"] * 40]
    path = tmp_path / "fer2013new.csv"
    path.write_text("".join([*lines, "PublicTest,c,9,0,0,1,0,0,0,0,0,0\n"]))
    sad, neutral, happy, angry = (EMOTIONS.index(name) for name in ("sad", "neutral", "happy", "angry"))
    labels = [*[sad] * 30, *[neutral] * 10, *[happy] * 40, angry]
    data = rows(labels, [*[0] * 80, 1])
    targets = soft_targets(path, data, parse("", EMOTIONS), as_labels=True)
    np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-6)
    assert (targets[0] == targets[80]).all(), "the label of PublicTest says nothing"
    assert abs(targets[0, sad] - 0.75) < 0.03 and abs(targets[0, neutral] - 0.25) < 0.03, "not 9 of 10 neutral"
    assert targets[40, happy] > 0.97 and targets[:, angry].max() == 0
    merged = soft_targets(path, data, parse("good=happy, bad=sad+neutral", EMOTIONS), 0.5, as_labels=True)
    assert merged[0, 1] > 0.97 and merged.dtype == np.float32


def test_votes_for_other_rows_are_refused(tmp_path):
    path = tmp_path / "fer2013new.csv"
    with pytest.raises(FerError, match=r"There are no FER\+ votes at"):
        read_votes(path, rows([3], [0]))
    path.write_text("Usage,neutral\n")
    with pytest.raises(FerError, match=r"has no columns anger"):
        read_votes(path, rows([3], [0]))
    path.write_text(VOTES + "Training,a,1,3,0,0,0,0,0,6,0,0\n")
    for labels, usage in (([3], [1]), ([3, 3], [0, 0])):
        with pytest.raises(FerError, match=r"1 rows in the order of fer2013.csv"):
            read_votes(path, rows(labels, usage))
    for bad in ("9" * 30, "9" * 200_000):
        path.write_text(VOTES + f"Training,a,{bad},3,0,0,0,0,0,6,0,0\n")
        with pytest.raises(FerError, match="is damaged"):
            read_votes(path, rows([3], [0]))


def test_votes_for_other_classes_are_refused(path):
    own = replace(rows([1, 0], [0, 1]), names=("cat", "dog"))
    with pytest.raises(FerError, match=r"seven emotions, but this data set has cat, dog\. Set ferplus to 0"):
        soft_targets(path, own, parse("", own.names))
