"""Teach a finished model classes of one's own from a folder of photos."""

import re
from pathlib import Path

import numpy as np

from fer.cli import command
from fer.data.labelled_photos import LabelledFaces, find_faces
from fer.errors import FerError
from fer.evaluation.numbers import with_interval
from fer.faces import photos
from fer.runs.members import in_words
from fer.runs.store import FLAGSHIP, RunStore
from fer.system.text import plural

TAKE = re.compile(r"^(.+?)[-_]\d+$")  # anna_12.jpg and anna_13.jpg are of one take


def add_to(add) -> None:
    parser = command(
        add,
        "teach",
        teach,
        "teach a finished model your own classes from a folder of photos",
        "Train a new last layer on what a finished model sees in your photos: about a second, without TensorFlow.\n"
        "FOLDER has one subfolder for each of two to ten classes. The result is a model like any other.",
        "examples:\n  python -m fer teach faces/ --on flagship --name mine\n\n"
        "Accuracy is cross-validated. Photos whose names differ only in a number at the end, such as anna_1.jpg and\n"
        "anna_2.jpg, are one take: they stay together, because alike photos on both sides would flatter the result.",
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="class folders of photos")
    parser.add_argument("--on", metavar="RUN", default=FLAGSHIP, help="the model to build on (default: flagship)")
    parser.add_argument("--name", metavar="RUN", required=True, help="the new model's name")
    parser.add_argument(
        "--detector", default="yunet", help="yunet finds faces; whole takes photos as cropped faces (default: yunet)"
    )


def teach(folder: Path, on: str, name: str, detector: str) -> None:
    from fer.teaching import lesson, network
    from fer.teaching.keep import keep
    from fer.teaching.lesson import Recordings

    store = RunStore()
    source, faces = store[on], _faces(folder, detector)
    network.width_of(source)  # says at once if it can't be taught
    features = network.features_of(source, faces.images)
    taught = lesson.teach(Recordings(faces.classes, features, faces.labels, _takes(faces)))
    run = keep(store, source, taught, name)
    counts = zip(taught.labels, taught.recordings.faces, taught.recordings.takes_of, strict=True)
    for label, count, takes in counts:
        print(f"{label}: {plural(count, 'face')}, {plural(len(takes), 'take')}")
    judged = taught.judgement
    if judged:
        print(f"accuracy {with_interval(judged.accuracy, *judged.interval)}, cross-validated over {judged.takes} takes")
    else:
        need = "needs a second take" if len(taught.unjudged) == 1 else "need a second take each"
        print(f"accuracy unknown: {in_words(taught.unjudged)} {need}")
    print(f"Saved {run.id}. Use it: python -m fer predict photo.jpg --model {run.id}")


def _faces(folder: Path, detector: str) -> LabelledFaces:
    if not folder.is_dir():
        raise FerError(f"{folder} is not a folder. Give a folder with one subfolder of photos for each class.")
    classes = tuple(sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")))
    if len(classes) < 2:
        raise FerError(f"{folder} has {len(classes)} subfolders. Give each class, two to ten, a subfolder of photos.")
    found = find_faces(photos.in_folder(folder), classes=classes, detector=detector)
    for failure in found.failures:
        print(f"{failure.name}: {failure.reason}")
    return found


def _takes(faces: LabelledFaces) -> np.ndarray:
    """int64 (N,): a number for each take, by the photos' names."""
    stems = [str(Path(name).with_suffix("")) for name in faces.names]
    groups = [found[1] if (found := TAKE.match(stem)) else stem for stem in stems]
    return np.unique(groups, return_inverse=True)[1]
