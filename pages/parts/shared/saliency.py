"""Which places of a face speak for an emotion."""

import numpy as np
import streamlit as st

from fer.faces.crop import crop
from fer.inference import saliency
from fer.inference.prediction import Prediction
from fer.runs.run import Run
from pages.parts.shared import model_picker
from pages.parts.shared.frame import plain

SIDE = 192  # pixels
TOLD = {
    "occlusion": "How far this emotion's probability falls when the place is blurred. Checked on FER2013's validation "
    "images: hiding the brightest fifth lowers the probability of the answer by far more than hiding as much at random",
    "activation": "What each place adds to this emotion inside the network (class activation map): quicker, but "
    "coarser, and by the same check less honest than occlusion",
}


@st.fragment
def show(image: np.ndarray, prediction: Prediction, run: Run, key: str) -> None:
    """A switch, and behind it the face under its heat for an emotion that may be chosen."""
    if not st.toggle("Why?", key=f"why-{key}", help="Shows what in this face speaks for an emotion."):
        return
    left, right = st.columns(2)
    order = [label for label, _ in prediction.top(len(prediction.labels))]
    label = left.selectbox("Emotion", order, key=f"why-label-{key}")
    classifier = model_picker.classifier(run)
    known = ["occlusion", "activation"] if classifier.map_size else ["occlusion"]
    method = right.selectbox("Method", known, key=f"why-method-{key}")
    index = prediction.labels.index(label)
    (heat,) = saliency.explain(classifier, prediction.crop[None], index, method=method)
    if not heat.any():
        st.caption(f"Nothing in this face speaks for {plain(label)}.")
        return
    fine = crop(image, prediction.face, size=SIDE)  # to look at: what the model saw is four times as coarse
    picture = saliency.overlay(fine, heat)
    st.image(picture, width=SIDE, alt=f"What speaks for {label}, brightest most")
    st.caption(
        f"{TOLD[method]} (`docs/experiments.md` has the figures). Brightest speaks most for {plain(label)}. It shows "
        "where the network looks, not what the person feels."
    )
