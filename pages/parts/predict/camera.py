"""A photo from the visitor's own camera; works wherever the page does, with no TURN server."""

import streamlit as st

from fer.faces.image import read_image
from fer.runs.run import Run
from pages.parts.predict import photos

MIRRORED = '[data-testid="stCameraInput"] :is(video, img) { transform: scaleX(-1) }'


def show(run: Run, tta: bool) -> None:
    """The camera, and the answer to the photo that was taken, both mirrored: Streamlit's own are not."""
    st.html(f"<style>{MIRRORED}</style>")
    taken = st.camera_input("Camera", key="predict-camera", help="The browser asks whether this page may use it.")
    if not taken:
        return
    image = read_image(taken.getvalue())[:, ::-1]
    if found := photos.answer("camera.jpg", image, run, tta, taken.file_id):
        photos.take([found])
