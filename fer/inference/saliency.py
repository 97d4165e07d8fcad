"""Heat maps of the regions behind a prediction: class activation maps if they are fine enough, else occlusion.

They show where the network looked, not what the person feels. Both were validated: hiding a map's hot regions lowers
the predicted probability more than hiding random ones (experiments/explanations.py; docs/experiments.md).
"""

import numpy as np

from fer.errors import FerError
from fer.faces.crop import IMAGE_SIZE
from fer.inference.classifier import Classifier
from fer.inference.probabilities import softmax

METHODS = ("activation", "occlusion")
FINE = 6  # cells per side; mini_xception's 3 x 3 maps are no better than random patches, vgg_small's 6 x 6 are
PATCH, STRIDE = 8, 4  # pixels; for flagship and vgg_small, maps are more faithful with 8 than with 12 or 16
BLUR = 3.0  # pixels, standard deviation; the lowest at which accuracy is no better than always predicting "happy"


def explain(
    classifier: Classifier, faces: np.ndarray, label_index: int | np.ndarray, *, method: str | None = None
) -> np.ndarray:
    """How much each region of a face supports a class.

    Evidence against the class is clipped to 0, and each face's heat is divided by its maximum, so heat can't be
    compared between faces. Without any evidence for the class, all values are 0.

    Args:
        classifier: the one that made the prediction.
        faces: uint8 (N, 48, 48).
        label_index: the class to explain, a position in the run's labels: one for all faces, or int (N,).
        method: one of METHODS (default: `default_method`).

    Returns:
        float32 (N, 48, 48) in [0, 1].

    Raises:
        FerError: for an unknown method or class, or for "activation" if the file has no activation maps.
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
    """ "activation" if the file has sufficiently fine class activation maps, else "occlusion"."""
    return "activation" if min(classifier.map_size or (0, 0)) >= FINE else "occlusion"


def overlay(crop: np.ndarray, heat: np.ndarray, *, opacity: float = 0.7) -> np.ndarray:
    """Overlay a heat map on a face: grey at 0, and more colour the hotter it is.

    Args:
        crop: uint8 (S, S), any size.
        heat: float (48, 48) in [0, 1], from `explain`.
        opacity: of the colour at heat 1, from 0 to 1.

    Returns:
        uint8 (S, S, 3), RGB; coloured with "inferno", which is perceptually uniform (Smith & van der Walt 2015).
    """
    import cv2

    large = cv2.resize(heat.astype(np.float32), crop.shape[::-1], interpolation=cv2.INTER_LINEAR)[..., None]
    colors = cv2.applyColorMap(np.round(255 * large).astype(np.uint8), cv2.COLORMAP_INFERNO)[..., ::-1]
    return np.round(crop[..., None] * (1 - opacity * large) + colors * (opacity * large)).astype(np.uint8)


def activation(classifier: Classifier, faces: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Class activation maps (Zhou et al. 2016, arXiv 1512.04150), bilinearly upscaled.

    The mean of all classes' maps, weighted by their probabilities, is subtracted from the class's map. To first order,
    this is what a region contributes to the log probability of the class. Arguments and shape as in `explain`; not
    normalised.
    """
    import cv2

    maps = classifier.activation_maps(faces).astype(np.float64)
    shares = softmax(maps.mean(axis=(1, 2)))
    chosen = maps[np.arange(len(faces)), :, :, labels]
    contrasts = chosen - np.einsum("nhwc,nc->nhw", maps, shares)
    sized = [cv2.resize(contrast, (IMAGE_SIZE, IMAGE_SIZE), interpolation=cv2.INTER_LINEAR) for contrast in contrasts]
    return np.array(sized).reshape(faces.shape)


def occlusion(classifier: Classifier, faces: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Occlusion sensitivity (Zeiler & Fergus 2014, arXiv 1311.2901): how far the class's probability falls when a patch
    is blurred, averaged for each pixel over the patches covering it. Arguments and shape as in `explain`; not
    normalised.
    """
    patches, heat = _patches(), np.zeros(faces.shape)
    for row, (face, smooth, label) in enumerate(zip(faces, blurred(faces), labels, strict=True)):
        hidden = np.concatenate([face[None], np.where(patches, smooth, face)])
        probabilities = classifier.probabilities(hidden)[:, label]
        heat[row] = np.tensordot(probabilities[0] - probabilities[1:], patches, axes=1) / patches.sum(axis=0)
    return heat


def _patches() -> np.ndarray:
    """bool (K, 48, 48): the pixels covered by each patch; together, they cover the image."""
    starts = range(0, IMAGE_SIZE - PATCH + 1, STRIDE)
    covers = [np.isin(np.arange(IMAGE_SIZE), range(start, start + PATCH)) for start in starts]
    return np.array([rows[:, None] & columns for rows in covers for columns in covers])


def blurred(faces: np.ndarray) -> np.ndarray:
    """Faces uint8 (N, 48, 48), blurred until no emotion is recognizable."""
    import cv2

    return np.array([cv2.GaussianBlur(face, (0, 0), BLUR) for face in faces], np.uint8).reshape(faces.shape)
