"""Which places of a face speak for an answer: class activation maps where a file has fine ones, else occlusion.

They show where the network looked, not what the person feels. Both were checked: hiding what a map calls hot must lower
the answer's probability more than hiding as much at random (experiments/explanations.py; docs/experiments.md).
"""

import numpy as np

from fer.errors import FerError
from fer.faces.crop import IMAGE_SIZE
from fer.inference.classifier import Classifier
from fer.inference.probabilities import softmax

METHODS = ("activation", "occlusion")
FINE = 6  # cells a side; mini_xception's maps of 3 x 3 find no more than patches laid at random, vgg_small's 6 x 6 do
PATCH, STRIDE = 8, 4  # pixels; flagship's and vgg_small's maps are more honest with 8 than with 12 or 16
BLUR = 3.0  # pixels, standard deviation; the least with which faces are read no better than by always saying "happy"


def explain(
    classifier: Classifier, faces: np.ndarray, label_index: int | np.ndarray, *, method: str | None = None
) -> np.ndarray:
    """How much each place of a face speaks for a class.

    What speaks against the class is cut to 0, and each face's heat is divided by its maximum: 1 is its hottest place,
    so the heat of two faces cannot be compared. Where nothing speaks for the class, all is 0.

    Args:
        classifier: of the run that answered.
        faces: uint8 (N, 48, 48).
        label_index: the class asked about, a position in the run's labels: one for all faces, or int (N,).
        method: one of METHODS; by default what `default_method` says.

    Returns:
        float32 (N, 48, 48) in [0, 1].

    Raises:
        FerError: for an unknown method or class, or activation of a file that has no activation maps.
    """
    method = method or default_method(classifier)
    if method not in METHODS:
        raise FerError(f"method must be {' or '.join(METHODS)}, got {method!r}.")
    labels = np.broadcast_to(label_index, len(faces))
    if len(faces) and not 0 <= labels.min() <= labels.max() < len(classifier.labels):
        raise FerError(f"label_index must be 0 to {len(classifier.labels) - 1}, got {label_index}.")
    make = activation if method == "activation" else occlusion
    heat = make(classifier, faces, labels).clip(0)
    highest = heat.max(axis=(1, 2), keepdims=True, initial=np.finfo(np.float32).tiny)
    return (heat / highest).astype(np.float32)


def default_method(classifier: Classifier) -> str:
    """ "activation" where the file has class activation maps fine enough to be believed, else "occlusion"."""
    return "activation" if min(classifier.map_size or (0, 0)) >= FINE else "occlusion"


def overlay(crop: np.ndarray, heat: np.ndarray, *, opacity: float = 0.7) -> np.ndarray:
    """A face under its heat: grey where that is 0, and the more of the colour, the hotter.

    Args:
        crop: uint8 (S, S), any size.
        heat: float (48, 48) in [0, 1], of `explain`.
        opacity: of the colour at heat 1, 0 to 1.

    Returns:
        uint8 (S, S, 3), RGB; the colours are "inferno", whose steps look equally large (Smith & van der Walt 2015).
    """
    import cv2

    large = cv2.resize(heat.astype(np.float32), crop.shape[::-1], interpolation=cv2.INTER_LINEAR)[..., None]
    colors = cv2.applyColorMap(np.round(255 * large).astype(np.uint8), cv2.COLORMAP_INFERNO)[..., ::-1]
    return np.round(crop[..., None] * (1 - opacity * large) + colors * (opacity * large)).astype(np.uint8)


def activation(classifier: Classifier, faces: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Class activation maps (Zhou et al. 2016, arXiv 1512.04150), bilinearly enlarged.

    From the class's map the mean of all classes' maps is taken off, weighted by their probabilities: to first order
    what a place adds to the logarithm of the class's probability. Arguments and shape as in `explain`; not normalised.
    """
    import cv2

    maps = classifier.activation_maps(faces).astype(np.float64)
    shares = softmax(maps.mean(axis=(1, 2)))
    chosen = maps[np.arange(len(faces)), :, :, labels]
    contrasts = chosen - np.einsum("nhwc,nc->nhw", maps, shares)
    sized = [cv2.resize(contrast, (IMAGE_SIZE, IMAGE_SIZE), interpolation=cv2.INTER_LINEAR) for contrast in contrasts]
    return np.array(sized).reshape(faces.shape)


def occlusion(classifier: Classifier, faces: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Occlusion sensitivity (Zeiler & Fergus 2014, arXiv 1311.2901): how far the class's probability falls with a patch
    blurred, each pixel's mean over the patches that cover it. Arguments and shape as in `explain`; not normalised.
    """
    patches, heat = _patches(), np.zeros(faces.shape)
    for row, (face, smooth, label) in enumerate(zip(faces, blurred(faces), labels, strict=True)):
        hidden = np.concatenate([face[None], np.where(patches, smooth, face)])
        answers = classifier.probabilities(hidden)[:, label]
        heat[row] = np.tensordot(answers[0] - answers[1:], patches, axes=1) / patches.sum(axis=0)
    return heat


def _patches() -> np.ndarray:
    """bool (K, 48, 48): which pixels each patch covers; together all of them."""
    starts = range(0, IMAGE_SIZE - PATCH + 1, STRIDE)
    covers = [np.isin(np.arange(IMAGE_SIZE), range(start, start + PATCH)) for start in starts]
    return np.array([rows[:, None] & columns for rows in covers for columns in covers])


def blurred(faces: np.ndarray) -> np.ndarray:
    """The faces so blurred that no emotion is left in them, uint8 as they came: (N, 48, 48)."""
    import cv2

    return np.array([cv2.GaussianBlur(face, (0, 0), BLUR) for face in faces], np.uint8).reshape(faces.shape)
