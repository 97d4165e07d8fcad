"""The Live page's settings, which apply to the next frame."""

import streamlit as st

from fer.runs.run import Run
from fer.video.live import Settings
from pages.parts.live import resting
from pages.parts.shared import model_picker

SIDES = (192, 256, 320, 480, 640)
BROWSER_SIDES = (320, 640)  # the detector's input shapes in static/yunet/
DEFAULTS = Settings()


def choose(run: Run, *, in_browser: bool) -> Settings:
    """Widgets for all settings; in the browser, the mirror is a button beside the video."""
    mirrored = in_browser or st.toggle("Mirror", value=True, key="live-mirror", persist_state="session")
    balance = model_picker.choose_balance(run, "live-balance")
    score, side = _detection(in_browser)
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
    return Settings(score, side, smoothing, every, threshold, mirrored, balance, resting.choose(run, balance=balance))


def _detection(in_browser: bool) -> tuple[float, int]:
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
        BROWSER_SIDES if in_browser else SIDES,
        DEFAULTS.side,
        key="live-side-browser" if in_browser else "live-side",
        persist_state="session",
        format_func=lambda side: f"{side} pixels",
        help="Larger: finds smaller faces, takes longer.",
    )
    return score, side
