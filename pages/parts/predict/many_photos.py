"""Many photos at once: a summary, a table of all faces, and the files that could not be read."""

import html
import json
from contextlib import ExitStack

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from fer.errors import FerError
from fer.faces import photos
from fer.faces.image import SUFFIXES, data_url
from fer.faces.photos import Photo
from fer.inference import many_photos
from fer.inference.drawing import NOT_SURE, NOT_SURE_COLOR
from fer.inference.many_photos import Answer
from fer.inference.palette import color_map
from fer.runs.members import changed
from fer.runs.run import Run
from fer.runs.store import RunStore
from pages.parts.shared import frame, model_picker
from pages.parts.shared.answers import table
from pages.parts.shared.csv_file import csv_file, show_table
from pages.parts.shared.model_picker import Way

THUMBNAIL = 96  # pixels
KINDS = {"files or zips": "Files or ZIPs", "a folder": "A folder"}
LAST = "predict-many-last"  # the latest results, kept when the visitor switches to another source


def show(run: Run, way: Way, right) -> None:
    """Files, ZIPs or a folder here, the results in `right`."""
    kind = st.segmented_control(
        "Upload",
        list(KINDS),
        default="files or zips",
        required=True,
        format_func=KINDS.__getitem__,
        key="predict-many-kind",
    )
    several = "directory" if kind == "a folder" else True
    uploads = st.file_uploader("Photos", [*SUFFIXES, ".zip"], accept_multiple_files=several, key=f"predict-many-{kind}")
    if uploads:
        ids = tuple(upload.file_id for upload in uploads)
        st.session_state[LAST] = (run, way, *_read(run.id, changed(run), way, ids, uploads))
    elif LAST in st.session_state:
        st.button("Remove these results", key="predict-many-forget", on_click=_forget)
    with right:
        if LAST in st.session_state:
            _show(*st.session_state[LAST])
        else:
            st.info("Add photos to see all their faces in one table.", icon=":material/table:")


def _forget() -> None:
    st.session_state.pop(LAST, None)
    _read.clear()


def _show(run: Run, way: Way, answers: list[Answer], others: list[tuple[str, str]]) -> None:
    read = [answer for answer in answers if not answer.error]
    _summary(read, run.labels, way.correction(run).threshold)
    if read:
        _table(read, run, way)
    _failures([(answer.name, answer.error) for answer in answers if answer.error], others)


@st.cache_resource(max_entries=2, scope="session", show_spinner=False)
def _read(
    run_id: str, changed: int, way: Way, ids: tuple[str, ...], _uploads: list[UploadedFile]
) -> tuple[list[Answer], list[tuple[str, str]]]:
    """The result for every photo, and (name, reason) for every file that was skipped."""
    bar, others = st.progress(0.0, "Reading the photos…"), []
    try:
        with ExitStack() as zips:
            found = []
            for upload in _uploads:
                with frame.errors(f"{upload.name}: "):
                    found += _photos(upload, zips)
            if len(found) > photos.MOST_UPLOADED:
                most = photos.MOST_UPLOADED
                raise FerError(f"These are {len(found):,} photos; {most:,} can be read together. Upload fewer.")
            found = photos.told_apart(found)
            images, names = many_photos.pictures_among(found)
            others += [(name, "Skipped: not an image file, judging by its name.") for name in names]
            reading = many_photos.read_all(
                images, reader=model_picker.reader(RunStore()[run_id], way=way), thumbnails=THUMBNAIL
            )
            step, answers = frame.progress(bar, "photos read"), []
            for answer in reading:
                answers.append(answer)
                step(len(answers), len(images))
            return answers, others
    finally:
        bar.empty()


def _photos(upload: UploadedFile, zips: ExitStack) -> list[Photo]:
    if not upload.name.lower().endswith(".zip"):
        return [Photo(upload.name, upload.getvalue)]
    inside = zips.enter_context(photos.in_zip(upload, most=photos.MOST_UPLOADED))
    return [Photo(f"{upload.name}/{photo.name}", photo.read) for photo in inside]


def _summary(read: list[Answer], labels: tuple[str, ...], threshold: float | None) -> None:
    predictions = [prediction for answer in read for prediction in answer.predictions]
    found = [prediction.label if prediction.is_sure(threshold) else NOT_SURE for prediction in predictions]
    with st.container(horizontal=True):
        st.metric("Photos read", f"{len(read):,}", width="content")
        st.metric("Faces", f"{len(found):,}", width="content")
        st.metric("Without faces", f"{sum(not answer.predictions for answer in read):,}", width="content")
    if found:
        _counts(found, labels)


def _counts(found: list[str], labels: tuple[str, ...]) -> None:
    """How many faces show each emotion, as bars; those below the threshold have a bar of their own."""
    colors, labels = color_map(labels) | {NOT_SURE: NOT_SURE_COLOR}, (*labels, NOT_SURE)
    most = max(map(found.count, labels))
    rows = [
        f'<span>{html.escape(label)}</span><span aria-hidden="true" style="height:.6rem;border-radius:.3rem;'
        f'width:{100 * found.count(label) / most:.1f}%;background:{colors[label]}"></span><b>{found.count(label):,}</b>'
        for label in labels
    ]
    grid = "display:grid;grid-template-columns:max-content 1fr max-content;gap:.1rem .8rem;align-items:center"
    st.html(f'<div style="{grid};font-size:.875rem">{"".join(rows)}</div>')


def _table(read: list[Answer], run: Run, way: Way) -> None:
    """One row per face, filtered, and downloads of all rows."""
    left, right = st.columns(2)
    labels = left.multiselect("Emotions", run.labels, key="predict-many-only", placeholder="All emotions")
    least = right.slider("Minimum confidence", 0.0, 1.0, 0.0, 0.05, key="predict-many-least", format="percent")
    results = [answer.as_dict() | {"model": run.id} for answer in read]
    everything = table(results, way.correction(run).threshold)
    thumbnails = {answer.name: data_url(answer.thumbnail, "JPEG") for answer in read if answer.thumbnail is not None}
    shown = everything.assign(photo=everything["file"].map(thumbnails.get))
    if "label" in shown and (labels or least):
        shown = shown[shown["confidence"].ge(least) & (shown["label"].isin(labels) if labels else True)]
    if "confidence" in shown:
        shown = shown.assign(confidence=100 * shown["confidence"])
    columns = ["photo", "file", *(name for name in ("face", "label", "confidence", "sure") if name in shown)]
    show_table(
        pd.DataFrame(shown[columns]),
        hide_index=True,
        key="predict-many-table",
        row_height=THUMBNAIL // 2,
        alt="All faces with photo, emotion and confidence",
        column_config={
            "photo": st.column_config.ImageColumn(width=THUMBNAIL // 2),
            "confidence": st.column_config.NumberColumn(format="%.1f%%"),
        },
    )
    st.caption(f"{len(shown):,} of {len(everything):,} rows; photos without faces have one row each. Model: {run.id}.")
    with st.container(horizontal=True):
        csv = csv_file(everything)
        st.download_button("Results (CSV)", csv, "emotions.csv", "text/csv", key="many-csv", on_click="ignore")
        text = json.dumps(results, indent=2)
        st.download_button(
            "Results (JSON)", text, "emotions.json", "application/json", key="many-json", on_click="ignore"
        )


def _failures(failed: list[tuple[str, str]], others: list[tuple[str, str]]) -> None:
    if not failed and not others:
        return
    st.warning(f"Files not read: {len(failed) + len(others):,}", icon=":material/warning:")
    rows = pd.DataFrame([*failed, *others], columns=["file", "reason"])
    show_table(rows, hide_index=True, key="predict-many-failed", alt="Files that could not be read, with the reason")
