"""Which parts of a face support an emotion."""

import numpy as np
import streamlit as st

from fer.faces.image import data_url
from fer.inference import saliency
from fer.inference.prediction import Prediction
from fer.runs.members import changed
from fer.runs.run import Run
from pages.parts.shared import model_picker

SIDE = 192  # pixels
SENTENCES = {  # tested on FER2013's validation images; figures in docs/experiments.md
    "occlusion": "Yellow areas matter most: blurring them lowers the probability of {} the most.",
    "activation": "Yellow areas contribute most to {} inside the network; coarser than occlusion.",
}


def explain(run: Run, face: np.ndarray, prediction: Prediction, label: str, method: str) -> tuple[str, str]:
    """A heat map on a face as a data URL, and one sentence about it; "" if nothing supports the emotion.

    Args:
        face: the crop for display, uint8 (SIDE, SIDE); four times the resolution that the model saw.
        method: occlusion or activation.
    """
    return _explain(run.id, changed(run), prediction.labels.index(label), method, label, face, prediction.crop)


def forget() -> None:
    """Forget the maps of this session."""
    _explain.clear()


@st.cache_data(max_entries=32, scope="session", show_spinner=False)
def _explain(
    run_id: str, changed: int, index: int, method: str, label: str, face: np.ndarray, crop: np.ndarray
) -> tuple[str, str]:
    classifier = model_picker.classifier(model_picker.run_of(run_id))
    (heat,) = saliency.explain(classifier, crop[None], index, method=method)
    if not heat.any():
        return "", f"Nothing in this face supports {label}."
    return data_url(saliency.overlay(face, heat), "JPEG"), SENTENCES[method].format(label)
