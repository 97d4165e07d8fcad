"""Photos: uploaded, pasted or examples, each with its answer."""

import json
from collections.abc import Callable
from functools import partial

import streamlit as st

from fer.faces.image import MAX_BYTES, read_image
from fer.inference import many_photos
from fer.runs.run import Run
from pages.parts.shared import answers, frame, samples, upload_size
from pages.parts.shared.answers import Answer
from pages.parts.shared.csv_file import csv_file

TYPES = ["jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff", "heic", "heif", "avif"]
KEPT = "predict-kept"  # the visitor's photos by the upload's id, as (name, bytes); they outlast a look at another page
SEEN = "predict-seen"  # the ids that the uploader held last
SHOWN = "predict-shown"  # the id of the photo, or the file of the example, that is answered
UPLOADER = "predict-photos"
MOST_KEPT = 60 * 2**20  # bytes; the oldest photos beyond are dropped


def show(run: Run, tta: bool, right) -> None:
    """The uploader and the examples here, the answer in the container `right`."""
    st.file_uploader(
        "Photos: drop, paste or choose",
        TYPES,
        accept_multiple_files=True,
        key=UPLOADER,
        max_upload_size=upload_size.largest(MAX_BYTES // 2**20),
        on_change=_follow,
    )
    kept = st.session_state.setdefault(KEPT, {})
    st.caption("Or try an example")
    shown = st.session_state.setdefault(SHOWN, samples.SAMPLES[0].file)
    samples.pick(SHOWN)
    with right:
        if kept:
            shown = _choose(kept, shown)
        photo = _photo(shown) or _photo(samples.SAMPLES[0].file)
        if photo:
            answered(*photo, run, tta, everything=partial(_all, run, tta))


def _choose(kept: dict, shown: str) -> str:
    """Which of the visitor's photos is shown, and a button that removes them all."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(kept) > 1 or shown not in kept:
            names = {key: name for key, (name, _) in kept.items()}
            chosen = st.pills(
                "Your photos", list(names), default=shown if shown in names else None, format_func=names.__getitem__,
                key=f"predict-chosen-{shown}-{len(names)}", label_visibility="collapsed",
            )  # fmt: skip
            if chosen and chosen != shown:
                st.session_state[SHOWN] = chosen
                st.rerun()
        st.button("Remove my photos", key="predict-remove", type="tertiary", on_click=_forget, icon=":material/close:")
    return shown


def _follow() -> None:
    """Keep what was added to the uploader, and forget what was taken out of it."""
    uploads = {upload.file_id: upload for upload in st.session_state[UPLOADER]}
    kept, before = st.session_state.setdefault(KEPT, {}), st.session_state.get(SEEN, ())
    for id in set(before) - set(uploads):
        kept.pop(id, None)
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
    for key in (KEPT, SEEN, SHOWN, UPLOADER):
        st.session_state.pop(key, None)


def _photo(key: str) -> tuple[str, str, Callable] | None:
    """Key, name and loader of one of the visitor's photos, or of an example."""
    if sample := samples.of(key):
        return key, sample.file, partial(read_image, sample.path)
    found = st.session_state[KEPT].get(key)
    return (key, found[0], partial(read_image, found[1])) if found else None


def _all(run: Run, tta: bool) -> list[Answer]:
    """The answers of all the visitor's photos; of the example if there are none. Unreadable ones are left out."""
    keys = list(st.session_state.get(KEPT, {})) or [st.session_state.get(SHOWN, samples.SAMPLES[0].file)]
    found = []
    for photo in filter(None, map(_photo, keys)):
        with frame.errors(f"{photo[1]}: "):
            found.append(_read(*photo, run, tta))
    return found


def _read(key: str, name: str, load: Callable, run: Run, tta: bool) -> Answer:
    detector = "whole" if st.session_state.get(f"whole-{key}") else "yunet"
    if samples.of(key):
        return _example(key, run.id, run.tflite_path.stat().st_mtime_ns, tta, detector)
    return answers.read(name, load, key, run, tta=tta, detector=detector)


@st.cache_resource(max_entries=16, show_spinner=False)
def _example(file: str, run_id: str, changed: int, tta: bool, detector: str) -> Answer:
    """An example's answer, read once for all visitors."""
    return answers.answer(file, read_image(samples.FOLDER / file), run_id, tta=tta, detector=detector)


def answered(
    key: str, name: str, load: Callable, run: Run, tta: bool, *, everything: Callable[[], list[Answer]] | None = None
) -> None:
    """One photo's answer, and its exports.

    Args:
        everything: returns all answers for the tables; default: this one.
    """
    with frame.errors(f"{name}: "):
        found = _read(key, name, load, run, tta)
        answers.show(found, run, f"photo-{key}")
        if not found.cards or st.session_state.get(f"whole-{key}"):
            st.toggle("Use the whole image as the face", key=f"whole-{key}")
        _export(found, load, run, everything or (lambda: [found]))


def _export(found: Answer, load: Callable, run: Run, everything: Callable[[], list[Answer]]) -> None:
    """One menu: the annotated image, and the results of all photos as tables."""

    def rows() -> list[dict]:
        return [each.as_dict(run) for each in everything()]

    marked = f"{found.name.rsplit('.', 1)[0]}-emotions.png"
    files = (
        ("Annotated image (PNG)", "png", marked, "image/png", lambda: answers.annotated(found, load, run)),
        ("Results (CSV)", "csv", "emotions.csv", "text/csv", lambda: csv_file(many_photos.table(rows()))),
        ("Results (JSON)", "json", "emotions.json", "application/json", lambda: json.dumps(rows(), indent=2)),
    )
    with st.popover("Export", icon=":material/download:"):
        for label, kind, file, mime, make in files:
            st.download_button(
                label, make, file, mime, key=f"predict-{kind}", on_click="ignore", type="tertiary", width="stretch"
            )
