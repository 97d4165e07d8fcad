"""What a live session has read: the last minute of every face, and on demand all of it."""

from bisect import bisect_left
from collections.abc import Callable, Sequence

import streamlit as st

from fer.video import observations
from fer.video.observations import Reading
from pages.parts.shared import lanes, timeline

EVERY_DETAILS = 3.0  # seconds between updates of the session's details, which take longer to draw
STRIP = 60.0  # seconds that the lanes show
STEP = 0.2  # seconds between the readings it shows: 4 pixels of its 1,200; all would cost four times the processor time
PRESENT = 2.0  # seconds; as long as the tracker remembers a face
PAUSE = 0.5  # seconds between readings on a slow server


def strip(read: Sequence[Reading], colors: dict[str, str], threshold: float) -> None:
    """The last minute of every face that is present; those seen only briefly are left out.

    Args:
        threshold: confidence below which a reading is not sure.
    """
    if not read:
        return
    end = read[-1].time
    minute = observations.lasting(read[bisect_left(read, end - STRIP, key=lambda reading: reading.time) :])
    present = {reading.number for reading in minute if reading.time >= end - PRESENT}
    thinned = {(reading.number, int(reading.time / STEP)): reading for reading in minute if reading.number in present}
    recent = list(thinned.values())
    faces = lanes.faces_of(recent, PAUSE, colors, threshold)
    if faces:
        lanes.mount(
            {"start": max(0.0, end - STRIP), "end": end, "still": True, "faces": faces, "moments": []}, "live-lanes"
        )


def whole_session(readings: Callable[[], Sequence[Reading]], *, is_on: bool) -> None:
    """All readings, on demand: a summary, a timeline and downloads."""
    details = st.expander("The whole session", on_change="rerun", key="live-details")
    if details.open:
        with details:
            st.fragment(_details, run_every=EVERY_DETAILS if is_on else None)(readings)


def _details(readings: Callable[[], Sequence[Reading]]) -> None:
    if read := readings():
        timeline.show(read, "live")
    else:
        st.caption("Nothing has been read yet.")
