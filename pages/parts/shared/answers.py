"""The result for one photo: the photo with a box around each face, and a card for each face."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from fer.faces.crop import crop
from fer.faces.image import data_url, image_bytes, thumbnail
from fer.faces.quality import hints
from fer.faces.upright import turned, turned_face
from fer.inference import many_photos
from fer.inference.drawing import annotate
from fer.inference.palette import GREY, color_map
from fer.inference.prediction import Prediction
from fer.runs.members import changed
from fer.runs.run import Run
from fer.system.text import capital
from pages.parts.shared import model_picker, photo_view, saliency
from pages.parts.shared.model_picker import DEFAULT, Way

if TYPE_CHECKING:
    import pandas as pd

FOUND = "answers"  # of this session, by photo and model
MOST_FOUND = 24  # each takes up to half a megabyte
SHOWN_SIDE = 1280  # pixels; more is not visible on a page and slow to load
POSITIONS = ("", "lay on its right side", "was upside down", "lay on its left side")  # by quarter turns
NO_FACE = (
    "No face found. Crop the photo closer to the face, or use one taken from the front. If the photo shows nothing but "
    "a face, turn on “Use the whole image as the face”."
)


def forget() -> None:
    """Forget all answers of this session."""
    st.session_state.pop(FOUND, None)
    saliency.forget()


@dataclass(frozen=True)
class Answer:
    """What was read in a photo, without the photo itself, which takes 36 MB.

    Attributes:
        width, height: of the photo as it was given, in pixels.
        shown: a JPEG of it as a data URL, upright and at most 1280 pixels wide or high.
        predictions: its faces, in the coordinates of the photo as it was given.
        cards: what photo_view.js shows of each face.
        crops: uint8 (192, 192), each face for display; the crop that the model saw would be blurred.
    """

    name: str
    width: int
    height: int
    shown: str
    predictions: list[Prediction]
    cards: list[dict]
    crops: list[np.ndarray]

    @property
    def turns(self) -> int:
        return self.predictions[0].turns if self.predictions else 0

    def as_dict(self, run: Run) -> dict:
        """Plain values: file, width, height, model, faces."""
        found = [prediction.as_dict() for prediction in self.predictions]
        return {"file": self.name, "width": self.width, "height": self.height, "model": run.id, "faces": found}


@dataclass(frozen=True)
class Photo:
    """A photo to read.

    Attributes:
        key: tells it from others.
        load: returns it, uint8 (H, W, 3).
        whole: whether all of it is to be taken as one face.
    """

    key: str
    name: str
    load: Callable[[], np.ndarray]
    whole: bool = False


class Reader:
    """Reads photos with one model, each once a session, and again when the model's file changes.

    Streamlit makes downloads in threads of its own, which know no session; hence an object that they can hold.
    """

    def __init__(self, run: Run, way: Way):
        self.run, self.way, self._changed = run, way, changed(run)
        self._found: OrderedDict[tuple, Answer] = st.session_state.setdefault(FOUND, OrderedDict())

    def read(self, photo: Photo) -> Answer:
        key = photo.key, photo.whole, self.run.id, self._changed, self.way
        if key not in self._found:
            detector = "whole" if photo.whole else "yunet"
            self._found[key] = answer(photo.name, photo.load(), self.run.id, way=self.way, detector=detector)
            while len(self._found) > MOST_FOUND:
                self._found.popitem(last=False)
        return self._found[key]


def answer(name: str, image: np.ndarray, run_id: str, *, way: Way = DEFAULT, detector: str = "yunet") -> Answer:
    """Read the emotions in a photo, uint8 (H, W, 3), and prepare what the page shows."""
    run = model_picker.run_of(run_id)
    predictions = model_picker.reader(run, detector, way=way).read(image)
    threshold, (height, width) = way.correction(run).threshold, image.shape[:2]
    upright, here = _upright(image, predictions)
    cards = [_card(number, upright, prediction, threshold) for number, prediction in enumerate(here, 1)]
    crops = [crop(upright, prediction.face, size=saliency.SIDE) for prediction in here]
    return Answer(name, width, height, data_url(thumbnail(upright, SHOWN_SIDE), "JPEG"), predictions, cards, crops)


def _card(number: int, image: np.ndarray, prediction: Prediction, threshold: float | None) -> dict:
    (height, width), (x1, y1, x2, y2) = image.shape[:2], prediction.face.box
    ranked, colors = prediction.top(len(prediction.labels)), color_map(prediction.labels)
    label, share = ranked[0]
    sure = prediction.is_sure(threshold)
    box = {"left": x1 / width, "top": y1 / height, "width": (x2 - x1) / width, "height": (y2 - y1) / height}
    return box | {
        "number": number,
        "area": (x2 - x1) * (y2 - y1),
        "title": capital(label) if sure else "Not sure",
        "percent": f"{share:.0%}" if sure else f"{label} {share:.0%} or {ranked[1][0]} {ranked[1][1]:.0%}",
        "color": colors[label] if sure else GREY,  # which is also neutral's, so photo_view.css draws it as an outline
        "sure": sure,
        "bars": [{"label": name, "share": float(p), "color": colors[name]} for name, p in ranked],
        "hints": hints(image, prediction.face, prediction.crop),
    }


@st.fragment
def show(found: Answer, run: Run, key: str) -> None:
    """The photo, its faces, and the explanation that the visitor asked for."""
    notes = [] if found.cards else [NO_FACE]
    if found.turns:
        notes.append(f"The photo {POSITIONS[found.turns]}; it was read upright.")
    alt = f"{found.name}: " + (", ".join(f"face {each['number']} {each['title']}" for each in found.cards) or "no face")
    data = {"photo": found.shown, "alt": alt, "faces": found.cards, "notes": notes, "why": None}
    if asked := (st.session_state.get(key) or {}).get("why"):
        data["why"] = _explained(found, run, **asked)
    photo_view.mount(data, key)


def _explained(found: Answer, run: Run, number: int, label: str = "", method: str = "") -> dict | None:
    """The heat map of one face; nothing if the photo has changed meanwhile."""
    if not 0 < number <= len(found.predictions):
        return None
    prediction, classifier = found.predictions[number - 1], model_picker.classifier(run)
    label = label if label in prediction.labels else prediction.label
    methods = ["occlusion", "activation"] if classifier.map_size else ["occlusion"]
    method = method if method in methods else methods[0]
    url, sentence = saliency.explain(run, found.crops[number - 1], prediction, label, method)
    labels = [name for name, _ in prediction.top(len(prediction.labels))]
    chosen = {"number": number, "label": label, "method": method}
    return chosen | {"image": url, "sentence": sentence, "labels": labels, "methods": methods}


def table(results: list[dict], threshold: float | None) -> "pd.DataFrame":
    """The results of photos as a table that marks, as the page does, which answers are sure.

    Args:
        results: as for `fer.inference.many_photos.rows`.
    """
    faces = many_photos.table(results)
    if "confidence" in faces:
        faces["sure"] = faces["confidence"].ge(threshold or 0.0)
    return faces


def _upright(image: np.ndarray, predictions: list[Prediction]) -> tuple[np.ndarray, list[Prediction]]:
    """The photo as it is shown, and its faces there."""
    turns = predictions[0].turns if predictions else 0
    here = [replace(each, face=turned_face(each.face, image.shape, turns)) for each in predictions]
    return turned(image, turns), here


def annotated(found: Answer, load: Callable[[], np.ndarray], threshold: float | None) -> bytes:
    """The whole photo as a PNG with a box, number and label on each face."""
    colors = color_map(found.predictions[0].labels) if found.predictions else {}
    return image_bytes(annotate(*_upright(load(), found.predictions), colors, threshold=threshold or 0.0))
