"""Your photos: evaluate on a user's own labelled photos, and compare groups of them."""

from contextlib import nullcontext
from dataclasses import dataclass

import streamlit as st

from fer.data.labelled_photos import LabelledFaces
from fer.data.labels import EMOTIONS
from fer.evaluation import evaluate, own_photos
from fer.evaluation.own_photos import OwnPhotos
from fer.evaluation.report import Report
from fer.faces import photos
from fer.faces.photos import Photo
from fer.runs import members
from fer.runs.run import Run
from fer.runs.store import RunStore
from pages.parts.shared import frame, upload_size, uploader

PAIR = ("own photos", "all")  # how the choice of data names them
HELD = "evaluate-own"  # the visitor's own faces
MOST_PHOTOS = 50_000  # in a zip; each face takes 2 kB
UPLOADERS = ZIP, FOLDER = "evaluate-zip", "evaluate-folder"
KINDS = {"a zip": "A ZIP file", "a folder": "A folder"}
DETECTORS = {"yunet": "Find the face in each photo", "whole": "The photos are cropped faces already"}


@dataclass(frozen=True)
class Held:
    """Photos that a visitor has uploaded: their name, the faces found in them, and with which detector."""

    name: str
    photos: OwnPhotos
    detector: str


def held(run: Run) -> Held | None:
    """This visitor's photos, if they are labelled with the run's classes and any has a face."""
    found = st.session_state.get(HELD)
    return found if found and fits(found, run) and len(found.photos.faces.labels) else None


def fits(held: Held, run: Run) -> bool:
    """Whether the photos are labelled with the run's classes."""
    return held.photos.faces.classes == _classes(run)


def _classes(run: Run) -> tuple[str, ...]:
    """The run's classes; the seven emotions in their usual order, so that all their models share the photos."""
    return EMOTIONS if sorted(run.labels) == sorted(EMOTIONS) else run.labels


def upload(run: Run) -> Held | None:
    """Read a ZIP or folder of labelled photos; what was read before stays until it is replaced or removed."""
    kind = st.segmented_control(
        "Upload", list(KINDS), default="a zip", required=True, format_func=KINDS.__getitem__, key="evaluate-kind"
    )
    detector = st.radio("Faces", list(DETECTORS), format_func=DETECTORS.__getitem__, key="evaluate-detector")
    if kind == "a zip":
        file = st.file_uploader(
            "Labelled photos (ZIP)", "zip", key=uploader.key(ZIP), max_upload_size=upload_size.largest(200)
        )
        uploads, name = [file] if file else [], file.name.removesuffix(".zip") if file else ""
    else:
        uploads = st.file_uploader(
            "Labelled photos (folder)",
            accept_multiple_files="directory",
            key=uploader.key(FOLDER),
            max_upload_size=upload_size.largest(20),
        )
        name = uploads[0].name.split("/")[0] if uploads else ""
    if uploads:
        ids = tuple(upload.file_id for upload in uploads)
        read = _read(ids, _classes(run), detector, uploads, kind == "a zip")
        st.session_state[HELD] = Held(name, read, detector)
    found = st.session_state.get(HELD)
    return found if found and fits(found, run) else None


@st.cache_resource(max_entries=4, scope="session", show_spinner=False)
def _read(
    file_ids: tuple[str, ...], classes: tuple[str, ...], detector: str, _uploads: list, zipped: bool
) -> OwnPhotos:
    bar = st.progress(0.0, "Reading the photos…")
    loose = photos.told_apart(Photo(upload.name, upload.getvalue) for upload in _uploads)
    on_progress = frame.progress(bar, "photos read")
    try:
        with photos.in_zip(_uploads[0], most=MOST_PHOTOS) if zipped else nullcontext(loose) as found:
            return own_photos.read_photos(found, classes=classes, detector=detector, on_progress=on_progress)
    finally:
        bar.empty()


def judge(run: Run, held: Held, tta: bool) -> Report:
    """The report of a run on a user's faces, cached."""
    faces = held.photos.faces
    return _report(run.id, members.changed(run), f"{held.name} (own photos)", tta, faces.fingerprint, faces)


@st.cache_resource(max_entries=16, scope="session", show_spinner="Evaluating…")
def _report(run_id: str, changed: int, name: str, tta: bool, fingerprint: str, _faces: LabelledFaces) -> Report:
    return evaluate.evaluate_faces(RunStore()[run_id], _faces, name, tta=tta)


def forget() -> None:
    """Remove this visitor's photos."""
    st.session_state.pop(HELD, None)
    for name in UPLOADERS:
        uploader.empty(name)
    _read.clear()
    _report.clear()
