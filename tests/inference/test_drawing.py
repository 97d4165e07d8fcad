"""Marks drawn on images: position, colour and speed."""

import time

import numpy as np
import pytest

from fer.faces.crop import Face
from fer.inference import drawing
from fer.inference.drawing import annotate, draw
from fer.inference.prediction import Prediction

RED = {"happy": "#ff0000"}


def prediction(box, label: str = "happy") -> Prediction:
    return Prediction(Face(box, 0.9), (label,), np.ones(1, np.float32), np.zeros((48, 48), np.uint8))


def numbered(*boxes, label: str = "happy") -> list[tuple[int, Prediction]]:
    return [(number, prediction(box, label)) for number, box in enumerate(boxes, 1)]


@pytest.mark.parametrize("box", [(0, 0, 60, 60), (590, 430, 640, 480), (0, 0, 640, 480), (-30, -20, 700, 500)])
def test_annotating_does_not_modify_the_image(box):
    image = np.zeros((480, 640, 3), np.uint8)
    marked = annotate(image, [prediction(box)], RED)
    assert marked.shape == image.shape and (marked != 0).any() and (image == 0).all()


def test_a_box_is_drawn_just_inside_its_edges():
    image = draw(np.zeros((480, 640, 3), np.uint8), numbered((100, 200, 180, 300)), RED)
    red = (image == (255, 0, 0)).all(axis=2)
    assert red[200, 100:180].all() and red[299, 100:180].all() and red[200:300, 100].all() and red[200:300, 179].all()
    assert not red[210:290, 110:170].any() and not red[301:].any() and not red[200:, 180:].any()


def test_the_label_is_above_the_box_or_below_if_there_is_no_room():
    for box, above in (((100, 200, 180, 300), True), ((100, 0, 180, 100), False)):
        marked = draw(np.zeros((480, 640, 3), np.uint8), numbered(box), RED).any(axis=(1, 2))
        assert marked[: box[1]].any() == above and marked[box[3] :].any() != above


def test_a_face_keeps_its_number_on_the_image():
    image, face = np.zeros((200, 200, 3), np.uint8), prediction((50, 50, 120, 120))
    assert (draw(image.copy(), [(7, face)], RED) != draw(image.copy(), [(1, face)], RED)).any()


@pytest.mark.parametrize("label", ["Ärger 鬼", "злость", "x" * 300, "", "a\nb"])
@pytest.mark.parametrize("size", [(1, 1), (48, 48), (33, 500), (720, 1280)])
def test_any_label_is_drawn_on_any_image(label, size):
    height, width = size
    image = draw(np.zeros((height, width, 3), np.uint8), numbered((0, 0, width, height), label=label), {})
    assert image.shape == (height, width, 3) and image.any()


def test_a_read_only_image_is_copied_and_others_are_modified():
    image = np.zeros((100, 100, 3), np.uint8)
    assert draw(image, [], RED) is image
    image.flags.writeable = False
    assert draw(image, numbered((10, 10, 60, 60)), RED).any() and not image.any()


def test_missing_characters_are_marked_and_others_come_from_a_font_that_has_them(monkeypatch):
    assert drawing._missing(drawing._font("happy", 14), "happy") == 0
    only_ascii = drawing._fonts(14)[:1]
    monkeypatch.setattr(drawing, "_fonts", lambda size: only_ascii)
    assert drawing._missing(drawing._font("Ärger", 14), "Ärger") == 1


def test_drawing_a_face_takes_less_than_a_millisecond():
    image, marks = np.zeros((480, 640, 3), np.uint8), numbered((100, 100, 300, 300))
    times = []
    for _ in range(50):
        started = time.perf_counter()
        draw(image, marks, RED)
        times.append(time.perf_counter() - started)
    assert np.median(times) < 1e-3
