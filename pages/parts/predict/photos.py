"""Uploaded photos and examples, each with its result."""

import json
from functools import partial

import numpy as np
import streamlit as st

from fer.faces.image import MAX_BYTES, read_image
from fer.inference import many_photos
from fer.runs.run import Run
from pages.parts.shared import answers, frame, model_picker, samples, upload_size
from pages.parts.shared.csv_file import csv_file

TYPES = ["jpg", "jpeg", "png", "webp", "bmp", "gif", "heic", "heif", "avif"]


def show(run: Run, tta: bool) -> None:
    """The uploader, the examples, and the result for every photo."""
    uploads = st.file_uploader(
        "Photos",
        TYPES,
        accept_multiple_files=True,
        key="predict-photos",
        max_upload_size=upload_size.largest(MAX_BYTES // 2**20),
        on_change=samples.forget,
        args=("predict-sample",),
        help="JPEG, PNG, WebP, BMP, GIF (first frame), HEIC or AVIF; up to 20 MB each.",
    )
    with st.expander("Or try an example", expanded=not uploads):
        sample = samples.pick("predict-sample")
    photos = [(upload.name, upload.getvalue(), upload.file_id) for upload in uploads]
    if sample:
        photos.insert(0, (sample.file, sample.path.read_bytes(), sample.file))
    downloads([result for photo in photos if (result := read(*photo[:2], run, tta, photo[2]))])


def read(name: str, content: bytes | np.ndarray, run: Run, tta: bool, key: str) -> dict | None:
    """Show the result for one photo, given as a file's bytes or as an image. Returns it as plain values, or None if the
    file is not a readable image."""
    st.header(frame.plain(name), divider="gray")
    with frame.errors(f"{name}: "):
        load = partial(read_image, content) if isinstance(content, bytes) else lambda: content
        image = load()
        predictions = model_picker.reader(run, tta=tta).read(image)
        if not predictions and _ask_for_whole(name, key):
            predictions = model_picker.reader(run, "whole", tta=tta).read(image)
        if predictions:
            answers.show(name, image, predictions, run, key, again=load)
        height, width = image.shape[:2]
        found = [prediction.as_dict() for prediction in predictions]
        return {"file": name, "width": width, "height": height, "model": run.id, "faces": found}


def _ask_for_whole(name: str, key: str) -> bool:
    """Say that no face was found, and offer to treat the whole image as one."""
    st.warning(
        f"No face found in {frame.plain(name)}. Faces must be at least about 20 pixels wide and not turned away. "
        "If the image shows nothing but a face, use the whole image.",
        icon=":material/search_off:",
    )
    return st.toggle("Use the whole image as the face", key=f"whole-{key}")


def downloads(results: list[dict]) -> None:
    """Buttons that export all results."""
    if not results:
        return
    st.divider()
    with st.container(horizontal=True):
        st.download_button(
            "Results (CSV)",
            csv_file(many_photos.table(results)),
            "emotions.csv",
            "text/csv",
            key="predict-csv",
            on_click="ignore",
            icon=":material/table:",
        )
        st.download_button(
            "Results (JSON)",
            json.dumps(results, indent=2),
            "emotions.json",
            "application/json",
            key="predict-json",
            on_click="ignore",
            icon=":material/data_object:",
        )
