"""Read the emotions of the faces in uploaded photos."""

import json

import streamlit as st

from fer import batch, faces
from pages.parts import answers, frame, gallery, models

TYPES = ["jpg", "jpeg", "png", "webp", "bmp", "gif", "heic", "heif", "avif"]


def answer(name: str, content: bytes, run, key: str) -> dict | None:
    """Show one photo's answer. Returns it as plain values, or None where the file is no picture."""
    st.subheader(frame.plain(name), divider="gray")
    with frame.errors(f"{name}: "):
        image = faces.read_image(content)
        predictions = models.reader(run).read(image)
        if not predictions and _wants_whole(name, key):
            predictions = models.reader(run, "whole").read(image)
        if predictions:
            answers.show(name, image, predictions, key)
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


frame.start(
    "Which emotion is on these faces?",
    "Drop in photos: every face is found, boxed and read as one of "
    "**angry, disgust, fear, happy, sad, surprise** or **neutral**.",
)

with frame.errors():
    run = models.pick_run("predict-model")
    uploads = st.file_uploader(
        "Photos",
        TYPES,
        accept_multiple_files=True,
        key="predict-photos",
        max_upload_size=faces.MAX_BYTES // 2**20,
        on_change=gallery.forget,
        args=("predict-sample",),
        help="JPEG, PNG, WebP, BMP, GIF (first frame), HEIC or AVIF; up to 20 MB each.",
    )
    with st.expander("No photo at hand? Click a sample.", expanded=not uploads):
        sample = gallery.pick("predict-sample")

    photos = [(upload.name, upload.getvalue(), upload.file_id) for upload in uploads]
    if sample:
        photos.insert(0, (sample.file, sample.path.read_bytes(), sample.file))
    answered = [found for photo in photos if (found := answer(*photo[:2], run, photo[2]))]

    if answered:
        st.divider()
        with st.container(horizontal=True):
            st.download_button(
                "Answers (CSV)",
                batch.table(answered).to_csv(index=False),
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

    st.info(
        models.accuracy_sentence(run) + " Photos unlike its training pictures are read less surely, and no model sees "
        "what a person feels: it names the expression that people would most likely have written beside the face.",
        icon=":material/fact_check:",
    )
    st.caption(
        "Photos are sent to the server that runs this app, are read in its memory, and are not stored: they are gone "
        "when you remove them, leave the page or close the tab. Nothing else is kept, and nobody else is asked."
    )
