"""The validation faces by which a training is watched: chosen once, answered after every epoch, never stored."""

from dataclasses import replace

import numpy as np
import pytest

from fer.data.dataset import Split
from fer.errors import FerError
from fer.runs import faces
from fer.runs.config import TrainConfig
from fer.runs.store import RunStore


def split(counts: list[int]) -> Split:
    labels = np.repeat(np.arange(len(counts)), counts)
    rows = 1000 + np.arange(len(labels))
    targets = np.eye(len(counts), dtype=np.float32)[labels]
    return Split(np.zeros((len(labels), 48, 48), np.uint8), targets, rows, rows, rows < 0)


@pytest.mark.parametrize(
    ("counts", "chosen"),
    [([50] * 7, [2, 2, 2, 2, 2, 3, 3]), ([100, 1, 100], [8, 1, 7]), ([2, 1], [2, 1]), ([0, 30], [16])],
)
def test_faces_are_taken_from_all_classes_alike(counts, chosen):
    known = split(counts)
    positions = faces.choose(known, seed=3)
    found = np.bincount(known.labels[positions], minlength=len(counts))
    assert sorted(found[found > 0]) == sorted(chosen) and len(set(positions)) == len(positions)
    assert (np.diff(known.labels[positions]) >= 0).all(), "sorted by class"
    assert (positions == faces.choose(known, seed=3)).all()


def test_another_seed_chooses_other_faces():
    assert set(faces.choose(split([50] * 7), 0)) != set(faces.choose(split([50] * 7), 1))


def test_answers_are_noted_epoch_by_epoch_and_later_ones_forgotten_where_a_training_is_set_back():
    known = faces.WatchedFaces("x", (5, 9), (0, 1))
    for epoch, logits in enumerate(([[0.0, 2.0], [1.0, 0.0]], [[3.0, 0.0], [0.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]])):
        known = faces.noted(known, epoch, np.array(logits))
    assert [answers.predicted for answers in known.answers] == [(1, 0), (0, 0), (1, 1)]
    assert known.answers[1].confidence == pytest.approx((1 / (1 + np.exp(-3)), 0.5), abs=1e-3)
    again = faces.noted(known, 1, np.array([[0.0, 1.0], [0.0, 1.0]]))
    assert [answers.epoch for answers in again.answers] == [0, 1]


def test_faces_survive_a_resumed_training_but_not_other_data_or_damage(tmp_path, dataset):
    run = RunStore(tmp_path).create(TrainConfig(), "x")
    first = faces.noted(faces.begin(run, dataset), 0, np.zeros((7, 7)))
    faces.keep(run, first)
    assert faces.begin(run, dataset) == faces.of_run(run) == first
    assert dataset.val.rows[faces.positions(first, dataset.val)].tolist() == list(first.rows)
    assert not faces.begin(run, replace(dataset, fingerprint="other")).answers
    (run.path / faces.FACES).write_text('{"fingerprint": "x", "rows": [1], "true": []}')
    with pytest.raises(FerError, match="equally long"):
        faces.of_run(run)
    assert not faces.begin(run, dataset).answers


def test_no_image_is_stored(tmp_path, dataset):
    run = RunStore(tmp_path).create(TrainConfig(), "x")
    faces.keep(run, faces.noted(faces.begin(run, dataset), 0, np.zeros((7, 7))))
    assert (run.path / faces.FACES).stat().st_size < 1000
