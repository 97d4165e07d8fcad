"""Live in the visitor's browser: images stay on the device, and only readings reach the server."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from fer.inference.palette import color_map, colors_of
from fer.runs.members import in_words, is_ensemble, member_names
from fer.runs.run import Run
from fer.system.text import capital
from fer.video.live import Settings
from fer.video.sent_readings import SentReadings
from pages.parts.live import browser, history, resting
from pages.parts.shared import frame, notice

READINGS, LABELS = "live-readings", "live-labels"
MEANING = "Images stay on this device; only readings reach the server."
PRIVACY = "Camera images never leave this device."
DETAILS = (
    "Faces are read in your browser: camera images and snapshots never leave this device. The readings (times, boxes, "
    "probabilities) are sent to the server about once a second and kept there until you start a new session, or until "
    "some time after you close the tab. No audio is recorded."
)


def show(run: Run, settings: Settings) -> None:
    if not browser.is_served("choose *On the server*"):
        return
    if is_ensemble(run):  # the browser opens one file
        st.info(
            f"{frame.plain(run.id)} is an ensemble, which only answers on the server. Choose *On the server*, or "
            f"one of its members: {frame.plain(in_words(member_names(run)))}.",
            icon=":material/dns:",
        )
        return
    if not notice.accepted("The camera's video", on_device=True):
        return
    labels = st.session_state.setdefault(LABELS, {})  # of every model that was live in this session
    labels[run.id] = run.labels
    model = {
        "id": run.id,
        "url": browser.model_url(run),
        "classes": len(run.labels),
        "labels": run.labels,
        "titles": [capital(label) for label in run.labels],
        "colors": colors_of(run.labels),
    }
    shown = {"score": settings.score, "side": settings.side, "smoothing": settings.smoothing, "every": settings.every}
    shown |= {"threshold": settings.threshold} | answering(run, balance=settings.balance, shift=settings.shift)
    sent = st.session_state.setdefault(READINGS, SentReadings())
    st.fragment(_live)(run, model, shown, sent, settings.balance)
    history.whole_session(lambda: sent.readings, is_on=True)


def answering(run: Run, *, balance: bool, shift: Sequence[float] | None = None) -> dict:
    """How the page turns the model's logits into probabilities, as `Classifier.probabilities` does; the shift of a
    resting face comes after the temperature there, before it here."""
    correction = run.card.correction(balance=balance)
    offsets = np.zeros(len(run.labels))
    if correction.exponent:
        offsets -= correction.exponent * np.log(run.card.prior)
    if shift:
        offsets += np.array(shift) * (correction.temperature or 1.0)
    return {"temperature": correction.temperature, "offsets": offsets.tolist() if offsets.any() else None}


def _live(run: Run, model: dict, settings: dict, sent: SentReadings, balance: bool) -> None:
    """The component and, below it, the last minute; runs again whenever readings arrive."""
    labels = st.session_state[LABELS]
    sent.take(browser.latest(), labels)
    if browser.mount(model, settings, sent):
        st.rerun()  # the page, not only this part of it
    resting.learn(run, sent.readings, balance=balance)
    colors = {name: color for names in labels.values() for name, color in color_map(names).items()}
    history.strip(sent.readings, colors, settings["threshold"])
