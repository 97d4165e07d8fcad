"""The result for one photo: the image with boxes, and each face with its emotion."""

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from fer.charts.predictions import probability_bars
from fer.faces.crop import crop
from fer.faces.image import image_bytes, thumbnail
from fer.faces.quality import hints
from fer.inference.drawing import annotate
from fer.inference.palette import color_map
from fer.inference.prediction import Prediction
from fer.runs.run import Run
from pages.parts.shared import saliency
from pages.parts.shared.frame import plain

SHOWN_SIDE = 1280  # pixels; more is not visible on a page and slow to load


def show(
    name: str, image: np.ndarray, predictions: list[Prediction], run: Run, key: str, *, again: Callable[[], np.ndarray]
) -> None:
    """The image on the left with its download, the faces on the right.

    Args:
        again: reads the image once more for the download, so that the session need not keep 36 MB for each photo.
    """
    left, right = st.columns([3, 2], gap="medium")
    classes = predictions[0].labels if predictions else ()
    marked = partial(annotate, colors=color_map(classes), threshold=run.card.threshold or 0.0)
    shown = thumbnail(marked(image, predictions), SHOWN_SIDE)
    labels = ", ".join(f"{number} {prediction.label}" for number, prediction in enumerate(predictions, 1))
    width = "stretch" if shown.shape[0] <= 2 * shown.shape[1] else "content"  # a tall image would fill many screens
    left.image(shown, output_format="JPEG", width=width, alt=f"{name} with its faces marked: {labels}")
    left.download_button(
        "Annotated image (PNG)",
        lambda: image_bytes(marked(again(), predictions)),
        f"{name.rsplit('.', 1)[0]}-emotions.png",
        "image/png",
        key=f"png-{key}",
        on_click="ignore",
        icon=":material/image:",
    )
    with right:
        for number, prediction in enumerate(predictions, 1):
            _show_face(number, image, prediction, run, f"{key}-{number}")


def _show_face(number: int, image: np.ndarray, prediction: Prediction, run: Run, key: str) -> None:
    thumbnail, chart = st.columns([1, 3], vertical_alignment="center", wrap=False)
    face = crop(image, prediction.face, size=saliency.SIDE)  # the crop that the model saw would be blurred
    thumbnail.image(
        face,
        width=96,
        alt=f"Face {number} as the model sees it",
        caption=f"Face {number}",
    )
    with chart:
        st.markdown(_headline(prediction, run))
        st.plotly_chart(
            probability_bars(prediction), key=key, config={"displayModeBar": False}, alt=_in_words(prediction)
        )
    for hint in hints(image, prediction.face, prediction.crop):
        st.caption(f":material/info: {hint}")
    saliency.show(face, prediction, run, key)


def _headline(prediction: Prediction, run: Run) -> str:
    """The most likely emotion, or that the model is not sure, and the runner-up."""
    (first, p), (second, q) = prediction.top(2)
    if prediction.is_sure(run.card.threshold):
        return f"**{_titled(first)}** {p:.0%} · next: {plain(second)} {q:.0%}"
    return f"**Not sure** · {plain(first)} {p:.0%} or {plain(second)} {q:.0%}"


def _titled(label: str) -> str:
    return plain(label[:1].upper() + label[1:])


def _in_words(prediction: Prediction) -> str:
    return ", ".join(f"{label} {p:.1%}" for label, p in prediction.top(len(prediction.labels)))
