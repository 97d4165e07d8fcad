"""Evaluate on a user's own labelled photos."""

from contextlib import nullcontext

import pandas as pd
import streamlit as st

from fer.data import labelled_photos
from fer.data.labelled_photos import LabelledFaces
from fer.evaluation import evaluate, sentences
from fer.evaluation.report import Report
from fer.faces import photos
from fer.faces.photos import Photo
from fer.runs.run import Run
from fer.runs.store import RunStore
from pages.parts.evaluate.choose_report import Chosen
from pages.parts.shared import frame, upload_size

KINDS = {"a zip": "A ZIP file", "a folder": "A folder"}
DETECTORS = {"yunet": "Find the face in each photo", "whole": "Photos are already cropped faces"}


def choose(run: Run, tta: bool) -> Chosen | None:
    """Read and evaluate a ZIP or folder of photos with one subfolder per class of the run."""
    st.markdown(
        f"Photos of any size, in one folder per class: {frame.plain(', '.join(run.labels))}. They are "
        "processed in the server's memory, kept while this tab is open, and not stored."
    )
    kind = st.segmented_control(
        "Upload", list(KINDS), default="a zip", required=True, format_func=KINDS.__getitem__, key="evaluate-kind"
    )
    detector = st.radio(
        "Faces", list(DETECTORS), format_func=DETECTORS.__getitem__, key="evaluate-detector", horizontal=True
    )
    if kind == "a zip":
        upload = st.file_uploader(
            "Labelled photos (ZIP)", "zip", key="evaluate-zip", max_upload_size=upload_size.largest(200)
        )
        uploads, name = [upload] if upload else [], upload.name.removesuffix(".zip") if upload else ""
    else:
        uploads = st.file_uploader(
            "Labelled photos (folder)",
            accept_multiple_files="directory",
            key="evaluate-folder",
            max_upload_size=upload_size.largest(20),
        )
        name = uploads[0].name.split("/")[0] if uploads else ""
    if not uploads:
        return None
    faces = _faces(tuple(upload.file_id for upload in uploads), run.labels, detector, uploads, kind == "a zip")
    report = judge(run, f"{name} (own photos)", tta, faces) if len(faces.labels) else None
    _show_outcome(faces, report, detector)
    return Chosen(run, report, faces) if report else None


@st.cache_resource(max_entries=4, scope="session", show_spinner=False)
def _faces(
    file_ids: tuple[str, ...], classes: tuple[str, ...], detector: str, _uploads: list, zipped: bool
) -> LabelledFaces:
    bar = st.progress(0.0, "Reading the photos …")
    loose = [Photo(upload.name, upload.getvalue) for upload in _uploads]
    on_progress = frame.progress(bar, "photos read")
    try:
        with photos.in_zip(_uploads[0]) if zipped else nullcontext(loose) as found:
            return labelled_photos.find_faces(found, classes=classes, detector=detector, on_progress=on_progress)
    finally:
        bar.empty()


def judge(run: Run, name: str, tta: bool, faces: LabelledFaces) -> Report:
    """The report of a run on a user's faces, cached."""
    return _report(run.id, run.tflite_path.stat().st_mtime_ns, name, tta, faces.fingerprint, faces)


@st.cache_resource(max_entries=16, scope="session", show_spinner="Evaluating …")
def _report(run_id: str, changed: int, name: str, tta: bool, fingerprint: str, _faces: LabelledFaces) -> Report:
    return evaluate.evaluate_faces(RunStore()[run_id], _faces, name, tta=tta)


def _show_outcome(faces: LabelledFaces, report: Report | None, detector: str) -> None:
    """Say how many photos were evaluated, and list the others with the reason."""
    if not len(faces.labels) and not faces.failures:
        st.warning("No photos in this upload. Files and folders whose names start with a dot are ignored.")
        return
    (st.warning if faces.failures else st.success)(" ".join(sentences.photos_sentences(faces, report)))
    if not report and detector == "yunet":
        st.info("If the images show nothing but faces, choose “Photos are already cropped faces” above.")
    if faces.failures:
        with st.expander("Photos not evaluated", expanded=len(faces.failures) <= 10):
            rows = [(failure.name, failure.label, failure.reason) for failure in faces.failures]
            st.dataframe(pd.DataFrame(rows, columns=["file", "true", "reason"]), hide_index=True)
    if faces.several:
        with st.expander("Photos with more than one face"):
            st.dataframe(pd.DataFrame({"file": faces.several}), hide_index=True)
