"""A photo from the visitor's camera; needs no TURN server."""

import streamlit as st

from fer.faces.image import read_image
from fer.runs.run import Run
from pages.parts.predict import photos

MIRRORED = '[data-testid="stCameraInput"] :is(video, img) { transform: scaleX(-1) }'


def show(run: Run, tta: bool) -> None:
    """The camera and the result for the photo taken, both mirrored, which Streamlit does not do."""
    st.html(f"<style>{MIRRORED}</style>")
    taken = st.camera_input("Camera", key="predict-camera", help="Your browser will ask for permission.")
    if not taken:
        return
    image = read_image(taken.getvalue())[:, ::-1]
    if result := photos.read("camera.jpg", image, run, tta, taken.file_id):
        photos.downloads([result])
