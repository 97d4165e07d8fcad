"""What about a picture makes its answer doubtful, and what helps, in plain words.

Every limit is where accuracy on FER2013's PublicTest falls clearly when its faces are spoilt that way. The comments
tell by how many points: first `vgg_small`'s, then `mini_mean`'s (docs/experiments.md), on 1,000 of its images.
"""

from math import atan2, degrees, hypot

import numpy as np

from fer.faces.crop import Face

# Pixels of the longer side. Shrunk to 32 and enlarged again: -1 and -3; to 28: -5 and -5; to 24: -8 and -8.
SMALLEST = 32
# As `sharpness` has it. Blurred by 0.75 of 48 pixels, to 0.13: -2 and -3; by 1, to 0.067: -8 and -9; by 1.25, to 0.04:
# -19 and -17. Of PublicTest as it is none of 1,000 is below 0.1.
DULLEST = 0.06
# Mean grey. Darkened to 45: -4 and -7; to 32: -8 and -9; to 23: -13 and -14.
DARKEST = 32
# Share of pixels of 250 and more. Lit until it is 0.3 to 0.4: -5 and -3; to 0.5: -10 and -8; to 0.6: -12 and -17.
WHITE, WHITEST = 250, 0.5
# Standard deviation of the greys. Contrast lowered to 19: -3 and -7; to 13: -7 and -9; to 10: -11 and -13.
FLATTEST = 13
# Degrees of the line between the eyes, as YuNet finds them; it tells tilts beyond 20 too small, and this is its median
# for 30. Tilted by 20: -4 and -5; by 25: -6 and -8; by 30: -9 and -12.
STEEPEST = 22
# Distance of the nose from the eyes' middle, along their line and in their distances: beyond one eye. The 78 such
# images among all of PublicTest: -9 and -23; the 60 with 0.4 to 0.5: -4 and -8.
TURNED = 0.5
# Eye distances from an eye or a mouth's corner to the picture's edge, as YuNet finds them. Cut below to 0.24: -4 and
# -6; to 0.11: -15 and -22; at a side to 0.09: -3 and -6. Nine in ten whole faces that fill their picture have 0.35.
CUT = 0.15


def hints(image: np.ndarray, face: Face, crop: np.ndarray) -> list[str]:
    """Sentences that each tell what is wrong with the picture of a face and what helps; none for a good one.

    Args:
        image: uint8 (H, W, 3).
        face: where it lies in the image; how it is turned and whether it is cut is told only with landmarks.
        crop: uint8 (48, 48), as the networks see it.
    """
    return [*_of_size_and_sharpness(face, crop), *_of_light(crop), *_of_pose(image.shape[:2], face)]


def sharpness(crop: np.ndarray) -> float:
    """Variance of the Laplacian (Pech-Pacheco et al. 2000), as a share of the picture's own variance so that contrast
    does not count; 0 for a picture of one grey.

    Args:
        crop: uint8 (48, 48); FER2013's have 0.2 (the dullest hundredth) to 1.6, 0.7 in the middle.
    """
    grey = crop.astype(np.float64)
    sides = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return float((sides - 4 * grey[1:-1, 1:-1]).var() / max(grey.var(), 1e-9))


def _of_size_and_sharpness(face: Face, crop: np.ndarray) -> list[str]:
    """At most one: an enlarged face is blurred for being small."""
    x1, y1, x2, y2 = face.box
    side = max(x2 - x1, y2 - y1)
    if side < SMALLEST:
        return [f"The face is only {side} pixels large. Use a larger picture, or take one from nearer."]
    if sharpness(crop) < DULLEST:
        return ["The face is blurred. Focus on it and hold the camera still, or use a sharper picture."]
    return []


def _of_light(crop: np.ndarray) -> list[str]:
    """At most one: the same light makes a face dark and flat."""
    if crop.mean() < DARKEST:
        return ["The face is very dark. Put light in front of it, or brighten the picture."]
    if (crop >= WHITE).mean() > WHITEST:
        return ["The face is overexposed. Take the picture with less light on the face, or a shorter exposure."]
    if crop.std() < FLATTEST:
        return ["The face is washed out, with hardly any contrast. Avoid haze and light from behind the face."]
    return []


def _of_pose(size: tuple[int, int], face: Face) -> list[str]:
    """Of a face with five landmarks: its right eye, left eye, nose, and the two corners of its mouth."""
    if len(face.landmarks) != 5:
        return []
    points = np.array(face.landmarks)
    (x, y), nose = points[1] - points[0], points[2] - points[:2].mean(axis=0)
    distance = max(hypot(x, y), 1e-9)
    tilt, turn = abs(degrees(atan2(y, x))), abs(nose @ (x, y)) / distance**2
    height, width = size
    left = min(points.min(), (np.array([width, height]) - points).min()) / distance
    found = {
        "The head is tilted far. Turn the picture until the eyes are level.": tilt > STEEPEST,
        "The face is turned far to the side. Let it look towards the camera.": turn > TURNED,
        "Part of the face lies outside the picture. Use one that shows all of it.": left < CUT,
    }
    return [sentence for sentence, holds in found.items() if holds]
