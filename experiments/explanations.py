"""Whether heat maps are honest: how far hiding a face's hottest fifth lowers its answer, beside a fifth at random.

    python experiments/explanations.py [--images 1000] [--models vgg_small mini_xception] [--variants]

The faces are FER2013's PublicTest, the class asked about is the one answered, and what is hidden is blurred as in
occlusion, so that no emotion is left in it, or painted in the face's mean grey. At random means 461 scattered pixels,
or one patch of 21 x 22. Intervals are 95%, normal, of the difference on the same face. Scattered pixels are hard to
beat by a hidden area: they are a noise that the networks never saw in training, more so in mean grey than blurred.

The times are the process's own milliseconds a face on one thread, the median of twenty.
"""

import argparse
import sys
import time
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from fer.data.catalog import open_dataset
from fer.evaluation.metrics import Z_95
from fer.faces.crop import IMAGE_SIZE
from fer.inference import saliency
from fer.inference.classifier import Classifier
from fer.inference.probabilities import softmax
from fer.runs.store import RunStore

SHARE = 0.2  # of a face that is hidden
HIDDEN = round(SHARE * IMAGE_SIZE**2)
PATCH = (21, 22)  # HIDDEN pixels but for one
BARS = {"activation": 15, "occlusion": 300}  # milliseconds a face


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--models", nargs="+", default=["vgg_small", "mini_xception"])
    parser.add_argument("--variants", action="store_true", help="other ways to read the activation maps, too")
    options = parser.parse_args()
    faces = open_dataset("fer2013").val.images
    chosen = np.random.default_rng(0).permutation(len(faces))[: options.images]
    for name in options.models:
        classifier = Classifier(RunStore()[name])
        print(f"{name}, {len(chosen):,} faces; by default {saliency.default_method(classifier)}", flush=True)
        _tell_times(classifier, faces[chosen[0]][None])
        _judge(classifier, faces[np.sort(chosen)], options.variants)


def _tell_times(classifier: Classifier, face: np.ndarray) -> None:
    for method, bar in BARS.items():
        times = []
        for _ in range(21):
            started = time.process_time()
            saliency.explain(classifier, face, 0, method=method)
            times.append(1000 * (time.process_time() - started))
        print(f"  {method}: {np.median(times[1:]):.1f} ms a face (bar {bar})")


def _judge(classifier: Classifier, faces: np.ndarray, variants: bool) -> None:
    labels, random = classifier.logits(faces).argmax(axis=1), np.random.default_rng(0)
    heats = {method: saliency.explain(classifier, faces, labels, method=method) for method in saliency.METHODS}
    heats["activation of the next face"] = np.roll(heats["activation"], 1, axis=0)
    heats |= _variants(classifier, faces, labels) if variants else {}
    mean = np.round(faces.mean(axis=(1, 2), keepdims=True)).astype(np.uint8)
    for what, fill in (("blurred", saliency.blurred(faces)), ("mean grey", np.broadcast_to(mean, faces.shape))):

        def fall(masks, fill=fill):
            before, after = (classifier.probabilities(seen) for seen in (faces, np.where(masks, fill, faces)))
            return (before - after)[np.arange(len(faces)), labels]

        scattered, patches = fall(hottest(random.random(faces.shape), random)), fall(_patches(len(faces), random))
        print(f"  {what}: scattered pixels lower the answer by {scattered.mean():.3f}, a patch {patches.mean():.3f}")
        for name, heat in heats.items():
            found = fall(hottest(heat, random))
            print(
                f"    {name}: {found.mean():.3f}, {_difference(found, scattered)} than scattered pixels, "
                f"{_difference(found, patches)} than a patch",
                flush=True,
            )


def _variants(classifier: Classifier, faces: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    """Other ways to read the activation maps, signed float (N, 48, 48)."""
    maps = classifier.activation_maps(faces)
    rows, shares = np.arange(len(faces)), softmax(maps.mean(axis=(1, 2)))
    own = maps[rows, :, :, labels]
    rivals = np.argsort(maps.mean(axis=(1, 2)), axis=1)[:, -2]
    weighted = own - np.einsum("nhwc,nc->nhw", maps, shares)
    maps_of = {
        "class's own map": own,
        "its positive part": own.clip(0),
        "minus the mean over classes": own - maps.mean(axis=3),
        "minus the next class's": own - maps[rows, :, :, rivals],
        "minus the classes' by probability, signed": weighted,
    }
    heats = {name: _enlarged(heat, cv2.INTER_LINEAR) for name, heat in maps_of.items()}
    return heats | {
        "the last, not interpolated": _enlarged(weighted, cv2.INTER_NEAREST),
        "the last, bicubic": _enlarged(weighted, cv2.INTER_CUBIC),
    }


def _enlarged(maps: np.ndarray, how: int) -> np.ndarray:
    return np.array([cv2.resize(one, (IMAGE_SIZE, IMAGE_SIZE), interpolation=how) for one in maps])


def hottest(heat: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """bool (N, 48, 48): HIDDEN pixels of each face, the hottest ones, of equally hot ones any."""
    ties = random.random(heat.shape).reshape(len(heat), -1)
    order = np.lexsort((ties, -heat.reshape(len(heat), -1)), axis=1)[:, :HIDDEN]
    masks = np.zeros(ties.shape, bool)
    np.put_along_axis(masks, order, True, axis=1)
    return masks.reshape(heat.shape)


def _patches(count: int, random: np.random.Generator) -> np.ndarray:
    """bool (N, 48, 48): one patch of each face, anywhere."""
    masks = np.zeros((count, IMAGE_SIZE, IMAGE_SIZE), bool)
    for mask in masks:
        y, x = (random.integers(0, IMAGE_SIZE - side + 1) for side in PATCH)
        mask[y : y + PATCH[0], x : x + PATCH[1]] = True
    return masks


def _difference(falls: np.ndarray, others: np.ndarray) -> str:
    gap = falls - others
    half = Z_95 * gap.std(ddof=1) / np.sqrt(len(gap))
    return f"{abs(gap.mean()):.3f} ± {half:.3f} {'more' if gap.mean() > 0 else 'less'}"


if __name__ == "__main__":
    main()
