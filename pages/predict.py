"""Read emotions in faces: in photos, from the camera, in a video, or in many photos at once."""

import streamlit as st

from fer.runs.store import RunStore
from pages.parts.predict import camera, many_photos, photos, video
from pages.parts.shared import damaged_runs, frame, model_picker

SOURCES = {"Photo": photos.show, "Camera": camera.show, "Video": video.show, "Batch": many_photos.show}

frame.start(
    "Read emotions in faces",
    "Add a photo or video, or use your camera",
)

with frame.errors():
    damaged_runs.show(RunStore())
    run = model_picker.pick_run()
    source = st.segmented_control(
        "Source", list(SOURCES), default="Photo", required=True, key="predict-way", persist_state="session"
    )
    tta = model_picker.choose_tta(run, "predict-tta")
    SOURCES[source](run, tta)

    st.info(
        model_picker.accuracy_sentence(run, tta=tta)
        + " Expect less on photos unlike its training images. A model names the expression that most people would "
        "see in the face; it does not know what a person feels.",
        icon=":material/fact_check:",
    )
    st.caption(
        "Photos are sent to the server that runs this app, processed in memory and not stored: they are discarded "
        "when you remove them, leave the page or close the tab. The annotated copy of a video stays in a temporary "
        "folder until you discard it or close the tab. Nothing else is kept, and nothing is shared with third parties."
    )
