"""FER2013's 48x48 faces put back into larger pictures, where a detector has to find them again."""

import cv2
import numpy as np

from fer.faces.crop import Square

WIDTH, HEIGHT = 640, 480
BORDER = 24  # FER2013 pixels that the head goes on beyond the image
SHARP = 4  # of them that are not blurred yet
FEATHER = 12  # of them, the outermost, in which the scene takes over
_WARPS = (cv2.INTER_CUBIC, cv2.INTER_LINEAR), (cv2.BORDER_REPLICATE, cv2.BORDER_CONSTANT)  # of the head and its share


def scene(image: np.ndarray, size: int, turn: float, random: np.random.Generator) -> tuple[np.ndarray, Square]:
    """An image pasted into a larger one, uint8 (480, 640, 3), and where it was pasted: whole, at full pixels."""
    angle = np.radians(turn)
    reach = int(np.ceil(size / 2 * (abs(np.cos(angle)) + abs(np.sin(angle)))))
    place = Square(*(int(random.integers(reach, end - reach + 1)) for end in (WIDTH, HEIGHT)), size, turn)
    scale, middle = size / len(image), (len(image) + 2 * BORDER - 1) / 2
    matrix = cv2.getRotationMatrix2D((middle, middle), -turn, scale)
    matrix[:, 2] += np.array([place.x, place.y]) - 0.5 - middle
    head, share = (
        cv2.warpAffine(part, matrix, (WIDTH, HEIGHT), flags=flags, borderMode=border)
        for part, flags, border in zip(_head(image), *_WARPS, strict=True)
    )
    photo = share * head + (1 - share) * _background(random)
    return np.repeat(photo.round().clip(0, 255).astype(np.uint8)[..., None], 3, axis=2), place


def _head(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The image with a border that repeats its edge and blurs, and its share of the scene; both float32 (96, 96)."""
    wide = cv2.copyMakeBorder(image, *[BORDER] * 4, cv2.BORDER_REPLICATE).astype(np.float32)
    outside = np.pad(np.zeros(image.shape, np.uint8), BORDER, constant_values=1)
    distance = cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    sharp = np.clip(1 - distance / SHARP, 0, 1)
    head = sharp * wide + (1 - sharp) * cv2.GaussianBlur(wide, (0, 0), SHARP)
    return head, np.clip((BORDER - distance) / FEATHER, 0, 1)


def _background(random: np.random.Generator) -> np.ndarray:
    """Float32 (480, 640): clouds as coarse as 2 to 8 spots a side, which no detector takes for a face, with noise."""
    spots = random.uniform(0, 255, random.integers(2, 9, 2)).astype(np.float32)
    clouds = cv2.resize(spots, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return clouds + random.uniform(0, 8) * random.standard_normal(clouds.shape, np.float32)
