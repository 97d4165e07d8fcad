"""Read emotions in faces: in photos, from the camera, in a video, or in many photos at once."""

from importlib import import_module

import streamlit as st

from fer.runs.store import RunStore
from pages.parts.shared import damaged_runs, frame, model_picker, shell

SOURCES = {"Photo": "photos", "Camera": "camera", "Video": "video", "Batch": "many_photos"}  # in pages/parts/predict/
DETAILS = (
    "Photos are sent to the server that runs this app, processed in memory and not stored: they are discarded when you "
    "remove them, or some time after you close the tab. So are a video and its annotated copy, which stay in a "
    "temporary folder until then. Nothing else is kept, and nothing is shared with third parties."
)
VIDEO = "A video stays in a temporary folder until you remove it, or until some time after you close the tab."

frame.start("Read emotions in faces", "Add a photo or video, or use your camera")

with frame.errors():
    damaged_runs.show(RunStore())
    left, right = st.columns([5, 7], gap="large")
    with left:
        source = st.segmented_control(
            "Source",
            list(SOURCES),
            default="Photo",
            required=True,
            key="source",
            label_visibility="collapsed",
            bind="query-params",
        )
        body = st.container()
        with st.popover("Options", icon=":material/tune:"):
            run = model_picker.pick_run()
            way = model_picker.choose_way(run, "predict")
    with body:
        # only what is shown is imported: FFmpeg and pandas would delay a server's first answer by a second
        import_module(f"pages.parts.predict.{SOURCES[source]}").show(run, way, right)
    privacy = VIDEO if source == "Video" else shell.PRIVACY
    shell.footer(run, tta=way.tta, privacy=privacy, details=DETAILS)
