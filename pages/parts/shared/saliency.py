"""Which parts of a face support an emotion."""

import numpy as np
import streamlit as st

from fer.inference import saliency
from fer.inference.prediction import Prediction
from fer.runs.run import Run
from pages.parts.shared import model_picker
from pages.parts.shared.frame import plain

SIDE = 192  # pixels
EXPLANATIONS = {
    "occlusion": "How far this emotion's probability falls when an area is blurred. Tested on FER2013's validation "
    "images: hiding the brightest fifth lowers the predicted emotion's probability far more than hiding a random fifth",
    "activation": "What each area contributes to this emotion inside the network (class activation map): faster, but "
    "coarser, and less faithful than occlusion in the same test",
}


@st.fragment
def show(face: np.ndarray, prediction: Prediction, run: Run, key: str) -> None:
    """A switch that shows a heat map on the face, for an emotion of your choice.

    Args:
        face: the crop for display, uint8 (SIDE, SIDE); four times the resolution that the model saw. The session keeps
            it, which it could not do with the whole photo.
    """
    if not st.toggle("Why?", key=f"why-{key}", help="Shows which parts of this face support an emotion."):
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
        st.caption(f"Nothing in this face supports {plain(label)}.")
        return
    image_with_heat = saliency.overlay(face, heat)
    st.image(image_with_heat, width=SIDE, alt=f"Heat map: what supports {label}, brightest most")
    st.caption(
        f"{EXPLANATIONS[method]} (figures in `docs/experiments.md`). Brightest areas support {plain(label)} "
        "most. This shows where the network looks, not what the person feels."
    )
