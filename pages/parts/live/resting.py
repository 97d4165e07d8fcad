"""Live counts a visitor's own resting face as neutral, once it has seen it for three seconds; for this session only."""

from bisect import bisect_left
from collections.abc import Sequence
from math import ceil

import numpy as np
import streamlit as st

from fer.data.labels import NEUTRAL
from fer.errors import FerError
from fer.runs.run import Run
from fer.video.observations import Reading
from pages.parts.shared import frame

SECONDS = 3.0
FEWEST = 6  # readings in that time
SHIFTS = "live-resting"  # by model and balance
SINCE = "live-resting-since"  # since which reading, in seconds, or None if just begun; and for which model and balance


def choose(run: Run, *, balance: bool) -> tuple[float, ...] | None:
    """What is added to the log probabilities of each class, if a resting face was learned with this model and such
    answers."""
    shifts, way = st.session_state.setdefault(SHIFTS, {}), (run.id, balance)
    if way in shifts:
        if st.button("Forget my resting face", icon=":material/undo:", key="live-forget"):
            del shifts[way]
            st.rerun()
        return shifts[way]
    known = NEUTRAL in run.labels and run.report_path(run.card.data.name, "val", tta=False).is_file()
    if known and st.button(
        "Learn my resting face",
        icon=":material/self_improvement:",
        key="live-learn",
        help="Many resting faces are read as sad or angry. This looks at yours for three seconds and then counts it as "
        "neutral, in this session only. Experimental: how much it helps has not been measured.",
    ):
        st.session_state[SINCE] = None, way
        st.toast("Look at the camera with a resting face for three seconds.", icon=":material/self_improvement:")
    return None


def learn(run: Run, readings: Sequence[Reading], *, balance: bool) -> None:
    """Where asked, take three seconds of one face; then the page runs again."""
    if SINCE not in st.session_state:
        return
    from fer.evaluation import resting

    (since, began), way = st.session_state[SINCE], (run.id, balance)
    latest = readings[-1].time if readings else 0.0
    if since is None or since > latest or began != way:  # just asked, the camera or other answers came
        since = latest
        st.session_state[SINCE] = since, way
    seen = [
        reading
        for reading in readings[bisect_left(readings, since, key=lambda reading: reading.time) :]
        if reading.labels == run.labels and reading.model == run.id
    ]
    seconds = seen[-1].time - seen[0].time if seen else 0.0
    if len({reading.number for reading in seen}) > 1:
        st.session_state[SINCE] = latest, way
        st.caption("Your resting face must be the only one in view.")
    elif seconds < SECONDS or len(seen) < FEWEST:
        left = ceil(SECONDS - seconds) or 1
        st.caption(f"Look at the camera with a resting face: {left} {'second' if left == 1 else 'seconds'} left.")
    else:
        del st.session_state[SINCE]
        try:
            face = np.array([reading.probabilities for reading in seen])
            shift = resting.shift(_usual(run, balance), face, run.labels)
        except FerError as error:  # a toast, because this part of the page is drawn anew a second later
            st.toast(frame.plain(str(error)), icon=":material/error:", duration="long")
            return
        st.session_state[SHIFTS][way] = tuple(shift.tolist())
        st.toast("Your resting face now counts as neutral.", icon=":material/self_improvement:")
        st.rerun()


def _usual(run: Run, balance: bool) -> np.ndarray:
    """What the model usually answers to the neutral faces of its validation split, single pass."""
    from fer.evaluation import resting, stored
    from fer.evaluation.balance import balanced_report

    report, correction = stored.report(run, run.card.data.name, "val"), run.card.correction(balance=balance)
    if report is None:
        raise FerError(f"{run.id} has no answers on its validation split any more. Evaluate it first.")
    if correction.exponent:
        report = balanced_report(report, run.card.prior, correction.exponent)
    return resting.usual(report.at_temperature(correction.temperature) if correction.temperature else report)
