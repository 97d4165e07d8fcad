"""One visitor's live session: its reader, settings and readings."""

import streamlit as st

from fer.faces.image import image_bytes
from fer.inference.palette import GREY, color_map
from fer.runs.run import Run
from fer.video import observations
from fer.video.live import LiveReader, Settings
from fer.video.tracker import Tracked
from pages.parts.live import connection, now
from pages.parts.shared import lanes, model_picker, timeline
from pages.parts.shared.answers import titled

READER, SNAPSHOT = "live-reader", "live-snapshot"
EVERY = 1.0  # seconds between updates while the camera is on
EVERY_DETAILS = 3.0  # the same for the session's details, which take longer to draw
STRIP = 60.0  # seconds that the lanes show
PAUSE = 0.5  # seconds between readings on a slow server
RECENT = 2_000  # readings in which a face that is present now must have lasted
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
    mirrored = st.toggle("Mirror", value=True, key="live-mirror", persist_state="session")
    balance = model_picker.choose_balance(run, "live-balance")
    score, side = _detection_settings()
    smoothing = st.slider(
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
    every = st.select_slider(
        "Read every",
        (1, 2, 3, 5, 10),
        1,
        key="live-every",
        persist_state="session",
        format_func=lambda n: "frame" if n == 1 else f"{n} frames",
    )
    threshold = st.slider(
        "Not sure below",
        0.0,
        0.9,
        round(run.card.correction(balance=balance).threshold or 0.0, 2),
        0.01,
        key=f"live-threshold-{run.id}-{balance}",
        persist_state="session",
        format="percent",
        help="Faces whose most likely emotion is below this are marked as not sure.",
    )
    current.settings = Settings(score, side, smoothing, every, threshold, mirrored, balance)


def _detection_settings() -> tuple[float, int]:
    """The detection threshold, and the image size in pixels at which faces are detected."""
    score = st.slider(
        "Detection threshold",
        0.3,
        0.95,
        DEFAULTS.score,
        0.05,
        key="live-score",
        persist_state="session",
        help="Lower: more faces, more false alarms.",
    )
    side = st.select_slider(
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
    elif not is_on:
        st.info("Press START and allow the camera. The faces in view are read here.", icon=":material/videocam:")
    _snapshot(current if is_on and pace.frames else None)


def _face(tracked: Tracked, current: LiveReader) -> dict:
    """What now.js shows of one face."""
    prediction, colors = tracked.prediction, current.colors
    (label, share), sure = prediction.top(1)[0], prediction.is_sure(current.settings.threshold)
    shares = zip(prediction.labels, prediction.probabilities, strict=True)
    return {
        "number": tracked.number,
        "title": titled(label) if sure else "Not sure",
        "percent": f"{share:.0%}" if sure else f"{label} {share:.0%}",
        "color": colors[label] if sure else GREY,
        "bars": [{"label": name, "share": float(p), "color": colors[name]} for name, p in shares],
    }


def history(current: LiveReader, *, is_on: bool) -> None:
    """The last minute of every face, and on demand the whole session; faces seen only briefly are left out."""
    st.fragment(_strip, run_every=EVERY if is_on else None)(current)
    details = st.expander("The whole session", on_change="rerun", key="live-details")
    if details.open:
        with details:
            st.fragment(_details, run_every=EVERY_DETAILS if is_on else None)(current)


def _strip(current: LiveReader) -> None:
    if not (read := current.readings):
        return
    end = read[-1].time
    recent = observations.lasting([reading for reading in read if reading.time >= end - STRIP])
    faces = lanes.faces_of(recent, PAUSE, current.colors)
    if faces:
        lanes.mount(
            {"start": max(0.0, end - STRIP), "end": end, "still": True, "faces": faces, "moments": []}, "live-lanes"
        )


def _details(current: LiveReader) -> None:
    if read := observations.lasting(current.readings):
        timeline.show(read, "live")
    else:
        st.caption("Nothing has been read yet.")


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
