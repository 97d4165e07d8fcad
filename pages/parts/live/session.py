"""One visitor's live session: its reader, settings and readings."""

import streamlit as st

from fer.faces.image import image_bytes
from fer.inference.palette import color_map
from fer.runs.run import Run
from fer.video.live import LiveReader, Settings
from pages.parts.live import connection
from pages.parts.shared import model_picker, timeline

READER, SNAPSHOT = "live-reader", "live-snapshot"
EVERY = 1.0  # seconds between updates while the camera is on
EVERY_TIMELINE = 3.0  # the same for the timelines, which take longer to draw
SIDES = (192, 256, 320, 480, 640)
DEFAULTS = Settings()


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


def settings(run: Run, current: LiveReader) -> None:
    """Widgets whose values apply from the reader's next frame on."""
    left, right = st.columns(2)
    score, side = _detection_settings(left, right)
    smoothing = left.slider(
        "Smoothing",
        0.0,
        3.0,
        DEFAULTS.smoothing,
        0.1,
        key="live-smoothing",
        persist_state="session",
        format="%.1f s",
        help="Time constant of the average over recent readings; 0: no smoothing.",
    )
    every = right.select_slider(
        "Read every",
        (1, 2, 3, 5, 10),
        1,
        key="live-every",
        persist_state="session",
        format_func=lambda n: "frame" if n == 1 else f"{n} frames",
    )
    threshold = left.slider(
        "Not sure below",
        0.0,
        0.9,
        round(run.card.threshold or 0.0, 2),
        0.01,
        key=f"live-threshold-{run.id}",
        persist_state="session",
        format="percent",
        help="Faces whose most likely emotion is below this are marked as not sure.",
    )
    current.settings = Settings(score, side, smoothing, every, threshold)


def _detection_settings(left, right) -> tuple[float, int]:
    """The detection threshold, and the image size in pixels at which faces are detected."""
    score = left.slider(
        "Detection threshold",
        0.3,
        0.95,
        DEFAULTS.score,
        0.05,
        key="live-score",
        persist_state="session",
        help="Lower: more faces, more false alarms.",
    )
    side = right.select_slider(
        "Detection size",
        SIDES,
        DEFAULTS.side,
        key="live-side",
        persist_state="session",
        format_func=lambda side: f"{side} pixels",
        help="Larger: finds smaller faces, takes longer.",
    )
    return score, side


def show(current: LiveReader, *, is_on: bool) -> None:
    """Speed, faces and their timelines, updated every second while the camera is on."""
    st.fragment(_show, run_every=EVERY if is_on else None)(current, is_on)
    st.fragment(_timeline, run_every=EVERY_TIMELINE if is_on else None)(current)


def _show(current: LiveReader, is_on: bool) -> None:
    pace = current.pace
    connection.watch(is_on, pace.frames)
    if is_on and pace.frames:
        with st.container(horizontal=True):
            st.metric("Frames per second", f"{pace.frames_per_second:.0f}", width="content")
            st.metric("Delay", f"{1000 * pace.latency:.0f} ms", width="content", help=DELAY)
            st.metric("Dropped frames", f"{pace.dropped:,} of {pace.frames + pace.dropped:,}", width="content")
            st.metric("Faces now", len(current.now), width="content")
    _snapshot(current if is_on and pace.frames else None)


DELAY = "From a frame's arrival in Python to its result, median over five seconds; network time not included."


def _timeline(current: LiveReader) -> None:
    if read := current.readings:
        timeline.show(read, "live")


def _snapshot(current: LiveReader | None) -> None:
    """The latest snapshot and, while the camera is on, a button that takes another."""
    if current and st.button("Take snapshot", key="live-snap", icon=":material/photo_camera:"):
        st.session_state[SNAPSHOT] = current.snapshot
    taken = st.session_state.get(SNAPSHOT)
    if taken is not None:
        st.image(taken, width=320, alt="Snapshot with the faces marked")
        st.download_button(
            "Snapshot (PNG)", image_bytes(taken), "snapshot.png", "image/png", key="live-png", on_click="ignore"
        )
