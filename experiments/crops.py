"""Which crop of a found face a network reads best: FER2013's PublicTest images found again in larger pictures.

    python experiments/crops.py [--images 1000] [--candidates NAME ...]

Every image is pasted into seven 640x480 scenes: upright at each of SIZES, and turned by 10 and by 20 degrees at one
size of 64 or more. YuNet looks for it, every candidate cuts it out, the shipped networks answer. Printed are the share
of faces found; each candidate's accuracy less the untouched 48x48 image's, and less the first candidate's, on the same
found faces (points; 95% interval over images, as one image is in several scenes); the last candidate's loss at each
size; and what an answer costs. Nothing here reads PrivateTest.

Realistic: the faces, their expressions and labels; sizes, places, turns; being found by the detector that ships; being
scaled up and down again. Not realistic: FER2013 ends at the chin and the forehead, so the head goes on as its edge,
repeated and ever more blurred, on a background without edges, and YuNet's box follows what it sees there (it is the
landmarks that are most reliable); nothing has colour, no face is sharper than 48 pixels, and none is looked for in
a crowd.
"""

import argparse
import multiprocessing
import os
import sys
import time
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from scenes import scene

from fer.data.catalog import open_dataset
from fer.faces import crop as faces
from fer.faces.crop import Face, Square
from fer.faces.detectors import DETECTORS
from fer.inference.classifier import Classifier
from fer.inference.reader import EmotionReader
from fer.runs.store import RunStore

SIZES = 48, 64, 96, 160, 240  # pixels of a pasted image's side
NETWORKS = "vgg_small", "mini_xception"


def by_box(face: Face, factor: float = 1.0, sides=max, down: float = 0.0) -> Square:
    """A square on the box: a factor of its longer side (or of what `sides` makes of both), moved by a share of it."""
    x1, y1, x2, y2 = face.box
    side = factor * sides(x2 - x1, y2 - y1)
    return Square((x1 + x2) / 2, (y1 + y2) / 2 + down * side, side)


def turned(face: Face, **settings) -> Square:
    return replace(by_box(face, **settings), turn=faces.square_of(face).turn)


def larger(face: Face) -> Square:
    square = faces.square_of(face)
    return replace(square, side=1.06 * square.side)


def by_both(face: Face) -> Square:
    """The mean of the square on the box and that on the landmarks."""
    box, points = by_box(face, 0.9), faces.square_of(face)
    return Square((box.x + points.x) / 2, (box.y + points.y) / 2, (box.side + points.side) / 2, points.turn)


def clahe(crop: np.ndarray) -> np.ndarray:
    return cv2.createCLAHE(2.0, (4, 4)).apply(crop)


def stretched(crop: np.ndarray) -> np.ndarray:
    """Its 1st to 99th percentile on 0 to 255."""
    low, high = np.percentile(crop, [1, 99])
    return ((crop - low) * (255 / max(high - low, 1))).clip(0, 255).astype(np.uint8)


FIRST = "box, longer side"  # what shipped before
CANDIDATES = {  # name: square, and what is done to its pixels
    FIRST: (by_box, None),
    **{f"box x {factor}": (partial(by_box, factor=factor), None) for factor in (0.85, 0.9, 1.1, 1.3)},
    "box's height x 0.9": (partial(by_box, factor=0.9, sides=lambda width, height: height), None),
    "box's mean side x 1.05": (partial(by_box, factor=1.05, sides=lambda *sides: sum(sides) / 2), None),
    "box x 0.9, 5% higher": (partial(by_box, factor=0.9, down=-0.05), None),
    "box x 0.9, turned": (partial(turned, factor=0.9), None),
    "landmarks, not turned": (lambda face: replace(faces.square_of(face), turn=0.0), None),
    "landmarks x 1.06, turned": (larger, None),
    "box and landmarks, turned": (by_both, None),
    "box x 0.9, equalised": (partial(by_box, factor=0.9), cv2.equalizeHist),
    "box x 0.9, CLAHE": (partial(by_box, factor=0.9), clahe),
    "box x 0.9, stretched": (partial(by_box, factor=0.9), stretched),
    "landmarks, turned": (faces.square_of, None),  # as it ships
}


@dataclass(frozen=True)
class Answers:
    """What came of the scenes of one image.

    Attributes:
        scenes: float (N, 5): the image's place in the split, size, turn, whether it was found, other faces "found".
        right: bool (N, networks, 1 + candidates): which answers were right, that to the original first.
        probability: float32, likewise: what was given to the true class.
    """

    scenes: np.ndarray
    right: np.ndarray
    probability: np.ndarray


@cache
def _tools():
    cv2.setNumThreads(1)
    networks = [Classifier(RunStore()[name]) for name in NETWORKS]
    return open_dataset("fer2013").val, DETECTORS["yunet"].load(), networks


def answers(place: int, names: list[str]) -> Answers:
    """Make the scenes of an image, find it, cut it out in every way, and ask the networks."""
    split, detect, networks = _tools()
    random = np.random.default_rng(place)
    turns = [(int(random.choice(SIZES[1:])), turn * int(random.choice([-1, 1]))) for turn in (10, 20)]
    scenes, crops = [], []
    for size, turn in [*((size, 0) for size in SIZES), *turns]:
        image, square = scene(split.images[place], size, turn, random)
        found = detect(image)
        hits = [face for face in found if _covers(face, square)]
        face = max(hits, key=lambda face: face.score) if hits else None
        scenes.append([place, size, abs(turn), face is not None, len(found) - bool(face)])
        crops += [split.images[place], *(_cut(image, face, name) for name in names)] if face else []
    given = np.zeros((len(scenes), len(NETWORKS), 1 + len(names), len(split.counts)), np.float32)
    was_found = np.array(scenes)[:, 3] == 1
    for number, network in enumerate(networks):
        if crops:
            given[was_found, number] = network.probabilities(np.stack(crops)).reshape(-1, *given.shape[2:])
    truth = int(split.labels[place])
    return Answers(np.array(scenes), given.argmax(-1) == truth, given[..., truth])


def _covers(face: Face, square: Square) -> bool:
    x1, y1, x2, y2 = face.box
    return max(abs((x1 + x2) / 2 - square.x), abs((y1 + y2) / 2 - square.y)) < square.side / 2


def _cut(image: np.ndarray, face: Face, name: str) -> np.ndarray:
    square, treat = CANDIDATES[name]
    crop = faces.cut(image, square(face))
    return treat(crop) if treat else crop


def difference(values: np.ndarray, images: np.ndarray) -> str:
    """The mean of differences in points with its 95% interval; an image's scenes are no independent witnesses."""
    if not len(values):
        return "none"
    center = values.mean()
    _, which = np.unique(images, return_inverse=True)
    error = np.sqrt((np.bincount(which, values - center) ** 2).sum()) / len(values)
    return f"{100 * center:+.1f} ± {196 * error:.1f}"


def report_found(scenes: np.ndarray) -> None:
    print(f"\n{len(np.unique(scenes[:, 0])):,} images, {len(scenes):,} scenes; {scenes[:, 4].sum():.0f} false finds")
    for size in SIZES:
        shares = [scenes[(scenes[:, 1] == size) & (scenes[:, 2] == turn), 3] for turn in (0, 10, 20)]
        angles = ", ".join(
            f"{turn}°: {share.mean():.1%} of {len(share)}"
            for turn, share in zip((0, 10, 20), shares, strict=True)
            if len(share)
        )
        print(f"found at {size} pixels, turned by {angles}")


def report_candidates(all_of: Answers, names: list[str]) -> None:
    """Rows of accuracy less the original's, by turn, and of all scenes less the present square's."""
    found = all_of.scenes[:, 3] == 1
    groups = {f"{turn}°": found & (all_of.scenes[:, 2] == turn) for turn in (0, 10, 20)}
    right, images = all_of.right.astype(float), all_of.scenes[:, 0]
    for number, network in enumerate(NETWORKS):
        counts = ", ".join(f"{name}: n = {rows.sum():,}" for name, rows in groups.items())
        print(f"\n{network}: accuracy less the original's ({counts}); gain on {FIRST!r} and the true class's p")
        for place, name in enumerate(names, 1):
            lost = [
                difference((right[:, number, place] - right[:, number, 0])[rows], images[rows])
                for rows in groups.values()
            ]
            gains = [
                difference((values[:, number, place] - values[:, number, 1])[found], images[found])
                for values in (right, all_of.probability)
            ]
            print(f"{name:28}" + "".join(f"{cell:>14}" for cell in [*lost, *gains]))


def report_sizes(all_of: Answers, name: str, place: int) -> None:
    """What one candidate loses on upright faces at each size: of the found ones, and with the others as wrong."""
    right, scenes = all_of.right.astype(float), all_of.scenes
    for number, network in enumerate(NETWORKS):
        for size in SIZES:
            rows = (scenes[:, 1] == size) & (scenes[:, 2] == 0)
            found = rows & (scenes[:, 3] == 1)
            lost = difference((right[:, number, place] - right[:, number, 0])[found], scenes[found, 0])
            print(
                f"{network}, {name!r} at {size} pixels: {lost} of {found.sum():,}; accuracy with those not found as "
                f"wrong {right[rows, number, place].mean():.1%}"
            )


def report_speed() -> None:
    """CPU milliseconds, medians of 50: a 640x480 photo with one face, its crop alone, and a face of a batch of 64."""
    split, detect, networks = _tools()
    image, _ = scene(split.images[0], 240, 0, np.random.default_rng(0))
    face = detect(image)[0]
    print(f"\ncrop: {_milliseconds(lambda: faces.crop(image, face)):.2f} ms")
    for name, network in zip(NETWORKS, networks, strict=True):
        reader = EmotionReader(network)
        whole = _milliseconds(partial(reader.read, image))
        batch = _milliseconds(partial(network.probabilities, split.images[:64])) / 64
        print(f"{name}: a 640x480 photo {whole:.1f} ms, a face of 64 at once {batch:.2f} ms")


def _milliseconds(call) -> float:
    taken = []
    for _ in range(50):
        started = time.process_time()
        call()
        taken.append(time.process_time() - started)
    return 1000 * float(np.median(taken))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=1000, help="of PublicTest, drawn at random (1000); 3589 are all")
    parser.add_argument("--candidates", nargs="+", choices=CANDIDATES, default=list(CANDIDATES), metavar="NAME")
    arguments = parser.parse_args()
    names = [FIRST, *(name for name in arguments.candidates if name != FIRST)]
    split, _, _ = _tools()
    places = np.random.default_rng(0).permutation(len(split.images))[: arguments.images].tolist()
    with multiprocessing.Pool(os.cpu_count()) as pool:
        parts = pool.map(partial(answers, names=names), places, chunksize=8)
    columns = zip(*((part.scenes, part.right, part.probability) for part in parts), strict=True)
    all_of = Answers(*map(np.concatenate, columns))
    report_found(all_of.scenes)
    report_candidates(all_of, names)
    report_sizes(all_of, names[-1], len(names))
    report_speed()


if __name__ == "__main__":
    main()
