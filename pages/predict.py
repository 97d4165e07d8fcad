"""Read the emotions of faces: in photos, before a camera, in a video, in many photos at once."""

import streamlit as st

from pages.parts.predict import camera, many_photos, photos, video
from pages.parts.shared import frame, model_picker

WAYS = {"Photos": photos.show, "Camera": camera.show, "Video": video.show, "Many photos": many_photos.show}

frame.start(
    "Which emotion is on these faces?",
    "Give photos, a moment before your camera, or a video: every face is found, boxed and read as one of "
    "**angry, disgust, fear, happy, sad, surprise** or **neutral**.",
)

with frame.errors():
    run = model_picker.pick_run("predict-model")
    way = st.segmented_control(
        "From", list(WAYS), default="Photos", required=True, key="predict-way", persist_state="session"
    )
    tta = model_picker.choose_tta(run, "predict-tta")
    WAYS[way](run, tta)

    st.info(
        model_picker.accuracy_sentence(run, tta=tta)
        + " Photos unlike its training pictures are read less surely, and no model sees "
        "what a person feels: it names the expression that people would most likely have written beside the face.",
        icon=":material/fact_check:",
    )
    st.caption(
        "Photos are sent to the server that runs this app, are read in its memory, and are not stored: they are gone "
        "when you remove them, leave the page or close the tab. A video's marked copy lies in a temporary folder "
        "until you forget it or close the tab. Nothing else is kept, and nobody else is asked."
    )
