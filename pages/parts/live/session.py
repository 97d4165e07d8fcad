"""Live on the server: one visitor's session, with its reader and readings."""

import streamlit as st

from fer.faces.image import image_bytes
from fer.inference.palette import GREY, color_map
from fer.runs.run import Run
from fer.system.text import capital
from fer.video import observations
from fer.video.live import LiveReader
from fer.video.tracker import Tracked
from pages.parts.live import connection, history, now, resting
from pages.parts.shared import model_picker

READER, SNAPSHOT = "live-reader", "live-snapshot"
EVERY = 1.0  # seconds between updates while the camera is on
RECENT = 2_000  # readings in which a face that is present now must have lasted


def reader(run: Run) -> LiveReader:
    """The session's reader, which uses this run's model from now on."""
    classifier = model_picker.classifier(run)
    colors = color_map(classifier.labels)
    if READER not in st.session_state:
        st.session_state[READER] = LiveReader(classifier, colors)
    current = st.session_state[READER]
    current.classifier, current.colors = classifier, colors
    return current


def reset() -> None:
    """Start a new session when the camera is requested again."""
    if st.session_state["live"].state.signalling:
        st.session_state.pop(READER, None)
        st.session_state.pop(connection.ASKED, None)
        st.session_state.pop(SNAPSHOT, None)


def show(current: LiveReader, *, is_on: bool) -> None:
    """The faces that are present now; updated every second while the camera is on."""
    st.fragment(_show, run_every=EVERY if is_on else None)(current, is_on)


def _show(current: LiveReader, is_on: bool) -> None:
    pace = current.pace
    connection.watch(is_on, pace.frames)
    if is_on and pace.frames:
        status = f"{pace.frames_per_second:.0f} frames a second · {1000 * pace.latency:.0f} ms delay"
        lasting = {reading.number for reading in observations.lasting(current.readings[-RECENT:])}
        faces = [_face(tracked, current) for tracked in current.now if tracked.number in lasting]
        now.mount({"status": status, "empty": "No face in view.", "faces": faces}, "live-now")
        resting.learn(current.classifier.run, current.readings, balance=current.settings.balance)
    elif not is_on:
        st.info(
            "Press START and allow the camera. The emotions of the faces in view appear here.",
            icon=":material/videocam:",
        )
    _snapshot(current if is_on and pace.frames else None)


def _face(tracked: Tracked, current: LiveReader) -> dict:
    """What now.js shows of one face."""
    prediction, colors = tracked.prediction, current.colors
    (label, share), sure = prediction.top(1)[0], prediction.is_sure(current.settings.threshold)
    shares = zip(prediction.labels, prediction.probabilities, strict=True)
    return {
        "number": tracked.number,
        "title": capital(label) if sure else "Not sure",
        "percent": f"{share:.0%}" if sure else f"{label} {share:.0%}",
        "color": colors[label] if sure else GREY,
        "bars": [{"label": name, "share": float(p), "color": colors[name]} for name, p in shares],
    }


def show_history(current: LiveReader, *, is_on: bool) -> None:
    """The last minute of every face, and on demand the whole session."""

    def strip() -> None:
        history.strip(current.readings, current.colors, current.settings.threshold)

    st.fragment(strip, run_every=EVERY if is_on else None)()
    history.whole_session(lambda: current.readings, is_on=is_on)


def _snapshot(current: LiveReader | None) -> None:
    """The latest snapshot and, while the camera is on, a button that takes another."""
    if current and st.button("Take snapshot", key="live-snap", icon=":material/photo_camera:"):
        st.session_state[SNAPSHOT] = current.snapshot
    taken = st.session_state.get(SNAPSHOT)
    if taken is not None:
        st.image(taken, width=240, alt="Snapshot with the faces marked")
        st.download_button(
            "Snapshot (PNG)", image_bytes(taken), "snapshot.png", "image/png", key="live-png", on_click="ignore"
        )
