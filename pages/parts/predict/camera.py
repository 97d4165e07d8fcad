"""A photo from the visitor's camera; needs no TURN server."""

import streamlit as st

from fer.faces.image import read_image
from fer.runs.run import Run
from pages.parts.predict import photos
from pages.parts.shared import answers, notice
from pages.parts.shared.answers import Photo
from pages.parts.shared.model_picker import Way

MIRRORED = '[data-testid="stCameraInput"] :is(video, img) { transform: scaleX(-1) }'
KEPT = "predict-camera-kept"  # the latest photo's id and bytes; it outlasts a look at another page


def show(run: Run, way: Way, right) -> None:
    """The camera here and the answer in `right`, both mirrored, which Streamlit does not do."""
    if not notice.accepted("Each photo you take"):
        return
    st.html(f"<style>{MIRRORED}</style>")
    taken = st.camera_input("Camera", key="predict-camera", help="Your browser will ask for permission.")
    if taken:
        st.session_state[KEPT] = taken.file_id, taken.getvalue()
    with right:
        if KEPT not in st.session_state:
            st.info("Take a photo to see its emotions here.", icon=":material/photo_camera:")
            return
        key, content = st.session_state[KEPT]
        photos.answered(Photo(key, "camera.jpg", lambda: read_image(content)[:, ::-1]), run, way)
        if not taken and st.button("Remove the photo", key="predict-camera-remove", type="tertiary"):
            del st.session_state[KEPT]
            answers.forget()
            st.rerun()
