"""The section Your photos: upload left, what came of it right."""

import pandas as pd
import streamlit as st

from fer.charts import strip
from fer.evaluation import groups, sentences
from fer.evaluation.numbers import with_interval
from fer.evaluation.report import Report
from fer.runs.run import Run
from fer.system.text import plural
from pages.parts.evaluate import own_photos
from pages.parts.evaluate.own_photos import Held
from pages.parts.shared import frame, model_picker
from pages.parts.shared.csv_file import show_table

MANIFEST = "file,label,group\nanna.jpg,happy,women\nben.jpg,sad,men"


def show(run: Run, tta: bool) -> None:
    """Accuracy on a user's own photos, per group if a manifest names groups."""
    if run.is_without_weights:
        model_picker.explain_missing_weights(run)
        return
    left, right = st.columns([5, 7], gap="medium")
    with left:
        _explain(run)
        with frame.errors():
            own_photos.upload(run)
    found = st.session_state.get(own_photos.HELD)
    with right, frame.errors():
        if not found:
            st.info("Upload labelled photos to see how accurate the model is on them.", icon=":material/upload:")
        elif not own_photos.fits(found, run):
            st.info(f"{frame.plain(run.id)} has other classes than these photos. Upload them again for this model.")
        else:
            report = own_photos.judge(run, found, tta) if len(found.photos.faces.labels) else None
            _outcome(found, report)


def _explain(run: Run) -> None:
    st.markdown(
        f"Upload photos in one folder per class ({frame.plain(', '.join(run.labels))}), or photos with a "
        "`manifest.csv`. They stay in the server's memory until you remove them, or until some time after you "
        "close the tab."
    )
    with st.popover("About manifest.csv", type="tertiary"):
        st.markdown(
            "One line per photo. With a group for each photo, such as age, skin tone or camera, accuracy is compared "
            "between groups. An empty label means: the name of the photo's folder."
        )
        st.code(MANIFEST, language=None)


def _outcome(held: Held, report: Report | None) -> None:
    """How many photos were evaluated and how well, and the others with the reason."""
    faces = held.photos.faces
    if not len(faces.labels) and not faces.failures:
        st.warning("No photos in this upload. Files and folders whose names start with a dot are ignored.")
        return
    if report:
        accuracy = with_interval(report.accuracy, *report.interval)
        st.subheader(f"{accuracy} accuracy on {frame.plain(held.name)}, n = {len(report):,}", anchor=False)
    (st.warning if faces.failures else st.success)(" ".join(sentences.photos_sentences(faces, report)))
    if not report and held.detector == "yunet":
        st.info("If the images show nothing but faces, choose “The photos are cropped faces already”.")
    if report:
        _groups(held, report)
    with st.container(horizontal=True):
        if report:
            label = "Show errors" if report.accuracy < 1 else "Show the matrix"
            st.button(label, key="evaluate-own-open", type="primary", on_click=_open)
        st.button("Remove photos", key="evaluate-own-remove", on_click=own_photos.forget)
    _lists(held)


def _groups(held: Held, report: Report) -> None:
    """Accuracy per group with a test for the difference, or the honest line that there is none."""
    found = groups.audit(report, held.photos.of_faces)
    if not (missed := held.photos.undetected):
        st.info(groups.NOT_AUDITED, icon=":material/groups:")
        return
    marks = [strip.Mark(f"{group.name}, n = {group.n:,}", group.accuracy, *group.interval) for group in found.groups]
    if marks:
        st.html(strip.render(marks, "Accuracy per group with 95% intervals"))
    st.markdown(f"**{frame.plain(found.sentence)}**")
    if any(missed.values()):
        named = "; ".join(f"{name}: {plural(n, 'photo')}" for name, n in missed.items() if n)
        st.caption(f"No face found in: {frame.plain(named)}.")
    left_out = held.photos.of_faces.count("")
    st.caption(
        "Intervals: Wilson, 95%. Groups may also differ in their mix of emotions and in image quality."
        + (f" {plural(left_out, 'photo')} without a group left out." if left_out else "")
    )


def _open() -> None:
    """Show these photos in all sections, starting with Errors."""
    st.session_state["data"], st.session_state["section"] = own_photos.PAIR, "Errors"


def _lists(held: Held) -> None:
    faces = held.photos.faces
    if faces.failures:
        with st.expander("Photos not evaluated", expanded=len(faces.failures) <= 10):
            rows = [(failure.name, failure.label, failure.reason) for failure in faces.failures]
            show_table(pd.DataFrame(rows, columns=["file", "true", "reason"]), hide_index=True)
    if faces.several:
        with st.expander("Photos with more than one face"):
            show_table(pd.DataFrame({"file": faces.several}), hide_index=True)
