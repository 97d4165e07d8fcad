"""Photos that are uploaded one by one, the samples, and the answer to one photo."""

import json

import numpy as np
import streamlit as st

from fer.faces.image import MAX_BYTES, read_image
from fer.inference import many_photos
from fer.runs.run import Run
from pages.parts.shared import answers, frame, model_picker, samples

TYPES = ["jpg", "jpeg", "png", "webp", "bmp", "gif", "heic", "heif", "avif"]


def show(run: Run, tta: bool) -> None:
    """The uploader, the samples, and every answer."""
    uploads = st.file_uploader(
        "Photos",
        TYPES,
        accept_multiple_files=True,
        key="predict-photos",
        max_upload_size=MAX_BYTES // 2**20,
        on_change=samples.forget,
        args=("predict-sample",),
        help="JPEG, PNG, WebP, BMP, GIF (first frame), HEIC or AVIF; up to 20 MB each.",
    )
    with st.expander("No photo at hand? Click a sample.", expanded=not uploads):
        sample = samples.pick("predict-sample")
    photos = [(upload.name, upload.getvalue(), upload.file_id) for upload in uploads]
    if sample:
        photos.insert(0, (sample.file, sample.path.read_bytes(), sample.file))
    take([found for photo in photos if (found := answer(*photo[:2], run, tta, photo[2]))])


def answer(name: str, content: bytes | np.ndarray, run: Run, tta: bool, key: str) -> dict | None:
    """Show the answer to one photo, or to a picture that is read already. Returns it as plain values, or None where the
    file is no picture."""
    st.header(frame.plain(name), divider="gray")
    with frame.errors(f"{name}: "):
        image = read_image(content) if isinstance(content, bytes) else content
        predictions = model_picker.reader(run, tta=tta).read(image)
        if not predictions and _wants_whole(name, key):
            predictions = model_picker.reader(run, "whole", tta=tta).read(image)
        if predictions:
            answers.show(name, image, predictions, run, key)
        height, width = image.shape[:2]
        found = [prediction.as_dict() for prediction in predictions]
        return {"file": name, "width": width, "height": height, "model": run.id, "faces": found}


def _wants_whole(name: str, key: str) -> bool:
    """Say that no face was found, and ask whether the whole picture is one."""
    st.warning(
        f"No face was found in {frame.plain(name)}. Faces need about 20 pixels and must not be turned away. "
        "If the picture is nothing but a face, take it whole.",
        icon=":material/search_off:",
    )
    return st.toggle("Take the whole picture as the face", key=f"whole-{key}")


def take(answered: list[dict]) -> None:
    """Buttons that take all answers along."""
    if not answered:
        return
    st.divider()
    with st.container(horizontal=True):
        st.download_button(
            "Answers (CSV)",
            many_photos.table(answered).to_csv(index=False),
            "emotions.csv",
            "text/csv",
            key="predict-csv",
            on_click="ignore",
            icon=":material/table:",
        )
        st.download_button(
            "Answers (JSON)",
            json.dumps(answered, indent=2),
            "emotions.json",
            "application/json",
            key="predict-json",
            on_click="ignore",
            icon=":material/data_object:",
        )
