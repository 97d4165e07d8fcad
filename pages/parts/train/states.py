"""A run's state as a badge."""

from typing import Literal

import streamlit as st

Color = Literal["blue", "gray", "green", "orange", "red"]
BADGES: dict[str, tuple[str, str, Color]] = {
    "training": ("Training", ":material/model_training:", "blue"),
    "queued": ("Queued", ":material/schedule:", "gray"),
    "finished": ("Finished", ":material/check_circle:", "green"),
    "stopped": ("Stopped", ":material/pause_circle:", "orange"),
    "created": ("Not started", ":material/pause_circle:", "gray"),
    "failed": ("Failed", ":material/error:", "red"),
    "lost": ("Interrupted", ":material/error:", "red"),
    "damaged": ("Damaged", ":material/heart_broken:", "red"),
}


def badge(state: str) -> None:
    label, icon, color = BADGES[state]
    st.badge(label, icon=icon, color=color)
