"""Robustness: how accuracy drops when faces are shifted, scaled, rotated, blurred, noisy, dark or compressed.

Every image of the validation split is changed in one way at a time (see CHANGES) at increasing strengths, and the run's
LiteRT network predicts in a single pass, as shipped. Random choices (directions, noise) are drawn once per image: they
are the same at every strength and for every run, so differences are paired. Pixels beyond the border repeat the edge,
as in augmentation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np

from fer.data.dataset import Dataset, Split
from fer.evaluation.comparison import Comparison
from fer.evaluation.evaluate import evaluate
from fer.evaluation.references import judged_on
from fer.evaluation.report import Report
from fer.runs.run import Run

SEED = 0


@dataclass(frozen=True)
class Chance:
    """The random choices for one image, shared by all changes: two signs, and noise with SD 1, float32 (H, W)."""

    x: int
    y: int
    noise: np.ndarray


@dataclass(frozen=True)
class Change:
    """One kind of change to an image.

    Attributes:
        unit: of the strengths.
        meaning: of a strength, in words; stored under this name in `robustness.json`.
        strengths: in the order of the table and the figure.
        neutral: the strength that changes nothing, if any.
        apply: (uint8 (H, W), strength, chance) -> uint8 (H, W), or float before rounding.
    """

    unit: str
    meaning: str
    strengths: tuple[float, ...]
    neutral: float | None
    apply: Callable[[np.ndarray, float, Chance], np.ndarray]


def shifted(image: np.ndarray, pixels: float, chance: Chance) -> np.ndarray:
    return _warped(image, np.array([[1, 0, chance.x * pixels], [0, 1, chance.y * pixels]], np.float32))


def scaled(image: np.ndarray, factor: float, _: Chance) -> np.ndarray:
    return _warped(image, cv2.getRotationMatrix2D(_centre(image), 0, factor))


def rotated(image: np.ndarray, degrees: float, chance: Chance) -> np.ndarray:
    return _warped(image, cv2.getRotationMatrix2D(_centre(image), chance.x * degrees, 1))


def _centre(image: np.ndarray) -> tuple[float, float]:
    return (image.shape[1] - 1) / 2, (image.shape[0] - 1) / 2


def _warped(image: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Bicubic, to add as little blur as possible."""
    size = image.shape[::-1]
    return cv2.warpAffine(image, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def blurred(image: np.ndarray, sigma: float, _: Chance) -> np.ndarray:
    return cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)


def noisy(image: np.ndarray, sigma: float, chance: Chance) -> np.ndarray:
    return image + sigma * chance.noise


def darkened(image: np.ndarray, share: float, _: Chance) -> np.ndarray:
    return share * image.astype(np.float32)


def compressed(image: np.ndarray, quality: float, _: Chance) -> np.ndarray:
    data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE))


CHANGES = {
    "shift": Change(
        "pixels", "horizontally and vertically, of 48 pixels, random directions", (0, 2, 4, 6, 8), 0, shifted
    ),
    "scale": Change("×", "above 1 the face is larger and its border is cropped", (0.8, 0.9, 1, 1.1, 1.25), 1, scaled),
    "rotation": Change("degrees", "random direction", (0, 5, 10, 15, 20), 0, rotated),
    "blur": Change("pixels", "standard deviation of a Gaussian", (0, 0.5, 1, 1.5, 2), 0, blurred),
    "noise": Change("grey levels", "standard deviation of Gaussian noise per pixel", (0, 5, 10, 20, 40), 0, noisy),
    "darkness": Change("× brightness", "factor on every pixel", (1, 0.8, 0.6, 0.4, 0.2), 1, darkened),
    "JPEG": Change("quality", "compressed at 48 × 48 pixels", (95, 75, 50, 25, 10, 5), None, compressed),
}


def changed(images: np.ndarray, kind: str, strength: float) -> np.ndarray:
    """All images, uint8 (N, H, W), changed with this kind and strength; each with its own random choices."""
    change, random = CHANGES[kind], np.random.default_rng(SEED)
    if strength == change.neutral:
        return images
    signs = random.choice([-1, 1], (len(images), 2)).tolist()
    made = [
        change.apply(image, strength, Chance(x, y, random.standard_normal(image.shape, np.float32)))
        for image, (x, y) in zip(images, signs, strict=True)
    ]
    return np.round(made).clip(0, 255).astype(np.uint8)


def measure(run: Run, dataset: Dataset, *, on_progress: Callable[[str], None] = lambda kind: None) -> dict:
    """The content of `Run.robustness`: results on the validation split for every kind and strength.

    Args:
        on_progress: called with the name of each change in CHANGES once it is measured.
    """
    untouched = evaluate(run, dataset, "val")
    kinds = {}
    for kind, change in CHANGES.items():
        points = []
        for strength in change.strengths:
            images = changed(dataset.val.images, kind, strength)
            report = evaluate(run, replace(dataset, val=replace(dataset.val, images=images)), "val")
            points.append({"strength": strength, **figures(untouched, report)})
        kinds[kind] = {"unit": change.unit, "meaning": change.meaning, "points": points}
        on_progress(kind)
    about = {"dataset": dataset.name, "split": "val", "fingerprint": dataset.fingerprint}
    about |= {"judged_on": judged_on(untouched), "n": len(untouched), "seed": SEED}
    return {**about, **figures(untouched, untouched), "kinds": kinds}


def figures(untouched: Report, report: Report) -> dict:
    """Accuracy with its Wilson interval, its change with a paired bootstrap interval, and macro F1."""
    compared = Comparison(untouched, report)
    return {
        "accuracy": report.accuracy,
        "interval": list(report.interval),
        "change": compared.difference,
        "change_interval": list(map(float, compared.interval)),
        "macro_f1": report.macro_f1,
    }


def table(measured: Mapping[str, dict]) -> str:
    """Markdown: one line per kind, with each run's accuracies and largest drop."""
    head = [f"`{id}`: accuracy in % | at worst, in points" for id in measured]
    lines = [f"| changed | {' | '.join(head)} |", "|---" * (1 + 2 * len(measured)) + "|"]
    for kind, change in CHANGES.items():
        strengths = ", ".join(f"{strength:g}" for strength in change.strengths)
        cells = [_cells(result["kinds"][kind]["points"]) for result in measured.values()]
        lines.append(f"| {kind}: {strengths} {change.unit} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cells(points: list[dict]) -> str:
    """Accuracies in the order of the strengths, and the largest drop."""
    shares = ", ".join(f"{100 * point['accuracy']:.1f}" for point in points)
    worst = min(points, key=lambda point: point["change"])
    low, high = worst["change_interval"]
    return f"{shares} | {100 * worst['change']:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"


def part_of(dataset: Dataset, n: int) -> Dataset:
    """The data set with n random images of its validation split."""
    chosen = np.sort(np.random.default_rng(SEED).permutation(len(dataset.val))[:n])
    return replace(dataset, val=Split(**{key: values[chosen] for key, values in vars(dataset.val).items()}))
