"""Hints about image problems that make a prediction unreliable, and how to fix them.

Each limit is where accuracy on FER2013's PublicTest drops clearly when its faces are degraded that way. The comments
give the change in percentage points on 1,000 of its images, for `vgg_small` and then for `mini_mean`
(docs/experiments.md).
"""

from math import atan2, degrees, hypot

import numpy as np

from fer.faces.crop import Face

# Pixels on the longer side. Shrunk to 32 and enlarged again: -1 and -3; to 28: -5 and -5; to 24: -8 and -8.
SMALLEST = 32
# As measured by `sharpness`. Blurred by 0.75 of 48 pixels, to 0.13: -2 and -3; by 1, to 0.067: -8 and -9; by 1.25, to
# 0.04: -19 and -17. None of 1,000 unmodified PublicTest images is below 0.1.
DULLEST = 0.06
# Mean grey. Darkened to 45: -4 and -7; to 32: -8 and -9; to 23: -13 and -14.
DARKEST = 32
# Share of pixels at 250 or above. Brightened to 0.3 to 0.4: -5 and -3; to 0.5: -10 and -8; to 0.6: -12 and -17.
WHITE, WHITEST = 250, 0.5
# Standard deviation of the grey values. Contrast reduced to 19: -3 and -7; to 13: -7 and -9; to 10: -11 and -13.
FLATTEST = 13
# Degrees of the line between the eyes found by YuNet, which underestimates tilts beyond 20; 22 is its median for a tilt
# of 30. Tilted by 20: -4 and -5; by 25: -6 and -8; by 30: -9 and -12.
STEEPEST = 22
# Distance of the nose from the midpoint of the eyes, along the line between them, in eye distances: 0.5 is at one eye.
# The 78 such images in PublicTest: -9 and -23; the 60 with 0.4 to 0.5: -4 and -8.
TURNED = 0.5
# Eye distances from the nearest landmark found by YuNet to the edge of the image. Cut off below at 0.24: -4 and -6; at
# 0.11: -15 and -22; at a side at 0.09: -3 and -6. Nine in ten complete faces that fill the image have 0.35.
CUT = 0.15


def hints(image: np.ndarray, face: Face, crop: np.ndarray) -> list[str]:
    """One sentence per problem with a face's image, saying how to fix it; empty if there is none.

    Args:
        image: uint8 (H, W, 3).
        face: its position in the image; pose and cut-off faces are checked only with landmarks.
        crop: uint8 (48, 48), the networks' input.
    """
    return [*_of_size_and_sharpness(face, crop), *_of_light(crop), *_of_pose(image.shape[:2], face)]


def sharpness(crop: np.ndarray) -> float:
    """Variance of the Laplacian (Pech-Pacheco et al. 2000) divided by the image's variance, to be independent of
    contrast; 0 for a uniform image.

    Args:
        crop: uint8 (48, 48); FER2013's range from 0.2 (1st percentile) to 1.6, with a median of 0.7.
    """
    grey = crop.astype(np.float64)
    sides = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return float((sides - 4 * grey[1:-1, 1:-1]).var() / max(grey.var(), 1e-9))


def _of_size_and_sharpness(face: Face, crop: np.ndarray) -> list[str]:
    """At most one: a small face is blurred because it was enlarged."""
    x1, y1, x2, y2 = face.box
    side = max(x2 - x1, y2 - y1)
    if side < SMALLEST:
        return [f"The face is only {side} pixels wide. Use a larger photo, or move closer."]
    if sharpness(crop) < DULLEST:
        return ["The face is blurred. Focus on it and hold the camera still, or use a sharper photo."]
    return []


def _of_light(crop: np.ndarray) -> list[str]:
    """At most one: poor light makes a face both dark and flat."""
    if crop.mean() < DARKEST:
        return ["The face is very dark. Light it from the front, or brighten the photo."]
    if (crop >= WHITE).mean() > WHITEST:
        return ["The face is overexposed. Use less light on the face, or a shorter exposure."]
    if crop.std() < FLATTEST:
        return ["The face is washed out, with little contrast. Avoid haze and backlight."]
    return []


def _of_pose(size: tuple[int, int], face: Face) -> list[str]:
    """Checks a face with five landmarks: the eyes, the nose, and the corners of the mouth."""
    if len(face.landmarks) != 5:
        return []
    points = np.array(face.landmarks)
    (x, y), nose = points[1] - points[0], points[2] - points[:2].mean(axis=0)
    distance = max(hypot(x, y), 1e-9)
    tilt, turn = abs(degrees(atan2(y, x))), abs(nose @ (x, y)) / distance**2
    height, width = size
    left = min(points.min(), (np.array([width, height]) - points).min()) / distance
    problems = {
        "The head is tilted too far. Rotate the photo until the eyes are level.": tilt > STEEPEST,
        "The face is turned too far to the side. Have the person face the camera.": turn > TURNED,
        "Part of the face is outside the photo. Use one that shows all of it.": left < CUT,
    }
    return [sentence for sentence, applies in problems.items() if applies]
