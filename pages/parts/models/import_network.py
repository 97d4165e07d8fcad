"""The import of a network that was trained elsewhere, after checking it in a process of its own."""

import streamlit as st

from fer.data.labels import EMOTIONS
from fer.runs.store import RunStore, slug
from pages.parts.models import manage
from pages.parts.shared import access, actions, frame

SCALES = {"0-255": "0 to 255", "0-1": "0 to 1", "-1-1": "−1 to 1"}  # as the command line calls them, and as shown


@st.dialog("Import a model", width="medium")
def show(store: RunStore) -> None:
    """The form, for visitors who may upload."""
    if not access.allowed("uploads"):
        return
    upload = st.file_uploader("Model file", ["keras", "tflite"], key="models-import")
    labels = st.text_input("Labels, in output order", ",".join(EMOTIONS), key="models-import-labels", max_chars=1000)
    scale = ""
    if not (upload and upload.name.endswith(".tflite")):  # nothing can be added to those
        scale = st.segmented_control(
            "Input range",
            list(SCALES),
            default="0-255",
            required=True,
            format_func=SCALES.__getitem__,
            key="models-import-scale",
        )
    typed = st.text_input("Name", key="models-import-name", placeholder="Optional", max_chars=64)
    name = slug(typed) or typed
    asked = st.button("Import", key="models-import-now", type="primary", disabled=upload is None)
    manage.saved_as(name, typed)
    st.caption(
        "`.keras` files are opened in Keras's safe mode; files that contain code are rejected. `.tflite` files must "
        "take uint8 (N, 48, 48, 1) and return float32 logits. A wrong input range gives poor predictions without an "
        "error, so evaluate the model after importing it."
    )
    if asked and upload:
        with frame.errors(), st.spinner("Checking the network…"):
            actions.import_network(store, upload, labels, scale, name)
            manage.say(f"Imported {frame.plain(upload.name)}{f' as {frame.plain(name)}' if name else ''}.")
