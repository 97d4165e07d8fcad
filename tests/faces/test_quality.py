"""Quality hints report the problems of a photo and nothing else."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from fer.faces import crop
from fer.faces.crop import Face
from fer.faces.detectors import DETECTORS
from fer.faces.image import read_image
from fer.faces.quality import hints, sharpness

SAMPLES = Path(__file__).parents[2] / "pages/parts/samples"
LEVEL = ((35.0, 40.0), (65.0, 40.0), (50.0, 58.0), (38.0, 72.0), (62.0, 72.0))  # eyes, nose, mouth of a face of 100


@pytest.fixture(scope="module")
def hopper() -> tuple[np.ndarray, Face]:
    image = read_image(SAMPLES / "hopper.jpg")
    (face,) = DETECTORS["yunet"].load()(image)
    return image, face


def hints_for(image: np.ndarray, face: Face) -> list[str]:
    return hints(image, face, crop.crop(image, face))


def all_hints(image: np.ndarray) -> list[list[str]]:
    """Hints for every face found by the detector."""
    return [hints_for(image, face) for face in DETECTORS["yunet"].load()(image)]


@pytest.mark.parametrize("sample", ["astronaut.jpg", "hopper.jpg", "pair.jpg", "drawn.png"])
@pytest.mark.parametrize("detector", ["yunet", "whole"])
def test_a_good_photo_gets_no_hint(sample, detector):
    image = read_image(SAMPLES / sample)
    assert all(hints_for(image, face) == [] for face in DETECTORS[detector].load()(image))


DEGRADED = {
    "blurred": (lambda image: cv2.GaussianBlur(image, (0, 0), 10), "The face is blurred."),
    "dark": (lambda image: image // 6, "The face is very dark."),
    "overexposed": (lambda image: np.minimum(image * 3.0, 255).astype(np.uint8), "The face is overexposed."),
    "washed out": (lambda image: (image * 0.15 + 110).astype(np.uint8), "The face is washed out"),
}


@pytest.mark.parametrize(("degrade", "hint"), DEGRADED.values(), ids=DEGRADED)
def test_a_degraded_photo_gets_exactly_the_matching_hint(degrade, hint, hopper):
    image, face = hopper
    (sentence,) = hints_for(degrade(image), face)
    assert sentence.startswith(hint)


def test_a_small_face_is_reported_as_small_but_not_as_blurred(hopper):
    image, _ = hopper
    small = cv2.resize(image, (56, 66), interpolation=cv2.INTER_AREA)
    (sentence,) = hints_for(small, Face((20, 13, 39, 36), 0.9))
    assert sentence.startswith("The face is only 23 pixels wide.")
    assert hints_for(image, Face((0, 0, 512, 600), 0.9)) == []


@pytest.mark.parametrize(("angle", "tilted"), [(10, False), (40, True), (-50, True)])
def test_a_tilted_head_is_detected_in_a_rotated_photo(angle, tilted, hopper):
    image, face = hopper
    x, y = np.mean(face.landmarks, axis=0)
    turn = cv2.getRotationMatrix2D((x, y), angle, 1)
    turned = cv2.warpAffine(image, turn, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    (sentences,) = all_hints(turned)
    assert len(sentences) == tilted and all("tilted" in sentence for sentence in sentences)


@pytest.mark.parametrize(
    ("cut", "outside"),
    [
        ((slice(None), slice(0, 290)), True),
        ((slice(0, 270), slice(None)), True),
        ((slice(60, 500), slice(100, 440)), False),
    ],
    ids=["an eye", "the chin", "only the background"],
)
def test_a_face_cut_off_by_the_edge_is_detected(cut, outside, hopper):
    for sentences in all_hints(np.ascontiguousarray(hopper[0][cut])):
        assert any("outside the photo" in sentence for sentence in sentences) == outside


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({}, None),
        ({2: (58.0, 58.0)}, None),
        ({2: (68.0, 58.0)}, "turned too far to the side"),
        ({2: (31.0, 58.0)}, "turned too far to the side"),
        ({1: (63.0, 58.0)}, "tilted too far"),
        ({3: (38.0, 98.0)}, "outside the photo"),
        ({0: (-2.0, 40.0)}, "outside the photo"),
    ],
)
def test_landmarks_show_the_pose_of_a_face(change, hint):
    noise = np.random.default_rng(0).integers(0, 256, (100, 100, 3), np.uint8)
    points = tuple(change.get(place, point) for place, point in enumerate(LEVEL))
    sentences = hints_for(noise, Face((10, 10, 90, 90), 0.9, points))
    assert (hint in sentences[0] and len(sentences) == 1) if hint else not sentences


def test_every_hint_says_what_is_wrong_and_how_to_fix_it():
    black = np.zeros((40, 40, 3), np.uint8)
    points = ((0.0, 0.0), (3.0, 9.0), (30.0, 30.0), (5.0, 30.0), (9.0, 30.0))
    sentences = hints_for(black, Face((0, 0, 20, 20), 0.9, points))
    assert len(sentences) == 5 and all(sentence.count(". ") == 1 and sentence.endswith(".") for sentence in sentences)


def test_sharpness_does_not_depend_on_contrast_and_is_0_for_a_uniform_image():
    noise = np.random.default_rng(0).integers(0, 100, (48, 48)).astype(np.uint8)
    assert sharpness(noise) == pytest.approx(sharpness(2 * noise + 5))
    assert sharpness(np.full((48, 48), 77, np.uint8)) == 0
    laplacian = cv2.Laplacian(noise.astype(np.float64), cv2.CV_64F, ksize=1)[1:-1, 1:-1]
    assert sharpness(noise) == pytest.approx(laplacian.var() / noise.var())
