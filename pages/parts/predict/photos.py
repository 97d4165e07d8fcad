"""Photos: uploaded, pasted or examples, each with its answer."""

import json
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import streamlit as st

from fer.errors import FerError
from fer.faces.image import MAX_BYTES, SUFFIXES, read_image
from fer.runs.members import changed
from fer.runs.run import Run
from pages.parts.shared import answers, frame, samples, upload_size, uploader
from pages.parts.shared.answers import Answer, Photo, Reader
from pages.parts.shared.csv_file import csv_file
from pages.parts.shared.model_picker import Way

KEPT = "predict-kept"  # the visitor's photos by the upload's id, as (name, bytes); they outlast a look at another page
SEEN = "predict-seen"  # the ids that the uploader held last
SHOWN = "predict-shown"  # the id of the photo, or the file of the example, that is answered
CHOSEN = "predict-chosen"  # the key of the buttons with the photos' names
UPLOADER = "predict-photos"
MOST_KEPT = 60 * 2**20  # bytes; the oldest photos beyond are dropped


def show(run: Run, way: Way, right) -> None:
    """The uploader and the examples here, the answer in the container `right`."""
    st.file_uploader(
        "Photos: drop, paste or choose",
        SUFFIXES,
        accept_multiple_files=True,
        key=uploader.key(UPLOADER),
        max_upload_size=upload_size.largest(MAX_BYTES // 2**20),
        on_change=_follow,
    )
    kept = st.session_state.setdefault(KEPT, {})
    st.caption("Or try an example")
    st.session_state.setdefault(SHOWN, samples.SAMPLES[0].file)
    samples.pick(SHOWN)
    shown = st.session_state[SHOWN]
    with right:
        if kept:
            _offer(kept, shown)
        if photo := _photo(shown) or _photo(samples.SAMPLES[0].file):
            answered(photo, run, way, list(filter(None, map(_photo, kept))))


def _offer(kept: dict, shown: str) -> None:
    """The visitor's photos to choose from, and a button that removes them all."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(kept) > 1 or shown not in kept:
            names = {key: name for key, (name, _) in kept.items()}
            st.session_state[CHOSEN] = shown if shown in names else None
            st.pills(
                "Your photos",
                list(names),
                format_func=names.__getitem__,
                key=CHOSEN,
                label_visibility="collapsed",
                on_change=_choose,
            )
        st.button("Remove my photos", key="predict-remove", type="tertiary", on_click=_forget, icon=":material/close:")


def _choose() -> None:
    if chosen := st.session_state[CHOSEN]:
        st.session_state[SHOWN] = chosen


def _follow() -> None:
    """Keep what was added to the uploader, and forget what was taken out of it."""
    uploads = {upload.file_id: upload for upload in st.session_state.get(uploader.key(UPLOADER), ())}
    kept, before = st.session_state.setdefault(KEPT, {}), st.session_state.get(SEEN, ())
    for id in (gone := set(before) - set(uploads)):
        kept.pop(id, None)
    if gone:
        answers.forget()
    for id, upload in uploads.items():
        if id not in before:
            kept[id] = (upload.name, upload.getvalue())
            st.session_state[SHOWN] = id
    while len(kept) > 1 and sum(len(content) for _, content in kept.values()) > MOST_KEPT:
        kept.pop(next(iter(kept)))
    if st.session_state.get(SHOWN) not in kept and kept:
        st.session_state[SHOWN] = next(reversed(kept))
    st.session_state[SEEN] = tuple(uploads)


def _forget() -> None:
    for key in (KEPT, SEEN, SHOWN):
        st.session_state.pop(key, None)
    uploader.empty(UPLOADER)
    answers.forget()


def _photo(key: str) -> Photo | None:
    """One of the visitor's photos, or an example."""
    whole = bool(st.session_state.get(_whole(key)))
    if sample := samples.of(key):
        return Photo(key, sample.file, partial(read_image, sample.path), whole)
    found = st.session_state[KEPT].get(key)
    return Photo(key, found[0], partial(read_image, found[1]), whole) if found else None


def _whole(key: str) -> str:
    return f"whole-{key}"


def answered(photo: Photo, run: Run, way: Way, others: Sequence[Photo] = ()) -> None:
    """One photo's answer, and the exports, whose tables contain the others too."""
    with frame.errors(f"{photo.name}: "):
        reader = Reader(run, way)
        found = _example(photo, reader, changed(run), run.id, way) or reader.read(photo)
        answers.show(found, run, f"photo-{photo.key}")
        if run.card.data.is_drawn and not run.card.imported:
            st.warning(
                "This model was trained on drawn faces, so its answers to photos mean nothing. Choose another under "
                "*Options*.",
                icon=":material/draw:",
            )
        if not found.cards or photo.whole:
            st.toggle("Use the whole image as the face", key=_whole(photo.key))
        _export(found, photo, reader, others or [photo])


def _example(photo: Photo, reader: Reader, changed: int, run_id: str, way: Way) -> Answer | None:
    """An example's answer, read once for all visitors; None for other photos."""
    return _read_example(photo.key, photo.whole, changed, run_id, way, reader) if samples.of(photo.key) else None


@st.cache_resource(max_entries=16, show_spinner=False)
def _read_example(file: str, whole: bool, changed: int, run_id: str, way: Way, _reader: Reader) -> Answer:
    return _reader.read(Photo(file, file, partial(read_image, samples.FOLDER / file), whole))


def _export(found: Answer, photo: Photo, reader: Reader, photos: Sequence[Photo]) -> None:
    """One menu: the annotated image, and the results of all photos as tables."""

    def rows() -> list[dict]:
        results = []
        for each in photos:
            with suppress(FerError):  # the page says so when that photo is chosen
                results.append(reader.read(each).as_dict(reader.run))
        return results

    threshold = reader.way.correction(reader.run).threshold
    marked = f"{found.name.rsplit('.', 1)[0]}-emotions.png"
    files = (
        ("Annotated image (PNG)", "png", marked, "image/png", lambda: answers.annotated(found, photo.load, threshold)),
        ("Results (CSV)", "csv", "emotions.csv", "text/csv", lambda: csv_file(answers.table(rows(), threshold))),
        ("Results (JSON)", "json", "emotions.json", "application/json", lambda: json.dumps(rows(), indent=2)),
    )
    with st.popover("Export", icon=":material/download:"):
        for label, kind, file, mime, make in files:
            st.download_button(
                label, make, file, mime, key=f"predict-{kind}", on_click="ignore", type="tertiary", width="stretch"
            )
