"""Photos that lie on their side or upside down."""

from pathlib import Path

import numpy as np
import pytest

from fer.faces import upright
from fer.faces.crop import Face
from fer.faces.image import read_image
from fer.inference.reader import EmotionReader

SAMPLES = Path(__file__).parents[2] / "pages/parts/samples"


@pytest.fixture(scope="module")
def reader() -> EmotionReader:
    return EmotionReader("mini_xception")


@pytest.mark.parametrize("name", ["astronaut.jpg", "hopper.jpg", "pair.jpg"])
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_photo_in_any_position_is_read_as_if_it_were_upright(reader, name, turns):
    image = read_image(SAMPLES / name)
    expected = sorted(reader.read(image, upright=True), key=lambda each: each.confidence)
    lying = upright.turned(image, turns)
    found = sorted(reader.read(lying), key=lambda each: each.confidence)
    assert [each.turns for each in found] == [-turns % 4] * len(expected)
    for there, here in zip(expected, found, strict=True):
        assert np.abs(there.probabilities - here.probabilities).max() < 0.05  # rotating resamples
        assert upright.turned_face(here.face, lying.shape, here.turns).box == there.face.box


def test_a_frame_that_is_known_to_be_upright_is_searched_once(reader):
    lying = upright.turned(read_image(SAMPLES / "hopper.jpg"), 1)
    assert all(each.turns == 0 for each in reader.read(lying, upright=True))


def test_faces_that_are_surely_upright_cost_one_search():
    calls = []

    def detect(image):
        calls.append(image.shape)
        return [Face((0, 0, 10, 10), 0.95)]

    assert upright.find_upright(np.zeros((40, 60, 3), np.uint8), detect)[0] == 0 and len(calls) == 1


def test_another_position_must_be_clearly_better():
    scores = iter([0.80, 0.82, 0.81, 0.0])

    def detect(image):
        return [Face((1, 2, 11, 12), next(scores))]

    assert upright.find_upright(np.zeros((40, 60, 3), np.uint8), detect)[0] == 0


def test_a_face_comes_back_to_where_it_was():
    face, image = Face((5, 6, 25, 36), 0.9, ((7.5, 9.0),) * 5), np.zeros((40, 60, 3), np.uint8)
    for turns in (1, 2, 3):
        there = upright.turned_face(face, image.shape, turns)
        marked = image.copy()
        marked[6:36, 5:25] = 255
        x1, y1, x2, y2 = there.box
        assert upright.turned(marked, turns)[y1:y2, x1:x2].all()
        assert upright.turned_face(there, upright.turned(image, turns).shape, -turns) == face
